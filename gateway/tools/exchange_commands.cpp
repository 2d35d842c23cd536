// What operators say of the exchange as a whole, and to each other.
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "gateway/tools/command.h"
#include "gateway/tools/field_tags.h"
#include "gateway/tools/operation.h"

namespace betex::tools {
namespace {

using client::Field;

Request read_news(const Command& command, const Words& words) {
  const std::string text = words.get("headline");
  std::vector<Field> fields{
      {tag::kHeadline, text}, {tag::kNoLinesOfText, "1"}, {op_tag::kText, text}};
  if (words.has("--about")) {
    fields.push_back({op_tag::kNoRelatedSym, "1"});
    fields.push_back({op_tag::kSymbol, words.get("--about")});
  }
  if (words.has("--flash")) {
    fields.push_back({tag::kUrgency, "1"});
  }
  return read_request(kAnnouncement, std::move(fields), command, words);
}

// "22:30" or "22:30:15" in seconds after midnight.
std::int64_t seconds_of_day(const std::string& text) {
  std::int64_t seconds = 0;
  std::int64_t unit = 3600;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (const std::int64_t limit : {24, 60, 60}) {
    std::int64_t part = 0;
    const auto [next, error] = std::from_chars(at, end, part);
    if (error != std::errc{} || next - at != 2 || part < 0 || part >= limit ||
        (next != end && *next != ':')) {
      break;
    }
    seconds += part * unit;
    if (next == end && unit < 3600) {
      return seconds;
    }
    unit /= 60;
    at = next == end ? next : next + 1;
  }
  throw CLI::ValidationError{"time", fmt::format("'{}' is no time of day, as 22:30:00", text)};
}

Request read_day_end(const Command& command, const Words& words) {
  Request request = read_operation(command, words);
  std::get<Operation>(request.body)
      .fields.push_back({tag::kDayEndsAt, std::to_string(seconds_of_day(words.get("time")))});
  return request;
}

// Who says nothing of it does not mean: at once.
Request read_stop(const Command& command, const Words& words) {
  constexpr std::string_view kUsualNotice = "60";
  Request request = read_operation(command, words);
  if (!words.has("--notice")) {
    std::get<Operation>(request.body)
        .fields.push_back({tag::kNoticeSeconds, std::string{kUsualNotice}});
  }
  return request;
}

Argument proposal() {
  return {.name = "proposal", .help = "the id of the request that waits", .tag = tag::kRefOpsReqId};
}

// Of a request that waits for a second operator; neither waits itself.
Command verdict(std::string_view words,
                std::string_view operation,
                std::string_view help,
                std::vector<Argument> arguments) {
  arguments.push_back(remark_option());
  arguments.push_back(id_option());
  return {.words = words,
          .help = help,
          .arguments = std::move(arguments),
          .read = read_operation,
          .operation = operation};
}

Command day_end_command() {
  Command result = operations_command("exchange day-end",
                                      "SetTradingDay",
                                      "when the trading day ends",
                                      {{.name = "time", .help = "HH:MM:SS, UTC"}});
  result.read = read_day_end;
  return result;
}

Command stop_command() {
  Command result = operations_command(
      "exchange stop",
      "Stop",
      "stop the gateway in order; everybody is told before",
      {number("--notice", "how many seconds before, up to 3600 (60)", tag::kNoticeSeconds)});
  result.read = read_stop;
  return result;
}

}  // namespace

std::vector<Command> exchange_commands() {
  return {operations_command(
              "exchange halt", "HaltExchange", "no order is taken anywhere; cancels are"),
          operations_command("exchange unhalt", "UnhaltExchange", "end the halt"),
          day_end_command(),
          stop_command(),
          operations_command("watermark",
                             "MoveWatermark",
                             "segments of the log up to an event may be retired",
                             {{.name = "event",
                               .help = "its number",
                               .takes = Takes::Number,
                               .tag = op_tag::kEventSeq}}),
          {.words = "news",
           .help = "tell everybody something",
           .arguments = {{.name = "headline", .help = "at most 255 characters, in quotes"},
                         {.name = "--about",
                          .help = "the market or instrument that it concerns",
                          .takes = Takes::Symbol},
                         {.name = "--flash", .help = "urgent", .takes = Takes::Nothing},
                         id_option()},
           .read = read_news},
          verdict("approve",
                  "Approve",
                  "do what another operator has asked for",
                  {proposal(),
                   {.name = "event",
                    .help = "of its report that it waits: so you approve what you have seen",
                    .takes = Takes::Number,
                    .tag = op_tag::kEventSeq}}),
          verdict("decline", "Decline", "drop what an operator has asked for", {proposal()})};
}

}  // namespace betex::tools

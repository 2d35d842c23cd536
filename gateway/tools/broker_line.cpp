#include "gateway/tools/broker_line.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gateway/tools/field_tags.h"
#include "gateway/tools/report_words.h"

namespace betex::tools {
namespace {

using client::Message;
using Meaning = std::pair<std::string_view, std::string_view>;

constexpr std::array<Meaning, 5> kActions{
    {{"1", "create"}, {"2", "update"}, {"3", "reset"}, {"4", "trip"}, {"5", "delete"}}};
constexpr std::array<Meaning, 2> kStates{{{"1", "active"}, {"2", "tripped"}}};
constexpr std::array<Meaning, 2> kScopes{{{"1", "all"}, {"2", "resting"}}};
constexpr std::array<Meaning, 2> kTimeUnits{{{"0", "s"}, {"3", "ms"}}};

// ---- order groups ------------------------------------------------------------------------------

std::string_view state_in_capitals(const Message& message) {
  constexpr std::array<Meaning, 2> kCapitals{{{"1", "ACTIVE"}, {"2", "TRIPPED"}}};
  return message.find(tag::kOrderGroupState)
             ? word_for(message.get(tag::kOrderGroupState), kCapitals)
             : "DELETED";
}

// How the group stands; where it stands no more there is nothing to say.
std::string standing(const Message& message) {
  if (!message.find(tag::kOrderGroupState)) {
    return {};
  }
  std::string text = fmt::format(": filled {} of {} in {} ms{}, live orders {}",
                                 value_of(message, tag::kOrderGroupFilled),
                                 value_of(message, tag::kOrderGroupLimit),
                                 value_of(message, tag::kOrderGroupWindowMs),
                                 message.has(tag::kOrderGroupScope, "2") ? " while resting" : "",
                                 value_of(message, tag::kOrderGroupLiveOrders));
  if (message.find(tag::kTotalAffectedOrders)) {
    text += fmt::format(", cancelled {}", message.get(tag::kTotalAffectedOrders));
  }
  if (message.has(tag::kOrderGroupCancelOnDisconnect, "Y")) {
    text += ", cancelled on disconnect";
  }
  return text;
}

std::string line_of_group(const Message& message) {
  const std::string_view action = group_action_word(value_of(message, tag::kOrderGroupAction));
  const std::string outcome =
      message.find(tag::kEngineReason)
          ? fmt::format("{} REFUSED: {}", action, reason_text(message))
          : fmt::format("{}{}", state_in_capitals(message), standing(message));
  std::string line = fmt::format("{:<26} group {:<15} {}",
                                 readable_time(value_of(message, tag::kTransactTime)),
                                 word(message.get(tag::kOrderGroup)),
                                 outcome);
  if (message.has(tag::kCopyMsgIndicator, "Y")) {
    line += fmt::format(" (copy, account {})", word(value_of(message, tag::kAccount)));
  }
  if (message.find(tag::kClOrdId)) {
    line += fmt::format("  id {}", word(message.get(tag::kClOrdId)));
  }
  return line;
}

// ---- replays -----------------------------------------------------------------------------------

std::string line_of_replay_ack(const Message& message) {
  const std::string_view response = message.get(tag::kApplResponseType);
  std::string outcome;
  if (response == "0") {
    outcome = fmt::format("BEGINS: events {} to {}",
                          value_of(message, tag::kApplBegSeqNum),
                          value_of(message, tag::kApplEndSeqNum));
  } else if (response == "1") {
    outcome = "REFUSED: the exchange has no such application";
  } else {
    outcome = fmt::format("REFUSED: events {} to {} cannot be had ",
                          value_of(message, tag::kApplBegSeqNum),
                          value_of(message, tag::kApplEndSeqNum));
    outcome += message.find(tag::kAvailableFrom)
                   ? fmt::format("any more; those from {} on can", message.get(tag::kAvailableFrom))
                   : "now";
  }
  return fmt::format("{:<26} replay {} {}",
                     readable_time(value_of(message, client::tag::kSendingTime)),
                     word(message.get(tag::kApplReqId)),
                     outcome);
}

std::string line_of_replay_end(const Message& message) {
  return fmt::format("{:<26} replay {} COMPLETE: {} reports, up to event {}",
                     readable_time(value_of(message, client::tag::kSendingTime)),
                     word(message.get(tag::kApplReqId)),
                     value_of(message, tag::kReportsToldAgain),
                     value_of(message, tag::kRefApplLastSeqNum));
}

// ---- limits ------------------------------------------------------------------------------------

std::string line_of_limit(const SendLimit& limit) {
  const std::string left =
      fmt::format(", {} left; one more {}", limit.left, limit.waits ? "waits" : "is refused");
  return limit.interval.empty()
             ? fmt::format("limit: {} unanswered messages{}", limit.messages, left)
             : fmt::format("limit: {} messages in {} {}{}",
                           limit.messages,
                           limit.interval,
                           limit.unit,
                           left);
}

std::vector<std::string> lines_of_limits(const Message& message) {
  std::vector<std::string> lines;
  for (const SendLimit& limit : send_limits(message)) {
    lines.push_back(line_of_limit(limit));
  }
  if (lines.empty()) {
    lines.emplace_back("no limits");
  }
  return lines;
}

}  // namespace

bool is_broker_report(const Message& message) {
  constexpr std::array<std::string_view, 4> kTypes{"UOH", "BX", "BY", "BF"};
  return std::find(kTypes.begin(), kTypes.end(), message.type()) != kTypes.end();
}

std::vector<std::string> broker_lines(const Message& message) {
  if (message.type() == "BF") {
    return lines_of_limits(message);
  }
  return {message.type() == "UOH"  ? line_of_group(message)
          : message.type() == "BX" ? line_of_replay_ack(message)
                                   : line_of_replay_end(message)};
}

Tone broker_tone(const Message& message) {
  if (message.has(tag::kCopyMsgIndicator, "Y")) {
    return Tone::Faint;
  }
  if (message.type() == "UOH") {
    return message.has(tag::kOrderGroupState, "2") ? Tone::Notice : Tone::Good;
  }
  return Tone::Plain;
}

std::vector<SendLimit> send_limits(const Message& message) {
  std::vector<SendLimit> limits;
  for (const client::Field& field : message.fields()) {
    if (field.tag == tag::kThrottleAction) {
      limits.push_back({.waits = field.value == "0"});
    } else if (limits.empty()) {
      continue;
    } else if (field.tag == tag::kThrottleNoMsgs) {
      limits.back().messages = field.value;
    } else if (field.tag == tag::kThrottleTimeInterval) {
      limits.back().interval = field.value;
    } else if (field.tag == tag::kThrottleTimeUnit) {
      limits.back().unit = word_for(field.value, kTimeUnits);
    } else if (field.tag == tag::kThrottleLeft) {
      limits.back().left = field.value;
    }
  }
  return limits;
}

std::string_view group_action_word(std::string_view code) {
  return word_for(code, kActions);
}

std::string_view group_state_word(std::string_view code) {
  return word_for(code, kStates);
}

std::string_view group_scope_word(std::string_view code) {
  return word_for(code, kScopes);
}

}  // namespace betex::tools

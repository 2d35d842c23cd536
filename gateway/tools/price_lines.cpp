#include "gateway/tools/price_lines.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gateway/tools/price_words.h"
#include "gateway/tools/report_words.h"
#include "gateway/tools/security_lines.h"
#include "journal/quoted.h"

namespace betex::tools {
namespace {

using client::BookChange;
using client::BookEntry;
using client::ClientBook;
using client::Level;
using client::MarketDataReject;
using client::Message;
using Json = nlohmann::ordered_json;
using Meaning = std::pair<std::string_view, std::string_view>;

// MDReqRejReason(281).
constexpr std::array<Meaning, 10> kRejectReason{{{"0", "unknown symbol or market"},
                                                 {"1", "id in use"},
                                                 {"2", "too many"},
                                                 {"3", "not entitled"},
                                                 {"4", "unsupported SubscriptionRequestType(263)"},
                                                 {"5", "unsupported MarketDepth(264)"},
                                                 {"6", "unsupported MDUpdateType(265)"},
                                                 {"7", "unsupported AggregatedBook(266)"},
                                                 {"8", "unsupported MDEntryType(269)"},
                                                 {"C", "unsupported MDImplicitDelete(547)"}}};

std::string_view kind_word(BookChange::Kind kind) {
  switch (kind) {
    case BookChange::Kind::Image:
      return "IMAGE";
    case BookChange::Kind::Update:
      return "CHANGE";
    case BookChange::Kind::Status:
      return "STATUS";
    case BookChange::Kind::OutOfStep:
      break;
  }
  return "LOST";
}

std::string levels_text(const std::vector<Level>& levels) {
  std::string text;
  for (const Level& level : levels) {
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", level.price, level.size);
  }
  return text.empty() ? "none" : text;
}

std::string_view aggressor_word(char aggressor, const ClientBook& book) {
  const bool odds = book.has_odds() == true;
  switch (aggressor) {
    case '1':
      return odds ? ", backed" : ", bought";
    case '2':
      return odds ? ", laid" : ", sold";
    default:
      return "";
  }
}

std::string line_begin(const ClientBook& book, std::string_view symbol, std::string_view what) {
  return fmt::format("{:<26} {:<18} {:<6} ", readable_time(book.time()), word(symbol), what);
}

std::string book_text(const ClientBook& book, const BookChange& change) {
  const SideWords sides = side_words(book);
  return fmt::format("{} {}; {} {}; {}{}",
                     sides.offers,
                     levels_text(book.offers()),
                     sides.bids,
                     levels_text(book.bids()),
                     traded_text(book),
                     change.conflated ? "; stands for several changes" : "");
}

// ---- JSON --------------------------------------------------------------------------------------

std::string on_a_line(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Json to_json(const std::vector<Level>& levels) {
  Json list = Json::array();
  for (const Level& level : levels) {
    list.push_back(Json::array({level.price, level.size}));
  }
  return list;
}

Json to_json(const BookEntry& trade) {
  Json json{{"price", trade.price}, {"size", trade.size}};
  if (!trade.trade_id.empty()) {
    json["id"] = trade.trade_id;
  }
  if (trade.aggressor != '\0') {
    json["aggressor"] = std::string(1, trade.aggressor);
  }
  return json;
}

std::string_view kind_name(BookChange::Kind kind) {
  switch (kind) {
    case BookChange::Kind::Image:
      return "image";
    case BookChange::Kind::Update:
      return "update";
    case BookChange::Kind::Status:
      return "status";
    case BookChange::Kind::OutOfStep:
      break;
  }
  return "out_of_step";
}

void add_status(Json& json, const client::MarketStatus& status) {
  json["status"] = status.trading_status;
  if (!status.suspend_reason.empty()) {
    json["suspend_reason"] = status.suspend_reason;
  }
  json["in_play"] = status.in_play;
  if (!status.market_version.empty()) {
    json["market_version"] = status.market_version;
  }
}

void add_traded(Json& json, const ClientBook& book) {
  if (!book.last_trade().size.empty()) {
    json["last"] = to_json(book.last_trade());
  }
  if (!book.traded_volume().empty()) {
    json["matched"] = book.traded_volume();
  }
  if (!book.open_interest().empty()) {
    json["open_interest"] = book.open_interest();
  }
  if (!book.traded_ladder().empty()) {
    json["traded_ladder"] = to_json(book.traded_ladder());
  }
}

}  // namespace

std::vector<std::string> price_lines(const ClientBook& book, const BookChange& change) {
  std::vector<std::string> lines;
  for (const BookEntry& trade : change.trades) {
    lines.push_back(line_begin(book, change.symbol, "TRADE") +
                    fmt::format("{} x {}{}, id {}",
                                trade.price,
                                trade.size,
                                aggressor_word(trade.aggressor, book),
                                word(trade.trade_id)));
  }
  const bool of_state =
      change.kind == BookChange::Kind::Status || change.kind == BookChange::Kind::OutOfStep;
  std::string text = line_begin(book, change.symbol, kind_word(change.kind));
  if (of_state) {
    text += state_text(book);
  } else if (change.kind == BookChange::Kind::Image) {
    text += state_text(book) + "; " + book_text(book, change);
  } else {
    text += book_text(book, change);
  }
  lines.push_back(std::move(text));
  for (std::string& line : lines) {
    line = journal::escaped(line, "");
  }
  return lines;
}

std::string price_json(const ClientBook& book, const BookChange& change) {
  Json json{{"event", kind_name(change.kind)},
            {"symbol", change.symbol},
            {"market", book.market()},
            {"rpt_seq", book.rpt_seq()},
            {"time", iso_time(book.time())}};
  add_status(json, book.status());
  if (change.kind == BookChange::Kind::OutOfStep) {
    json["problem"] = book.problem();
  }
  json["offers"] = to_json(book.offers());
  json["bids"] = to_json(book.bids());
  add_traded(json, book);
  if (!change.trades.empty()) {
    json["trades"] = Json::array();
    for (const BookEntry& trade : change.trades) {
      json["trades"].push_back(to_json(trade));
    }
  }
  if (change.conflated) {
    json["conflated"] = true;
  }
  return on_a_line(json);
}

std::vector<std::string> security_json(const Message& message) {
  std::vector<std::string> lines;
  for (const ListedSecurity& each : listed_securities(message)) {
    Json json{{"event", each.action.empty() ? "instrument" : each.action},
              {"symbol", each.symbol},
              {"market", each.market}};
    if (!each.kind.empty()) {
      json["kind"] = each.kind;
    }
    if (!each.status.empty()) {
      json["status"] = each.status;
    }
    lines.push_back(on_a_line(json));
  }
  return lines;
}

std::string refusal_line(const MarketDataReject& reject) {
  const std::string code(1, reject.code);
  return journal::escaped(
      fmt::format("request {} REFUSED{}: {} ({})",
                  word(reject.request_id),
                  reject.subject.empty() ? "" : fmt::format(", {}", word(reject.subject)),
                  reason_text(reject.text, reject.reason),
                  word_for(code, kRejectReason)),
      "");
}

std::string refusal_json(const MarketDataReject& reject) {
  Json json{{"event", "refused"}, {"code", std::string(1, reject.code)}, {"text", reject.text}};
  if (!reject.subject.empty()) {
    json["subject"] = reject.subject;
  }
  if (reject.reason) {
    json["reason"] = *reject.reason;
  }
  return on_a_line(json);
}

}  // namespace betex::tools

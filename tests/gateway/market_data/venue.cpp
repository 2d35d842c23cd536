#include "tests/gateway/market_data/venue.h"

#include <algorithm>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/wire/checksum.h"
#include "gateway/wire/market_data_writer.h"

namespace betex::gateway::testing {
namespace {

std::string number(auto value) {
  return std::to_string(static_cast<std::uint64_t>(value));
}

std::string text_of(const fix::SecurityStatus& status) {
  return "f " + std::string{status.symbol.view()} + " " + number(status.status) + " " +
         number(status.market_version);
}

std::string text_of(const fix::MarketDataRequestReject& reject) {
  return "Y " + std::string{reject.request_id.view()} + " " + static_cast<char>(reject.refusal) +
         " " + number(reject.reason) + " " + std::string{reject.symbol.view()} +
         std::string{reject.market.view()};
}

std::string text_of(const fix::SecurityList& list) {
  return "y " + std::string{list.request_id.view()} + " " + std::string{list.symbol.view()} + " " +
         number(list.total) + (list.last ? " last" : " ") + number(list.status);
}

std::string text_of(const fix::SecurityListUpdate& update) {
  return std::string{"BK "} + static_cast<char>(update.action) + " " +
         std::string{update.security->request_id.view()} + " " +
         std::string{update.security->symbol.view()} + " " + number(update.security->status);
}

std::string text_of(const fix::News& news) {
  return "B " + std::string{news.headline.view()};
}

std::string text_of(const fix::TradingSessionStatus& status) {
  return status.halted ? "h halted" : "h open";
}

std::string text_of(const fix::BusinessMessageReject& reject) {
  return "j " + std::string{reject.ref_msg_type.view()} + " " + number(reject.reason);
}

template <typename Report>
std::string text_of(const Report& /*report*/) {
  return "another report";
}

}  // namespace

std::string text_of(const MarketDataMessage& message) {
  if (const auto* const report = std::get_if<fix::Report>(&message)) {
    return std::visit([](const auto& body) { return text_of(body); }, report->body);
  }
  const auto& body = std::get<MarketDataBody>(message);
  EXPECT_EQ(body.sum, fix::checksum(body.fields));
  EXPECT_LE(body.fields.size(), fix::kMaxMdBodyBytes);
  std::string text = std::string{body.msg_type} + " " + body.fields;
  std::ranges::replace(text, '\001', '|');
  return text;
}

Venue::Venue(const MarketDataLimits& limits) : data{exchange.engine, limits} {
  taken_ = exchange.log.size();
}

SubscriberId Venue::join() {
  outlets_.push_back(std::make_shared<RecordedOutlet>());
  const SubscriberId id{outlets_.size()};
  data.join(id, outlets_.back());
  return id;
}

void Venue::take() {
  for (; taken_ < exchange.log.size(); ++taken_) {
    data.take(exchange.log[taken_].view());
  }
}

void Venue::turn() {
  take();
  constexpr int kEnough = 1000;
  for (int i = 0; i < kEnough; ++i) {
    if (!data.turn(now)) {
      return;
    }
  }
  ADD_FAILURE() << "turns without an end";
}

std::vector<std::string> Venue::told(SubscriberId session) {
  std::vector<std::string> texts;
  for (const MarketDataMessage& message : outlet(session).take()) {
    texts.push_back(text_of(message));
  }
  return texts;
}

MarketDataRequest levels_of(const char* id, std::vector<const char*> symbols) {
  MarketDataRequest request{.id = matching::Name{id},
                            .type = MarketDataRequest::Type::Subscribe,
                            .depth = 3,
                            .levels = true};
  for (const char* const symbol : symbols) {
    request.symbols.emplace_back(symbol);
  }
  return request;
}

}  // namespace betex::gateway::testing

// The prices that a client finds by the tick rules of a SecurityList(y) are those that the engine
// takes: each price of each ladder, and each one between.
#include "gateway/client/tick_rules.h"

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/client/message.h"
#include "gateway/wire/report_encoder.h"
#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

using matching::LadderKind;
using matching::MarketKind;

constexpr SessionId kOne{1};
constexpr SubscriptionId kFirst{1};

// A market with this ladder, walked in steps of a part of its unit up to beyond its end. Amounts
// are millionths.
struct Walk {
  LadderKind ladder{};
  MarketKind kind{};
  const char* symbol = "";
  std::int64_t end = 0;
  std::int64_t step = 0;
  int prices = 0;  // that it must find
};

constexpr std::int64_t kOddsEnd = 1'001'000'000;
constexpr std::int64_t kBinaryEnd = 1'001'000;

constexpr std::array kWalks{
    Walk{LadderKind::Classic, MarketKind::ExchangeOdds, "CLASSIC", kOddsEnd, 5'000, 350},
    Walk{LadderKind::Finest, MarketKind::ExchangeOdds, "FINEST", kOddsEnd, 5'000, 99'900},
    Walk{LadderKind::LinearCent, MarketKind::Binary, "LINEAR", kBinaryEnd, 50, 99},
    Walk{LadderKind::TaperedDeciCent, MarketKind::Binary, "TAPERED", kBinaryEnd, 50, 279},
    Walk{LadderKind::DeciCent, MarketKind::Binary, "DECI", kBinaryEnd, 50, 999}};

class TickRulesTest : public ::testing::TestWithParam<Walk> {
 protected:
  void SetUp() override {
    const Walk& walk = GetParam();
    pipeline_.submit(matching::CreateAccount{.account = Name{"ACC"}});
    matching::CreateMarket create{
        .market = Name{walk.symbol}, .kind = walk.kind, .ladder = walk.ladder};
    if (walk.kind == MarketKind::ExchangeOdds) {
      create.market = Name{"MKT"};
      create.runners = {Name{walk.symbol}, Name{"OTHER"}};
    }
    pipeline_.submit(create);
    pipeline_.submit(matching::OpenMarket{.market = create.market});
    pipeline_.submit(matching::SessionUp{.comp_id = Name{"ONE"}});
    pipeline_.run();
  }

  // As a client reads them off the wire.
  std::vector<client::TickRule> told_rules() {
    pipeline_.feed.subscribe(kOne, kFirst, fix::ReportId{pipeline_.engine.last_seq(), 1});
    pipeline_.ask(SecurityListQuery{
        .session = kOne, .security_req_id = Name{"L"}, .symbol = Name{GetParam().symbol}});
    pipeline_.run();
    for (const RecordingSink::Delivery& delivery : pipeline_.sink.reports) {
      if (std::holds_alternative<fix::SecurityList>(delivery.report.body)) {
        std::string bytes;
        fix::encode(delivery.report,
                    {.sender_comp_id = "BETEX",
                     .target_comp_id = "ONE",
                     .msg_seq_num = matching::MsgSeqNum{1},
                     .sending_time = pipeline_.clock.time},
                    bytes);
        return client::tick_rules(client::Message::parse(bytes));
      }
    }
    ADD_FAILURE() << "nothing was listed";
    return {};
  }

  // Whether an order at this price is taken; if not, that is for its price.
  bool is_taken(std::int64_t millionths) {
    const matching::PlaceOrder order{.account = Name{"ACC"},
                                     .cl_ord_id = ClOrdId{std::to_string(++orders_)},
                                     .symbol = Name{GetParam().symbol},
                                     .transact_time = pipeline_.clock.time,
                                     .price = Decimal{millionths},
                                     .quantity = Decimal{2'000'000},
                                     .side = Side::Bid,
                                     .time_in_force = matching::TimeInForce::Ioc};
    bool taken = false;
    matching::for_each_event(
        pipeline_.engine.decide({.timestamp = pipeline_.clock.time, .origin = {}, .body = order}),
        [&](matching::EventSeq, const auto& event) {
          using Event = std::remove_cvref_t<decltype(event)>;
          if constexpr (std::is_same_v<Event, matching::OrderAccepted>) {
            taken = true;
          } else if constexpr (std::is_same_v<Event, matching::OrderRejected>) {
            EXPECT_EQ(event.reason, matching::Reason::PriceNotOnLadder) << millionths;
          }
        });
    return taken;
  }

 private:
  Pipeline pipeline_;
  int orders_ = 0;
};

std::string decimal_text(std::int64_t millionths) {
  return fmt::format("{}.{:06}", millionths / 1'000'000, millionths % 1'000'000);
}

TEST_P(TickRulesTest, GiveExactlyThePricesThatTheEngineTakes) {
  const std::vector<client::TickRule> rules = told_rules();
  const Walk& walk = GetParam();
  int taken = 0;
  for (std::int64_t price = 0; price <= walk.end; price += walk.step) {
    const bool is_price = is_taken(price);
    taken += is_price ? 1 : 0;
    ASSERT_EQ(client::has_price(rules, decimal_text(price)), is_price) << decimal_text(price);
  }
  EXPECT_EQ(taken, walk.prices);
}

// Whoever goes through the rules has all prices, ascending and each once.
TEST_P(TickRulesTest, ListThePricesInTheirOrder) {
  constexpr int kDecimals = 6;
  std::int64_t before = 0;
  int prices = 0;
  for (const client::TickRule& rule : told_rules()) {
    const std::int64_t last = client::parse_decimal(rule.last, kDecimals);
    std::int64_t price = client::parse_decimal(rule.first, kDecimals);
    for (; price <= last; price += client::parse_decimal(rule.increment, kDecimals)) {
      ASSERT_GT(price, before);
      before = price;
      ++prices;
    }
    EXPECT_EQ(before, last) << "a rule ends with a price";
  }
  EXPECT_EQ(prices, GetParam().prices);
}

INSTANTIATE_TEST_SUITE_P(Ladders, TickRulesTest, ::testing::ValuesIn(kWalks), [](const auto& walk) {
  return std::string{walk.param.symbol};
});

}  // namespace
}  // namespace betex::gateway::testing

// What the match stage does first where there is more than one thing to do.
#include "gateway/pipeline/match_stage.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

// A determined market with the bets of so many accounts that a round of payments has three chunks,
// and another one that is open.
class PaymentsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline.open_market();
    pipeline.submit(matching::CreateMarket{.market = kRain,
                                           .kind = matching::MarketKind::Binary,
                                           .ladder = matching::LadderKind::LinearCent});
    pipeline.submit(matching::OpenMarket{.market = kRain});
    place(Name{"ACC"}, Side::Ask, kAccounts);
    for (std::size_t i = 0; i < kAccounts; ++i) {
      const Name account{"A" + std::to_string(i)};
      pipeline.submit(matching::CreateAccount{.account = account});
      place(account, Side::Bid, 1);
      pipeline.run();
    }
    pipeline.submit(matching::CloseMarket{.market = kRain});
    pipeline.submit(matching::DetermineMarket{
        .market = kRain, .shares = {{.symbol = kRain, .numerator = 1, .denominator = 1}}});
    pipeline.run();
    settled_before_ = pipeline.log.committed.size();
  }

  void place(const Name& account, Side side, std::size_t contracts) {
    pipeline.submit(matching::PlaceOrder{.account = account,
                                         .cl_ord_id = ClOrdId{"ID" + std::to_string(++orders_)},
                                         .symbol = kRain,
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{500'000},
                                         .quantity = Decimal{static_cast<std::int64_t>(contracts) *
                                                             matching::kDecimalScale},
                                         .side = side},
                    pipeline.origin(SessionId{1}));
  }

  // Of what has been decided since the market was determined.
  template <typename Event>
  std::size_t decided() {
    pipeline.journal.do_work();
    std::size_t count = 0;
    for (std::size_t i = settled_before_; i < pipeline.log.committed.size(); ++i) {
      matching::for_each_event(pipeline.log.committed[i].view(), [&](auto, const auto& event) {
        count += std::is_same_v<std::remove_cvref_t<decltype(event)>, Event> ? 1U : 0U;
      });
    }
    return count;
  }

  std::size_t payments() { return decided<matching::PositionsSettled>(); }

  static constexpr std::size_t kAccounts = 300;
  static inline const Name kRain{"RAIN"};

  Pipeline pipeline;
  int orders_ = 0;
  std::size_t settled_before_ = 0;  // transactions
};

TEST_F(PaymentsTest, UnderLoadThereIsOneChunkAMillisecond) {
  pipeline.submit(matching::SettleMarket{.market = kRain});
  for (int i = 0; i < 10; ++i) {
    pipeline.place(SessionId{1}, "LAY" + std::to_string(i), Side::Ask, 204, 100);
  }
  pipeline.match.do_work();
  EXPECT_EQ(payments(), 2U) << "the first with the command, then one";
  EXPECT_EQ(decided<matching::OrderAccepted>(), 10U);

  pipeline.clock.time = matching::Timestamp{pipeline.clock.time.value() + kMillisecond - 1};
  pipeline.place(SessionId{1}, "EARLY", Side::Ask, 204, 100);
  pipeline.match.do_work();
  EXPECT_EQ(payments(), 2U);
  EXPECT_EQ(decided<matching::MarketSettled>(), 0U);

  pipeline.clock.time = matching::Timestamp{pipeline.clock.time.value() + 1};
  pipeline.place(SessionId{1}, "LATE", Side::Ask, 204, 100);
  pipeline.match.do_work();
  EXPECT_EQ(payments(), 3U);
  EXPECT_EQ(decided<matching::MarketSettled>(), 1U);
}

TEST_F(PaymentsTest, ASuspensionNeverWaitsForThem) {
  pipeline.submit(matching::SettleMarket{.market = kRain});
  pipeline.submit(matching::SuspendMarket{.market = Name{"MKT"}});
  pipeline.match.do_work();
  EXPECT_EQ(decided<matching::MarketSuspended>(), 1U);
  EXPECT_EQ(decided<matching::MarketSettled>(), 0U);
}

TEST_F(PaymentsTest, WhenNothingElseIsThereTheyGoOn) {
  pipeline.submit(matching::SettleMarket{.market = kRain});
  pipeline.match.do_work();
  EXPECT_EQ(payments(), 2U);
  EXPECT_EQ(pipeline.match.do_work(), 0U) << "a command has just come: others may follow";
  EXPECT_EQ(payments(), 2U);
  EXPECT_LT(pipeline.match.next_deadline(),
            std::chrono::steady_clock::now() + std::chrono::milliseconds{2});

  pipeline.clock.time = matching::Timestamp{pipeline.clock.time.value() + kMillisecond};
  pipeline.match.do_work();
  EXPECT_EQ(payments(), 3U);
  EXPECT_EQ(pipeline.match.do_work(), 0U);
}

TEST_F(PaymentsTest, AProcessIsInTheBacklogUntilItsEnd) {
  EXPECT_EQ(pipeline.match.backlog().payments.value(), 0U);
  pipeline.submit(matching::SettleMarket{.market = kRain});
  pipeline.match.do_work();
  EXPECT_EQ(pipeline.match.backlog().payments.value(), 1U);
  EXPECT_EQ(pipeline.match.backlog().orders.value(), 0U);

  pipeline.clock.time = matching::Timestamp{pipeline.clock.time.value() + 5 * kMillisecond};
  pipeline.match.do_work();
  EXPECT_EQ(pipeline.match.backlog().payments.value(), 0U);
}

}  // namespace
}  // namespace betex::gateway::testing

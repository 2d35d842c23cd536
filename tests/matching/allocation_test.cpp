// Once its pools have grown to what the traffic needs, the engine allocates nothing per order: not
// for orders, ClOrdIDs, levels, events, deadlines, indices or rows, nor when ids are forgotten.
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "matching/engine.h"
#include "tests/support/allocations.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::uint64_t kRequestsADay = 20'000;
constexpr std::int64_t kStep = kDay / static_cast<std::int64_t>(kRequestsADay);

// Limit orders of every time in force, amends and cancels of one account, IOC orders of another, in
// a binary market and on the runners of an odds market. Both must have the money for what they bet.
class Traffic {
 public:
  explicit Traffic(const EngineCapacity& capacity = {}) {
    engine_.reserve(capacity);
    for (const char* account : {"maker", "taker"}) {
      decide(CreateAccount{.account = Name{account},
                           .kind = AccountKind::Collateralised,
                           .opening_balance = Decimal{1'000'000'000 * kDecimalScale},
                           .exposure_limit = Decimal{1'000'000'000 * kDecimalScale}});
    }
    decide(CreateMarket{
        .market = Name{"M"}, .kind = MarketKind::Binary, .ladder = LadderKind::LinearCent});
    decide(OpenMarket{.market = Name{"M"}});
    decide(CreateMarket{.market = Name{"H"}, .winners = 2});
    for (const char* runner : kRunners) {
      decide(AddRunner{.market = Name{"H"}, .symbol = Name{runner}});
    }
    decide(OpenMarket{.market = Name{"H"}});
  }

  void run_days(int days) {
    for (std::uint64_t i = 0; i < kRequestsADay * static_cast<std::uint64_t>(days); ++i) {
      now_ += Timestamp{kStep};
      const std::uint64_t dice = random_() % 10;
      if (dice < 5) {
        place();
      } else if (dice < 6) {
        amend();
      } else if (dice < 9) {
        cancel(recent());
      } else {
        take();
      }
    }
  }

  [[nodiscard]] const Engine& engine() const { return engine_; }

  [[nodiscard]] std::uint64_t orders() const { return orders_; }

  // Of all rows: what was matched.
  [[nodiscard]] std::int64_t matched() const {
    std::int64_t sum = 0;
    engine_.visit_rows([&sum](const RowInfo& row) { sum += row.matched.value(); });
    return sum;
  }

 private:
  void decide(const CommandBody& body) {
    while (engine_.is_due(now_)) {
      engine_.decide({.timestamp = now_, .body = AdvanceTime{}});
    }
    engine_.decide({.timestamp = now_, .body = body});
  }

  // Short enough to need no memory of its own.
  ClOrdId id() { return ClOrdId{std::to_string(++ids_)}; }

  OrderId recent() { return OrderId{orders_ - random_() % (orders_ < 500 ? orders_ : 500)}; }

  static Decimal cents(std::int64_t count) { return Decimal{count * kDecimalScale / 100}; }

  void place() {
    constexpr TimeInForce kKinds[] = {TimeInForce::Day, TimeInForce::Gtc, TimeInForce::Gtd};
    const TimeInForce time_in_force = kKinds[random_() % 3];
    const bool gtd = time_in_force == TimeInForce::Gtd;
    const bool bid = random_() % 2 == 0;
    const auto away = static_cast<std::int64_t>(random_() % 30);
    const std::size_t runner = random_() % (kRunners.size() + 1);
    const bool binary = runner == kRunners.size();
    const Decimal odds = cents(bid ? 305 + 5 * (away % 10) : 200 - away);
    ++orders_;
    decide(PlaceOrder{.account = Name{"maker"},
                      .cl_ord_id = id(),
                      .symbol = Name{binary ? "M" : kRunners[runner]},
                      .transact_time = now_,
                      .price = binary ? cents(bid ? 49 - away : 51 + away) : odds,
                      .quantity = Decimal{10 * kDecimalScale},
                      .expire_time = gtd ? now_ + Timestamp{kStep * 300} : Timestamp{},
                      .side = bid ? Side::Bid : Side::Ask,
                      .time_in_force = time_in_force});
    if (time_in_force == TimeInForce::Gtc) {  // at most so many stay
      OrderId& oldest = good_till_cancelled_[next_gtc_++ % good_till_cancelled_.size()];
      cancel(oldest);
      oldest = OrderId{orders_};
    }
  }

  void amend() {
    decide(AmendOrder{.account = Name{"maker"},
                      .cl_ord_id = id(),
                      .order_id = recent(),
                      .transact_time = now_,
                      .price = cents(random_() % 2 == 0 ? 20 : 80),
                      .quantity = Decimal{10 * kDecimalScale}});
  }

  void cancel(OrderId order) {
    decide(CancelOrder{.account = Name{"maker"}, .cl_ord_id = id(), .order_id = order});
  }

  void take() {
    const bool bid = random_() % 2 == 0;
    const std::size_t runner = random_() % (kRunners.size() + 1);
    const bool binary = runner == kRunners.size();
    ++orders_;
    decide(PlaceOrder{.account = Name{"taker"},
                      .cl_ord_id = id(),
                      .symbol = Name{binary ? "M" : kRunners[runner]},
                      .transact_time = now_,
                      .price = cents(binary ? (bid ? 99 : 1) : (bid ? 101 : 100'000)),
                      .quantity = Decimal{25 * kDecimalScale},
                      .side = bid ? Side::Bid : Side::Ask,
                      .time_in_force = TimeInForce::Ioc});
  }

  static constexpr std::array kRunners{"A", "B", "C", "D"};

  Engine engine_;
  Timestamp now_{1'700'000'000 * kSecond};
  std::mt19937_64 random_{5};
  std::uint64_t ids_ = 1'000'000;
  std::uint64_t orders_ = 0;
  std::array<OrderId, 128> good_till_cancelled_{};
  std::size_t next_gtc_ = 0;
};

TEST(SteadyState, AllocatesNothingPerOrder) {
  Traffic traffic;
  traffic.run_days(24);  // generations differ by a page, which comes when the largest yet needs it
  const std::uint64_t orders_before = traffic.orders();
  const std::int64_t matched_before = traffic.matched();
  const std::size_t before = test::allocations();
  traffic.run_days(6);
  const std::size_t after = test::allocations();
  ASSERT_GT(traffic.orders() - orders_before, 50'000U);
  ASSERT_GT(traffic.matched() - matched_before, 1'000'000);
  // The list of the index's pages, one for 1 024 ids, doubles now and then.
  EXPECT_LE(after - before, 1U);
}

// The lists of what lives still grow.
TEST(Reserve, TakesThePagesOfOrdersAndIdsAhead) {
  const auto allocations = [](const EngineCapacity& capacity) {
    Traffic traffic{capacity};
    const std::size_t before = test::allocations();
    traffic.run_days(4);
    return test::allocations() - before;
  };
  const std::size_t growing = allocations({});
  const std::size_t reserved =
      allocations({.live_orders = 2'000, .finished_orders = 60'000, .cl_ord_ids = 100'000});
  EXPECT_GT(growing, reserved + 60);
}

// Pages and tables as large as what they hold, also where ids of refused requests, of which there
// are thousands here, come from two generations.
TEST(Load, AllocatesNoMoreThanGrowingHas) {
  const std::size_t before = test::allocations();
  Traffic traffic;
  traffic.run_days(4);
  const std::size_t grown = test::allocations() - before;
  std::vector<std::byte> bytes;
  traffic.engine().save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  const std::size_t before_load = test::allocations();
  const Engine loaded = Engine::load(bytes);
  EXPECT_LE(test::allocations() - before_load, grown);
  EXPECT_EQ(loaded.state_hash(), traffic.engine().state_hash());
}

TEST(SteadyState, GrowingIsSeen) {
  const std::size_t before = test::allocations();
  Traffic traffic;
  traffic.run_days(1);
  EXPECT_GT(test::allocations() - before, 10U);
}

}  // namespace
}  // namespace betex::matching::testing

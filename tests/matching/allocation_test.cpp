// Once its pools have grown to what the traffic needs, the engine allocates nothing per order: not
// for orders, ClOrdIDs, levels, events, deadlines or indices, nor when ids are forgotten.
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "matching/engine.h"
#include "tests/support/allocations.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::uint64_t kRequestsADay = 20'000;
constexpr std::int64_t kStep = kDay / static_cast<std::int64_t>(kRequestsADay);

// Limit orders of every time in force, amends and cancels of one account, IOC orders of another.
class Traffic {
 public:
  explicit Traffic(const EngineCapacity& capacity = {}) {
    engine_.reserve(capacity);
    decide(CreateAccount{.account = Name{"maker"}});
    decide(CreateAccount{.account = Name{"taker"}});
    decide(CreateMarket{
        .market = Name{"M"}, .kind = MarketKind::Binary, .ladder = LadderKind::LinearCent});
    decide(OpenMarket{.market = Name{"M"}});
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

  [[nodiscard]] std::uint64_t orders() const { return orders_; }

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
    ++orders_;
    decide(PlaceOrder{.account = Name{"maker"},
                      .cl_ord_id = id(),
                      .symbol = Name{"M"},
                      .transact_time = now_,
                      .price = cents(bid ? 49 - away : 51 + away),
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
    ++orders_;
    decide(PlaceOrder{.account = Name{"taker"},
                      .cl_ord_id = id(),
                      .symbol = Name{"M"},
                      .transact_time = now_,
                      .price = cents(bid ? 99 : 1),
                      .quantity = Decimal{25 * kDecimalScale},
                      .side = bid ? Side::Bid : Side::Ask,
                      .time_in_force = TimeInForce::Ioc});
  }

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
  const std::size_t before = test::allocations();
  traffic.run_days(6);
  ASSERT_GT(traffic.orders() - orders_before, 50'000U);
  // The list of the index's pages, one for 1 024 ids, doubles now and then.
  EXPECT_LE(test::allocations() - before, 1U);
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

TEST(SteadyState, GrowingIsSeen) {
  const std::size_t before = test::allocations();
  Traffic traffic;
  traffic.run_days(1);
  EXPECT_GT(test::allocations() - before, 10U);
}

}  // namespace
}  // namespace betex::matching::testing

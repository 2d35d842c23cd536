// What is told from the totals of levels, against the reference engine, which walks order by order:
// fill-or-kill, minimum fill and market orders of an account that has a few orders of its own in a
// deep book of others'. The random streams have books that are shallow beside what an account has.
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include "matching/engine.h"
#include "tests/matching/reference_engine.h"
#include "tests/matching/said_events.h"

namespace betex::matching::testing {
namespace {

constexpr int kLevels = 4;  // on each side
constexpr std::uint64_t kDeep = 150;

// Both engines, which are given the same.
class Pair {
 public:
  explicit Pair(std::uint64_t seed) : random_{seed} {
    for (const char* name : {"bob", "carol"}) {
      run(CreateAccount{.account = Name{name}});
    }
  }

  // A new market with a deep book, in which a new account has up to three orders. False where the
  // engines differ.
  bool open_market() {
    ++markets_;
    binary_ = markets_ % 2 == 0;
    const Name market{"M" + std::to_string(markets_)};
    symbol_ = Name{binary_ ? std::string{market.view()} : std::string{market.view()} + ".1"};
    account_ = Name{"own-" + std::to_string(markets_)};
    CreateMarket create{.market = market, .quantity_step = Decimal{binary_ ? 0 : kUnit / 2}};
    if (binary_) {
      create.kind = MarketKind::Binary;
      create.ladder = LadderKind::LinearCent;
    } else {
      create.runners = {symbol_, Name{std::string{market.view()} + ".2"}};
    }
    const bool rich = below(2) == 0;
    bool same = run(CreateAccount{.account = account_,
                                  .kind = AccountKind::Collateralised,
                                  .opening_balance = Decimal{(rich ? 1'000'000 : 300) * kUnit}}) &&
                run(create) && run(OpenMarket{.market = market});
    const std::uint64_t own = below(4);
    for (std::uint64_t i = 0; i < kDeep && same; ++i) {
      same = run(resting(below(2) == 0 ? "bob" : "carol"));
      if (below(kDeep) < own) {
        same = same && run(resting(std::string{account_.view()}));
      }
    }
    return same;
  }

  // An order of that account that takes, or does not.
  bool probe() {
    PlaceOrder order = resting(std::string{account_.view()});
    // Up to more than there is; about 5.5 units a resting order, half of them on each side.
    order.quantity = Decimal{(1 + static_cast<std::int64_t>(below(600))) * kUnit};
    // From the middle to beyond the last level.
    order.price = price(order.side, static_cast<std::int64_t>(kLevels + below(kLevels + 2)));
    order.self_trade_prevention = static_cast<SelfTradePrevention>(below(5));
    order.time_in_force = below(2) == 0 ? TimeInForce::Fok : TimeInForce::Ioc;
    if (order.time_in_force == TimeInForce::Ioc) {
      const auto most = static_cast<std::uint64_t>(order.quantity.value() / kUnit);
      order.min_quantity = Decimal{static_cast<std::int64_t>(below(most + 1)) * kUnit};
    }
    if (below(3) == 0) {
      order.type = OrderType::Market;
      order.price = Decimal{};
      const Decimal most{
          below(2) == 0 ? 0 : static_cast<std::int64_t>(below(500)) * kUnit + kUnit / 10};
      order.extras = OrderExtras{.reference = {}, .order_group = {}, .max_cost = most};
    }
    return run(order);
  }

  [[nodiscard]] const std::string& difference() const { return difference_; }

  [[nodiscard]] const std::map<CancelCause, int>& cancelled() const { return cancelled_; }

 private:
  static constexpr std::int64_t kUnit = kDecimalScale;

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  // So many levels into the other side from the taker's own worst level. Backs and buys rest where
  // they do not cross; a back's odds are the better for it the higher they are.
  [[nodiscard]] Decimal price(Side side, std::int64_t depth) const {
    const bool bid = side == Side::Bid;
    if (binary_) {
      const std::int64_t lowest = bid ? 50 - kLevels : 49 + kLevels;
      return Decimal{(lowest + (bid ? depth : -depth)) * kUnit / 100};
    }
    const std::int64_t highest = bid ? 150 + kLevels : 151 - kLevels;
    return Decimal{(highest + (bid ? -depth : depth)) * kUnit / 100};
  }

  PlaceOrder resting(const std::string& account) {
    const Side side = below(2) == 0 ? Side::Bid : Side::Ask;
    return {.account = Name{account},
            .cl_ord_id = ClOrdId{"id-" + std::to_string(++ids_)},
            .symbol = symbol_,
            .transact_time = kNow,
            .price = price(side, static_cast<std::int64_t>(below(kLevels))),
            .quantity = Decimal{(1 + static_cast<std::int64_t>(below(10))) * kUnit},
            .side = side,
            .time_in_force = TimeInForce::Gtc};
  }

  bool run(const CommandBody& body) {
    const Command command{.timestamp = kNow, .body = body};
    const std::string expected = to_string(reference_.run(command));
    const SaidEvents said = events_of(engine_.decide(command));
    for (const SaidEvent& event : said) {
      event.visit([&]<typename Event>(const Event& e) {
        if constexpr (std::is_same_v<Event, OrderCancelled>) {
          ++cancelled_[e.cause];
        }
      });
    }
    if (to_string(said) != expected) {
      difference_ = "the reference says\n" + expected + "the engine says\n" + to_string(said);
    }
    return difference_.empty();
  }

  static constexpr Timestamp kNow{1'700'000'000'000'000'000};

  std::mt19937_64 random_;
  Engine engine_;
  ReferenceEngine reference_;
  std::uint64_t markets_ = 0;
  std::uint64_t ids_ = 0;
  bool binary_ = false;
  Name symbol_;
  Name account_;
  std::map<CancelCause, int> cancelled_;
  std::string difference_;
};

TEST(Depth, IsAsTheReferenceEngineWalksIt) {
  Pair pair{1};
  for (int market = 0; market < 60; ++market) {
    ASSERT_TRUE(pair.open_market()) << pair.difference();
    for (int i = 0; i < 12; ++i) {
      ASSERT_TRUE(pair.probe()) << "market " << market << ", order " << i << ": "
                                << pair.difference();
    }
  }
  for (const CancelCause cause : {CancelCause::FillOrKill,
                                  CancelCause::MinimumFill,
                                  CancelCause::SelfTradeTaker,
                                  CancelCause::SelfTradeMaker,
                                  CancelCause::SelfTradeBoth,
                                  CancelCause::SelfTradeDecrement}) {
    EXPECT_TRUE(pair.cancelled().contains(cause)) << static_cast<int>(cause);
  }
}

}  // namespace
}  // namespace betex::matching::testing

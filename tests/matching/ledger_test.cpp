// The ledger by itself: what orders lock, and what fills move (RULES.md section 5).
#include "matching/ledger.h"

#include <gtest/gtest.h>

namespace betex::matching::testing {
namespace {

constexpr AccountId kAlice{1};
constexpr AccountId kCarol{2};
constexpr MarketId kRain{7};

// A binary market, an unlimited account and a collateralised one.
class Ledgers : public ::testing::Test {
 protected:
  Ledgers() {
    ledger.add_account({.kind = AccountKind::Unlimited});
    ledger.add_account({.kind = AccountKind::Collateralised});
  }

  static OrderData order(AccountId account, Side side, std::int64_t leaves, const Lock& lock) {
    return {.account = account,
            .market = kRain,
            .side = side,
            .values = {.order_qty = Quantity{leaves}, .leaves_qty = Quantity{leaves}},
            .closing = lock.closing,
            .cash_lock = lock.cash};
  }

  static Ledger::Request request(AccountId account, Side side, std::int64_t leaves, Price price) {
    return {.account = account,
            .market = kRain,
            .kind = MarketKind::Binary,
            .side = side,
            .leaves = Quantity{leaves},
            .per_unit = unit_cost(MarketKind::Binary, side, price)};
  }

  // The account holds so many YES or NO afterwards.
  void hold(AccountId account, Side side, std::int64_t contracts) {
    OrderData opening = order(account, side, contracts, {});
    ledger.fill(opening, MarketKind::Binary, Quantity{contracts}, {});
  }

  Ledger ledger;
};

TEST_F(Ledgers, ContractsThatCloseAreLockedBeforeCash) {
  hold(kAlice, Side::Bid, 60);
  Lock lock;
  EXPECT_EQ(ledger.check(request(kAlice, Side::Ask, 100, Price{7'000}), lock), Reason::None);
  EXPECT_EQ(lock.closing, Quantity{60});
  EXPECT_EQ(lock.cash, Money{40 * 3'000});

  ledger.lock(order(kAlice, Side::Ask, 100, lock));
  EXPECT_EQ(ledger.money(kAlice).cash_locked, Money{40 * 3'000});
  EXPECT_EQ(ledger.check(request(kAlice, Side::Ask, 10, Price{7'000}), lock), Reason::None);
  EXPECT_EQ(lock.closing, Quantity{0}) << "all of them are locked already";
}

TEST_F(Ledgers, NewTermsMayUseWhatTheOrderHasLocked) {
  hold(kAlice, Side::Bid, 60);
  Lock lock;
  ASSERT_EQ(ledger.check(request(kAlice, Side::Ask, 60, Price{7'000}), lock), Reason::None);
  const OrderData standing = order(kAlice, Side::Ask, 60, lock);
  ledger.lock(standing);
  Ledger::Request amended = request(kAlice, Side::Ask, 60, Price{8'000});
  amended.replaced = &standing;
  EXPECT_EQ(ledger.check(amended, lock), Reason::None);
  EXPECT_EQ(lock.closing, Quantity{60});
  EXPECT_EQ(lock.cash, Money{0});
}

TEST_F(Ledgers, CollateralisedAccountCanOnlyCloseWhatItHolds) {
  hold(kCarol, Side::Bid, 60);
  Lock lock;
  EXPECT_EQ(ledger.check(request(kCarol, Side::Ask, 60, Price{7'000}), lock), Reason::None);
  EXPECT_EQ(ledger.check(request(kCarol, Side::Ask, 61, Price{7'000}), lock),
            Reason::InsufficientFunds);
  EXPECT_EQ(ledger.check(request(kCarol, Side::Bid, 1, Price{7'000}), lock),
            Reason::InsufficientFunds);
}

TEST_F(Ledgers, SumThatWouldNotFitIsRefusedWhateverTheFunds) {
  hold(kAlice, Side::Bid, kMaxSum);
  Lock lock;
  EXPECT_EQ(ledger.check(request(kAlice, Side::Bid, 1, Price{1}), lock), Reason::AmountOverflow);
}

TEST_F(Ledgers, FillClosesFirstAndOpensWithTheRest) {
  hold(kAlice, Side::Ask, 30);  // NO
  OrderData bid =
      order(kAlice, Side::Bid, 50, {.closing = Quantity{30}, .cash = Money{20 * 6'000}});
  ledger.lock(bid);
  ledger.fill(bid,
              MarketKind::Binary,
              Quantity{40},
              {.lock_released = Money{10 * 6'000}, .closed = Quantity{30}});
  ASSERT_EQ(ledger.positions().size(), 1U);
  const Position& position = ledger.positions().front();
  EXPECT_EQ(position.no, Quantity{0});
  EXPECT_EQ(position.no_locked, Quantity{0});
  EXPECT_EQ(position.yes, Quantity{10});
  EXPECT_EQ(bid.cash_lock, Money{10 * 6'000});
  EXPECT_EQ(ledger.money(kAlice).cash_locked, bid.cash_lock);
  ledger.release(bid, {.closing = bid.closing, .cash = bid.cash_lock});
  EXPECT_EQ(ledger.money(kAlice).cash_locked, Money{0});
}

}  // namespace
}  // namespace betex::matching::testing

// What a log of events says about orders, books and markets, kept in standard containers by whoever
// reads the log: the other half of every comparison that invariants.h makes.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "matching/transaction.h"
#include "tests/matching/exposure.h"

namespace betex::matching::testing {

enum class ShadowPlace { Taking, Resting, Delayed };

struct ShadowOrder {
  OrderAccepted accepted;  // as it was entered, but for what an amend has set
  ShadowPlace place = ShadowPlace::Taking;
  Tick tick;
  OrderValues values;
  Money spent;  // what its fills have cost
};

inline MarketId market_of(const ShadowOrder& order) {
  return order.accepted.header.market;
}

inline AccountId account_of(const ShadowOrder& order) {
  return order.accepted.account;
}

struct ShadowMarket {
  MarketKind kind{};
  LadderKind ladder{};
  MarketState state = MarketState::Inactive;
  MarketState before_halt = MarketState::Inactive;
  std::uint32_t winners = 1;
  std::vector<InstrumentId> runners;  // removed ones too
  std::vector<AccountId> rows;        // in the order of their numbers
  std::uint32_t passed = 0;           // rows that the process which runs over them has passed
  bool removing = false;              // from a runner's removal until all rows have passed it
  Int128 pot = 0;
  std::string result;       // of the last determination or void
  std::string paid_result;  // of the last round that is complete
  std::uint32_t rounds = 0;
};

// Orders by tick, the oldest first.
using ShadowLevels = std::map<Tick, std::list<OrderId>>;

struct ShadowBook {
  MarketId market;
  ShadowLevels bids;
  ShadowLevels asks;

  ShadowLevels& side(Side side) { return side == Side::Bid ? bids : asks; }

  [[nodiscard]] const ShadowLevels& side(Side side) const {
    return side == Side::Bid ? bids : asks;
  }
};

// One account's bets in one market.
struct ShadowRow {
  std::map<InstrumentId, RunnerSums> runners;  // those that it counts, with and without bets
  Quantity bought;
  Quantity sold;
  Money cash;  // binary: to the account
  Quantity matched;
  bool settled = false;
  Money paid;
  Money commission;
};

struct ShadowAccount {
  AccountKind kind{};
  Money balance;
  Money credit;
  bool may_be_in_deficit = false;  // one of the four causes has touched it
};

// A fill that an order group counts.
struct ShadowFill {
  Timestamp at;
  Decimal quantity;
};

struct ShadowGroup {
  AccountId account;
  Reference name;
  OrderGroupStanding standing;    // as the last event about it says
  std::vector<ShadowFill> fills;  // since it was created or reset, the oldest first

  // Of the last `nanoseconds`.
  [[nodiscard]] Decimal filled_in(Int128 nanoseconds, Timestamp now) const;
};

class Shadow {
 public:
  // Each changes the picture; none checks anything.
  void read(const MarketCreated& event);
  void read(const RunnerAdded& event);
  void read(const MarketOpened& event);
  void read(const MarketResumed& event);
  void read(const MarketSuspended& event);
  void read(const MarketHalted& event);
  void read(const MarketUnhalted& event);
  void read(const MarketReopened& event);
  void read(const ExchangeHalted& event);
  void read(const ExchangeUnhalted& event);
  void read(const MarketClosed& event);
  void read(const MarketDetermined& event);
  void read(const MarketVoided& event);
  void read(const OrderAccepted& event);
  void read(const OrderRested& event);
  void read(const TradeMatched& event);
  void read(const OrderCancelled& event);
  void read(const OrderReduced& event);
  void read(const OrderReleased& event);
  void read(const OrderAmended& event);
  void read(const OrderExpired& event);
  void read(const OrderCancelledBatched& event);
  void read(const AccountCreated& event);
  void read(const AccountLimitsSet& event);
  void read(const FundsMoved& event);
  void read(const RunnerRemoved& event);
  void read(const RunnerBetsVoided& event);
  void read(const PositionsSettled& event);
  void read(const MarketSettled& event);
  void read(const RowsArchived& event);
  void read(const BatchStarted& event);
  void read(const BatchCompleted& event);
  void read(const OrderGroupSet& event);
  void read(const OrderGroupReset& event);
  void read(const OrderGroupCancelled& event);
  void read(const OrderGroupTripped& event);
  void read(const OrderGroupDeleted& event);

  template <typename Event>
  void read(const Event&) {}

  // The best opposite level that the order could take, and whether it reaches it; null: none.
  [[nodiscard]] const std::pair<const Tick, std::list<OrderId>>* best(InstrumentId instrument,
                                                                      Side side) const;

  [[nodiscard]] bool odds(InstrumentId instrument) const {
    return markets.at(books.at(instrument).market).kind == MarketKind::ExchangeOdds;
  }

  // Of the group, 0 for one that there is not.
  [[nodiscard]] std::uint32_t live_orders_of(std::uint32_t group) const;

  // What the order may still cost.
  [[nodiscard]] Money part(const ShadowOrder& order) const;

  [[nodiscard]] std::int64_t unit_cost(InstrumentId instrument, Side side, Tick tick) const;

  using RowKey = std::pair<MarketId, AccountId>;

  std::map<OrderId, ShadowOrder> live;
  std::set<OrderId> finished;
  std::map<InstrumentId, ShadowBook> books;
  std::map<MarketId, ShadowMarket> markets;
  std::map<RowKey, ShadowRow> rows;
  std::set<InstrumentId> removed;
  std::map<AccountId, ShadowAccount> accounts;
  std::map<std::uint32_t, ShadowGroup> groups;  // by their numbers; those that there are
  Timestamp now;                                // of the transaction that is read
  Int128 house = 0;
  Int128 rounding = 0;
  bool halted = false;  // the whole exchange
  Int128 put_in = 0;    // by operators: opening balances, deposits - withdrawals + corrections

 private:
  void take_out(OrderId order);
  void finish(OrderId order);
  void rest(OrderId order);
  void read_leg(const TradeLeg& leg, const TradeMatched& trade);
};

}  // namespace betex::matching::testing

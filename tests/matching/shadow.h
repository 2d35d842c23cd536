// What a log of events says about orders, books and markets, kept in standard containers by whoever
// reads the log: the other half of every comparison that invariants.h makes.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "matching/transaction.h"

namespace betex::matching::testing {

enum class ShadowPlace { Taking, Resting, Delayed };

struct ShadowOrder {
  OrderAccepted accepted;  // as it was entered
  ShadowPlace place = ShadowPlace::Taking;
  Tick tick;
  OrderValues values;
  Quantity closing;
  Money cash_lock;
};

struct ShadowMarket {
  MarketKind kind{};
  LadderKind ladder{};
  MarketState state = MarketState::Inactive;
  MarketState before_halt = MarketState::Inactive;
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

// What an account has bought and sold of an instrument, and paid for it, over all trades.
struct ShadowPosition {
  Quantity bought;
  Quantity sold;
  Money cash;  // to the account
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

  template <typename Event>
  void read(const Event&) {}

  // The best opposite level that the order could take, and whether it reaches it; null: none.
  [[nodiscard]] const std::pair<const Tick, std::list<OrderId>>* best(InstrumentId instrument,
                                                                      Side side) const;

  [[nodiscard]] bool odds(InstrumentId instrument) const {
    return markets.at(books.at(instrument).market).kind == MarketKind::ExchangeOdds;
  }

  std::map<OrderId, ShadowOrder> live;
  std::set<OrderId> finished;
  std::map<InstrumentId, ShadowBook> books;
  std::map<MarketId, ShadowMarket> markets;
  std::map<std::pair<AccountId, InstrumentId>, ShadowPosition> positions;

 private:
  void take_out(OrderId order);
  void finish(OrderId order);
  void rest(OrderId order);
  void read_leg(const TradeLeg& leg);
};

}  // namespace betex::matching::testing

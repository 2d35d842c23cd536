// The exchange once more, slow and obvious, in standard containers and straight from the rules:
// what the engine is compared with, event by event. It shares no code with the engine but the
// commands; what it says is in facts.h's form.
//
// It knows accounts, markets, orders, processes and time. Sessions, operators' request ids and the
// forgetting of ClOrdIDs are tested elsewhere.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "matching/commands.h"
#include "tests/matching/facts.h"

namespace betex::matching::testing {

class ReferenceEngine {
 public:
  using Id = std::uint64_t;

  enum class Place { Taking, Resting, Delayed, Finished };

  struct RefOrder {
    Id id = 0;
    Id account = 0;
    Id market = 0;
    Id instrument = 0;
    PlaceOrder asked;
    TimeInForce time_in_force{};
    Place place = Place::Taking;
    std::int64_t tick = 0;
    std::int64_t quantity = 0;
    std::int64_t filled = 0;
    std::int64_t leaves = 0;
    std::int64_t min_fill = 0;
    std::int64_t budget = 0;
    std::int64_t closing = 0;
    std::int64_t cash_lock = 0;
    std::int64_t expires = 0;
    std::int64_t release_at = 0;
  };

  Facts run(const Command& command);

  [[nodiscard]] const std::map<Id, RefOrder>& orders() const { return orders_; }

  // What must hold after every command; empty, or what does not.
  [[nodiscard]] std::string broken_invariant() const;

 private:
  struct RefMarket {
    Id id = 0;
    CreateMarket made;
    MarketState state = MarketState::Inactive;
    MarketState before_halt = MarketState::Inactive;
    bool in_play = false;
    std::uint64_t version = 0;
    std::int64_t step = 1;
    std::int64_t minimum = 1;
    std::int64_t maximum = 0;
    std::vector<Id> instruments;
    std::vector<std::int64_t> prices;  // the ladder, ascending

    [[nodiscard]] bool odds() const { return made.kind == MarketKind::ExchangeOdds; }
  };

  struct RefInstrument {
    Id id = 0;
    Id market = 0;
    bool removed = false;
    // Ticks from the best to the worst for the other side are found by walking; queues in order.
    std::map<std::int64_t, std::list<Id>> bids;
    std::map<std::int64_t, std::list<Id>> asks;
  };

  struct Holding {
    std::int64_t yes = 0, no = 0, yes_locked = 0, no_locked = 0;
  };

  struct RefBatch {
    Id id = 0;
    std::optional<Id> market, account, instrument;
    int side = 0;
    Id last = 0;
    Id cursor = 0;
    std::uint64_t guard_below = 0;
    CancelScope scope{};
    CancelCause cause{};
    std::int64_t total = 0;
  };

  struct WaitingAmend {
    std::int64_t tick = 0, quantity = 0, expires = 0, release_at = 0;
    std::pair<Id, std::string> id;  // of the request
  };

  struct Known {
    Id order = 0;
    Reason reason{};
  };

  using Book = std::map<std::int64_t, std::list<Id>>;

  void operator_command(const CommandBody& body);
  void place(const PlaceOrder& asked);
  void cancel(const CancelOrder& asked);
  void amend(const AmendOrder& asked);
  void mass_cancel(const MassCancel& asked);
  void advance_time();
  void continue_batch();

  Reason why_not(const PlaceOrder& asked, RefOrder& order);
  Reason market_refuses(const RefMarket& market, const RefInstrument& instrument, Id account);
  Reason bad_quantity(const RefMarket& market, Decimal asked, std::int64_t& quantity);
  std::optional<std::int64_t> tick_of(const RefMarket& market, Decimal price);
  Reason lock(RefOrder& order, std::int64_t leaves);
  Reason new_terms_fail(const RefOrder& order, RefOrder& changed);
  void carry_out_amend(RefOrder& order, const RefOrder& changed);

  void take(RefOrder& taker);
  std::int64_t would_fill(const RefOrder& taker);
  void trade(RefOrder& maker, RefOrder& taker, std::int64_t quantity);
  TradeLeg fill(RefOrder& order, std::int64_t price, std::int64_t quantity);
  void end_order(RefOrder& order);
  void cancel_order(RefOrder& order, CancelCause cause, Reason reason = Reason::None);
  void reduce_order(RefOrder& order, std::int64_t quantity);
  void rest(RefOrder& order);
  void release(RefOrder& order);
  void expire(RefOrder& order);
  void start_batch(RefBatch batch);
  void run_chunk(Id batch);
  [[nodiscard]] bool in_filter(const RefBatch& batch, const RefOrder& order) const;
  void set_state(RefMarket& market, EventKind kind, MarketState state);
  void reject_command(Reason reason);

  Book& side_of(const RefOrder& order, bool opposite);
  std::vector<std::int64_t> crossing_ticks(const RefOrder& order);
  [[nodiscard]] std::int64_t unit_cost(const RefMarket& market,
                                       Side side,
                                       std::int64_t price) const;
  [[nodiscard]] std::int64_t price_at(const RefOrder& order) const;
  [[nodiscard]] bool immediate(const RefOrder& order) const;
  [[nodiscard]] bool delays(const RefMarket& market) const;
  Holding& holding(const RefOrder& order);

  void say(Fact fact) { facts_.push_back(fact); }

  Id find_order(Id account, OrderId order, const ClOrdId& id);
  RefMarket* market_named(const Name& name);

  Facts facts_;
  std::int64_t now_ = 0;
  std::int64_t day_end_ = 0;
  Id last_order_ = 0;
  Id last_batch_ = 0;
  std::map<std::string, Id> accounts_, markets_by_name_, symbols_;
  std::set<Id> suspended_;
  std::map<Id, std::uint32_t> limits_;
  std::map<Id, RefMarket> markets_;
  std::map<Id, RefInstrument> instruments_;
  std::map<Id, RefOrder> orders_;
  std::set<Id> live_;  // of orders_, so that looking through them takes less than for ever
  std::map<Id, WaitingAmend> waiting_amends_;
  std::map<std::pair<Id, std::string>, Known> known_ids_;
  std::map<std::pair<Id, Id>, Holding> holdings_;
  std::vector<RefBatch> batches_;
};

}  // namespace betex::matching::testing

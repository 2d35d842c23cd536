// Checks commands against the state and emits what follows. It sees the state const: every change
// goes through an event. All checks of a command come before its first event, so nothing can fail
// half done. One overload per command; each emits an event, a refusal if need be.
#pragma once

#include <cstdint>
#include <optional>

#include "matching/commands.h"
#include "matching/emitter.h"
#include "matching/state.h"

namespace betex::matching {

class Decider {
 public:
  // Both must outlive it.
  Decider(const State& state, Emitter& emitter) noexcept : state_{state}, emitter_{emitter} {}

  // The command that the overloads below work on; it must stay until they return.
  void begin(const Command& command) noexcept { command_ = &command; }

  void decide(const PlaceOrder& place);
  void decide(const CancelOrder& cancel);
  void decide(const CreateAccount& create);
  void decide(const CreateMarket& create);
  void decide(const AddRunner& add);
  void decide(const OpenMarket& open);
  void decide(const SessionUp& up);
  void decide(const SessionDown& down);
  void decide(const ReserveNumbers& reserve);
  void decide(const RefuseInbound& refused);
  void decide(const AdvanceTime& advance);

 private:
  // A new order in the engine's own units.
  struct Terms {
    const AccountState* account = nullptr;
    const MarketData* market = nullptr;
    const InstrumentState* instrument = nullptr;
    Tick tick;
    Price limit;
    Quantity quantity;
    Quantity min_fill;
    Money max_cost;  // 0: none
    TimeInForce time_in_force{};
    Lock lock;
    bool id_consumed = false;
  };

  // How far a taker may go, in the book's terms.
  struct Reach {
    Key limit = 0;
    std::int64_t budget = 0;  // mu, of a market order with a maximum cost
    bool has_budget = false;
  };

  [[nodiscard]] Timestamp now() const noexcept { return command_->timestamp; }

  // decide_orders.cpp: checks in the order of domain.md section 3; Reason::None is a pass.
  [[nodiscard]] Reason check_requester(const Name& account,
                                       const ClOrdId& id,
                                       Timestamp transact_time,
                                       const AccountState*& found) const;
  [[nodiscard]] Reason check_order(const PlaceOrder& place, Terms& terms) const;
  [[nodiscard]] Reason check_market(const PlaceOrder& place, Terms& terms) const;
  [[nodiscard]] Reason check_price_and_quantity(const PlaceOrder& place, Terms& terms) const;
  [[nodiscard]] Reason check_combination(const PlaceOrder& place, Terms& terms) const;
  [[nodiscard]] Reason check_collateral(const PlaceOrder& place, Terms& terms) const;
  void reject(const PlaceOrder& place, const Terms& terms, Reason reason);
  void reject(const CancelOrder& cancel, Reason reason, const AccountState* account, Slot order);

  // match.cpp: an accepted order against the book.
  [[nodiscard]] bool crosses(const InstrumentState& instrument, Side side, Tick tick) const;
  void take(OrderId taker, Money max_cost);
  [[nodiscard]] Quantity fillable(const Order& taker, Reach reach) const;
  [[nodiscard]] Quantity affordable(const Order& taker, Price price, const Reach& reach) const;
  [[nodiscard]] bool prevent_self_trade(Slot taker, Slot maker);
  void trade(Slot taker, Slot maker, Quantity quantity);
  void cancel_order(Slot slot, CancelCause cause);
  void reduce_order(Slot slot, Quantity quantity, CancelCause cause);

  // decide_admin.cpp
  [[nodiscard]] Reason check_origin() const;
  [[nodiscard]] Reason check_request(const Name& request_id) const;
  [[nodiscard]] Reason check(const CreateMarket& create) const;
  [[nodiscard]] Reason check(const AddRunner& add, MarketId market) const;
  void refuse(const Name& subject, const Name& request_id, Reason reason);
  void refuse(const SessionInfo* session, SessionId id, Reason reason);

  const State& state_;
  Emitter& emitter_;
  const Command* command_ = nullptr;
};

}  // namespace betex::matching

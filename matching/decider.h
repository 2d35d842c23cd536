// Checks commands against the state and emits what follows. It sees the state const: every change
// goes through an event. All checks of a command come before its first event, so nothing can fail
// half done. One overload per command; each emits an event, a refusal if need be.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "matching/commands.h"
#include "matching/emitter.h"
#include "matching/lifecycle.h"
#include "matching/state.h"

namespace betex::matching {

// When AdvanceTime is due; none while nothing waits for time.
[[nodiscard]] std::optional<Timestamp> next_deadline(const State& state);
[[nodiscard]] bool is_due(const State& state, Timestamp now) noexcept;

class Decider {
 public:
  // Both must outlive it.
  Decider(const State& state, Emitter& emitter) noexcept : state_{state}, emitter_{emitter} {}

  // The command that the overloads below work on; it must stay until they return.
  void begin(const Command& command) noexcept { command_ = &command; }

  // decide_orders.cpp, amend.cpp
  void decide(const PlaceOrder& place);
  void decide(const CancelOrder& cancel);
  void decide(const AmendOrder& amend);

  // decide_markets.cpp
  void decide(const CreateMarket& create);
  void decide(const AddRunner& add);
  void decide(const OpenMarket& open);
  void decide(const RemoveRunner& remove);
  void decide(const SuspendMarket& suspend);
  void decide(const ResumeMarket& resume);
  void decide(const HaltMarket& halt);
  void decide(const UnhaltMarket& unhalt);
  void decide(const TurnInPlay& turn);
  void decide(const CloseMarket& close);

  // decide_settlement.cpp
  void decide(const DetermineMarket& determine);
  void decide(const SettleMarket& settle);
  void decide(const VoidMarket& annul);
  void decide(const ArchiveMarket& archive);

  // decide_accounts.cpp
  void decide(const CreateExchange& create);
  void decide(const CreateAccount& create);
  void decide(const SuspendAccount& suspend);
  void decide(const ResumeAccount& resume);
  void decide(const SetLimits& set);
  void decide(const MoveFunds& move);

  // decide_admin.cpp
  void decide(const SetTradingDay& set);
  void decide(const Announce& announce);
  void decide(const MoveWatermark& move);

  // decide_sessions.cpp
  void decide(const SessionUp& up);
  void decide(const SessionDown& down);
  void decide(const ReserveNumbers& reserve);
  void decide(const RefuseInbound& refused);
  void decide(const ConfirmDelivery& confirm);
  void decide(const SetSessionNumbers& set);
  void decide(const SuspendSession& suspend);
  void decide(const ResumeSession& resume);
  void decide(const LogoutSession& logout);

  // batches.cpp, time.cpp
  void decide(const MassCancel& cancel);
  void decide(const ContinueBatch& step);
  void decide(const AdvanceTime& advance);

 private:
  // An order's terms in the engine's own units, new or amended.
  struct Terms {
    const AccountState* account = nullptr;
    const MarketData* market = nullptr;
    const InstrumentState* instrument = nullptr;
    Side side{};
    Tick tick;
    Price limit;
    Quantity quantity;  // the total
    Quantity min_fill;
    Money max_cost;  // 0: none
    TimeInForce time_in_force{};
    Timestamp expire_time;
    SelfTradePrevention self_trade_prevention{};
    bool is_market_order = false;
    bool post_only = false;
    bool id_consumed = false;
  };

  // An operator's request, of the command that is decided.
  struct Request {
    Name id;  // empty: not a request of an operator
    Timestamp transact_time;
    bool makes_safer = false;  // never refused for its number
  };

  // Whether a walk through the book happens, or only tells what would happen.
  enum class Effect : std::uint8_t { None, Events };

  // Who walks, and how much of it is left.
  struct Taker {
    const InstrumentState& instrument;
    const MarketData& market;
    AccountId account;
    Side side{};
    SelfTradePrevention self_trade_prevention{};
    Quantity leaves;
    Slot slot = 0;  // of the accepted order; 0: it is only being checked
  };

  // What a walk trades.
  struct Walked {
    Quantity traded;
    Money cost;
  };

  // How far a taker may go, in the book's terms.
  struct Reach {
    Key limit = 0;
    std::int64_t budget = 0;  // mu, of a market order with a maximum cost
    bool has_budget = false;
  };

  [[nodiscard]] Timestamp now() const noexcept { return command_->timestamp; }

  [[nodiscard]] SessionId requester() const noexcept { return command_->origin.session; }

  // checks.cpp: in the order of RULES.md section 3; Reason::None is a pass.
  [[nodiscard]] Reason check_origin() const;
  [[nodiscard]] Request request() const;
  [[nodiscard]] Reason check_request() const;
  [[nodiscard]] Reason check_account(const HashedName& account, const AccountState*& found) const;
  [[nodiscard]] Reason check_may_enter(const AccountState& account) const;
  [[nodiscard]] Reason check_age(Timestamp transact_time) const;
  [[nodiscard]] Reason check_id(AccountId account, const ClOrdId& id) const;
  [[nodiscard]] Reason check_market(const Terms& terms, SessionId session) const;
  [[nodiscard]] Reason check_price(Decimal price, OrderType type, Terms& terms) const;
  [[nodiscard]] Reason check_quantity(Decimal quantity, Terms& terms) const;
  [[nodiscard]] Reason check_money(const Terms& terms, const Order* replaced) const;
  [[nodiscard]] Reason check_limits(const Terms& terms,
                                    const BetRequest& request,
                                    bool is_new) const;
  [[nodiscard]] bool crosses(const Terms& terms) const;
  [[nodiscard]] bool is_delayed(const MarketData& market) const noexcept;
  [[nodiscard]] Timestamp release_time(const MarketData& market) const noexcept;
  [[nodiscard]] Terms terms_of(const Order& order) const;

  // decide_orders.cpp
  [[nodiscard]] Reason check_order(const PlaceOrder& place, Terms& terms) const;
  [[nodiscard]] Reason check_combination(const PlaceOrder& place, Terms& terms) const;
  [[nodiscard]] Reason check_expiry(TimeInForce time_in_force, Timestamp expire_time) const;
  void accept(const PlaceOrder& place, const Terms& terms);
  void reject(const PlaceOrder& place, const Terms& terms, Reason reason);
  void answer_status(const PlaceOrder& place, const AccountState& account, Slot known);
  void reject(const CancelOrder& cancel, Reason reason, const AccountState* account, Slot order);

  // The order as a refusal tells of it: found or, where the request failed before, looked for now.
  // Without an id where there is none.
  template <typename Request>
  [[nodiscard]] Order order_of(const Request& request,
                               const AccountState* account,
                               Slot found) const {
    if (found == 0 && account != nullptr) {
      found = find_order(state_, account->id, request.order_id, request.orig_cl_ord_id);
    }
    return found == 0 ? Order{} : state_.orders.at(found);
  }

  // amend.cpp
  [[nodiscard]] Reason check_amend(const AmendOrder& amend, const Order& order, Terms& terms) const;
  [[nodiscard]] Reason check_new_terms(const Order& order, const Terms& terms) const;
  [[nodiscard]] static bool keeps_priority(const Order& order, const Terms& terms) noexcept;
  void delay_amend(const AmendOrder& amend, const Order& order, const Terms& terms);
  void carry_out(const OrderAmended& amended, const Order& order, const Terms& terms);
  void reject(const AmendOrder& amend, Reason reason, const AccountState* account, Slot order);
  void release_amend(const AmendDelayed& delayed);

  // match.cpp: an accepted order against the book.
  void take(OrderId taker);
  [[nodiscard]] Money cost_at_once(const Terms& terms) const;
  template <Effect effect>
  Walked walk(const Taker& taker, Reach reach) const;
  void trade(Slot taker, Slot maker, Quantity quantity) const;
  void cancel_order(Slot slot, CancelCause cause, Reason reason = Reason::None) const;
  void reduce_order(Slot slot, Quantity quantity, CancelCause cause) const;

  // time.cpp
  [[nodiscard]] std::uint32_t advance_one();
  void do_what_is_due(const Deadlines::Entry& entry);
  void expire_next_day_order();
  void expire(Slot slot);
  void release(Slot slot);

  // batches.cpp
  void start_batch(BatchStarted batch, MarketId market = MarketId{});
  void run_chunk(const Batch& running);
  template <typename Work>
  void run_chunk(Work work, const Batch& running);
  void cancel_and_go_on(MarketId market, BatchStarted batch);
  void start_what_follows(const BatchStarted& ended);
  [[nodiscard]] bool is_mass_cancelling(AccountId account) const;
  [[nodiscard]] Reason check_filter(const MassCancel& cancel,
                                    BatchStarted& batch,
                                    MarketId& market) const;
  void cancel_on_behalf(const MassCancel& cancel);

  // decide_markets.cpp
  [[nodiscard]] Reason check(const CreateMarket& create) const;
  [[nodiscard]] Reason check(const AddRunner& add, const MarketData& market) const;
  [[nodiscard]] const MarketData* market_for(const Name& name);
  [[nodiscard]] bool is_contest(const MarketData& market) const;
  [[nodiscard]] bool is_batch_cancelling(const MarketData& market) const;
  [[nodiscard]] Reason check_reopening(const MarketData& market) const;
  template <typename Event>
  void change_market(const Name& name, const MarketData& market, Reason reason);
  void cancel_in(MarketId market, BatchStarted batch);

  // decide_settlement.cpp
  [[nodiscard]] bool is_over_rows(const MarketData& market) const;
  [[nodiscard]] Reason check_end(MarketStep step, const MarketData& market) const;
  [[nodiscard]] Reason check(const DetermineMarket& determine,
                             const MarketData& market,
                             std::vector<InstrumentShare>& shares) const;

  // decide_accounts.cpp
  [[nodiscard]] const AccountState* account_for(const Name& name);
  [[nodiscard]] Reason check(const CreateAccount& create, AccountCreated& event) const;
  [[nodiscard]] Reason check(const SetLimits& set, AccountLimitsSet& event) const;
  [[nodiscard]] Reason check(const MoveFunds& move, FundsMoved& event) const;

  // decide_admin.cpp
  void refuse(const Name& subject, Reason reason);

  // decide_sessions.cpp
  void refuse(const SessionState* session, SessionId id, Reason reason);
  [[nodiscard]] const SessionState* session_for(const Name& comp_id);
  [[nodiscard]] const SessionState* current_session(SessionId id, SessionEpoch epoch);

  const State& state_;
  Emitter& emitter_;
  const Command* command_ = nullptr;
  std::vector<OrderId> chunk_;  // scratch of run_chunk
};

}  // namespace betex::matching

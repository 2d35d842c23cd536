// Checks commands against the state and emits what follows. It sees the state const: every change
// goes through an event. All checks of a command come before its first event, so nothing can fail
// half done. One overload per command; each emits an event, a refusal if need be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "matching/commands.h"
#include "matching/dry_run.h"
#include "matching/emitter.h"
#include "matching/lifecycle.h"
#include "matching/lookahead.h"
#include "matching/state.h"

namespace betex::matching {

// When AdvanceTime is due; none while nothing waits for time.
[[nodiscard]] std::optional<Timestamp> next_deadline(const State& state);
[[nodiscard]] bool is_due(const State& state, Timestamp now) noexcept;

class Decider {
 public:
  // All must outlive it.
  Decider(const State& state, Emitter& emitter, const Lookahead& lookahead) noexcept
      : state_{state}, emitter_{emitter}, lookahead_{lookahead} {}

  // The command that the overloads below work on; it must stay until they return.
  void begin(const Command& command) noexcept { command_ = &command; }

  // requests.cpp: what an operator wrote beside the request that has just been decided.
  void add_remark();

  // dry_run.cpp: what would become of it; it must be an operator's request. Emits nothing.
  [[nodiscard]] DryRun dry_run(const Command& command);

  // decide_orders.cpp, amend.cpp
  void decide(const PlaceOrder& place);
  void decide(const CancelOrder& cancel);
  void decide(const AmendOrder& amend);

  // decide_order_groups.cpp
  void decide(const OrderGroupRequest& request);

  // decide_terms.cpp
  void decide(const CreateMarket& create);
  void decide(const AddRunner& add);
  void decide(const ChangeMarket& change);
  void decide(const DescribeMarket& describe);

  // decide_markets.cpp
  void decide(const OpenMarket& open);
  void decide(const RemoveRunner& remove);
  void decide(const SuspendMarket& suspend);
  void decide(const ResumeMarket& resume);
  void decide(const HaltMarket& halt);
  void decide(const UnhaltMarket& unhalt);
  void decide(const TurnInPlay& turn);
  void decide(const CloseMarket& close);
  void decide(const ReopenMarket& reopen);

  // decide_settlement.cpp
  void decide(const DetermineMarket& determine);
  void decide(const SettleMarket& settle);
  void decide(const VoidMarket& annul);
  void decide(const ArchiveMarket& archive);

  // decide_accounts.cpp
  void decide(const CreateAccount& create);
  void decide(const SuspendAccount& suspend);
  void decide(const ResumeAccount& resume);
  void decide(const SetLimits& set);
  void decide(const MoveFunds& move);

  // decide_exchange.cpp
  void decide(const CreateExchange& create);
  void decide(const HaltExchange& halt);
  void decide(const UnhaltExchange& unhalt);
  void decide(const SetTradingDay& set);
  void decide(const Announce& announce);
  void decide(const StopExchange& stop);
  void decide(const MoveWatermark& move);

  // decide_approvals.cpp
  void decide(const RequireApproval& require);
  void decide(const Approve& approve);
  void decide(const Decline& decline);

  // decide_sessions.cpp
  void decide(const SessionUp& up);
  void decide(const SessionDown& down);
  void decide(const ReserveNumbers& reserve);
  void decide(const RefuseInbound& refused);
  void decide(const ConfirmDelivery& confirm);
  void decide(const WatchMarkets& watch);
  void decide(const SetSessionNumbers& set);
  void decide(const SuspendSession& suspend);
  void decide(const ResumeSession& resume);
  void decide(const LogoutSession& logout);

  // mass_cancels.cpp, batches.cpp, time.cpp
  void decide(const MassCancel& cancel);
  void decide(const CancelOnBehalf& cancel);
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
    std::uint64_t version_guard = 0;  // that the request gives; 0: none
    std::uint32_t order_group = 0;    // of a new order; 0: none
    Persistence persistence{};        // of an amended order
    SelfTradePrevention self_trade_prevention{};
    bool is_market_order = false;
    bool post_only = false;
    bool id_consumed = false;
  };

  // An operator's request, of the command that is decided.
  struct Request {
    Name id;  // empty: the gateway's own
    Timestamp transact_time;
    bool makes_safer = false;  // never refused for its number
    bool reopens = false;      // must not come late, nor while the exchange is halted
    bool ends_halt = false;    // of the exchange
    std::uint32_t approval_class = 0;
    std::uint64_t version_guard = 0;  // 0: none
    bool is_about_market = false;     // the subject is one
    Name subject;                     // as CommandRejected tells of it, as the next one
    std::uint8_t detail = 0;
  };

  // Whether a walk through the book happens, or only tells what would happen.
  enum class Effect : std::uint8_t { None, Events };

  // Who walks.
  struct Taker {
    const InstrumentState& instrument;
    const MarketData& market;
    AccountId account;
    std::uint32_t row = 0;  // of the account in the market; 0: it has none there
    Side side{};
    SelfTradePrevention self_trade_prevention{};
    Key limit = 0;  // how far it may go
    bool has_budget = false;
    Slot slot = 0;  // of the accepted order; 0: it is only being checked
  };

  // How far a walk has come.
  struct Walk {
    Quantity left;            // of the taker
    std::int64_t budget = 0;  // mu, of a market order with a maximum cost
    Quantity needed;          // 0: the walk goes on to its end
    std::size_t patience = std::numeric_limits<std::size_t>::max();  // orders to be looked at
    Quantity traded;
    Money cost;  // of what is traded

    void take(Quantity quantity, Money unit_cost) noexcept {
      left -= quantity;
      budget -= amount(quantity, unit_cost).value();
      traded += quantity;
      cost += amount(quantity, unit_cost);
    }

    // What is needed is traded, or cannot be any more.
    [[nodiscard]] bool is_decided() const noexcept {
      return needed != Quantity{} && (traded >= needed || traded + left < needed);
    }
  };

  // How much of the taker's own account rests at a level.
  struct OwnVolume {
    Key key = 0;
    Quantity quantity;
  };

  [[nodiscard]] Timestamp now() const noexcept { return command_->timestamp; }

  [[nodiscard]] SessionId requester() const noexcept { return command_->origin.session; }

  [[nodiscard]] std::uint16_t command_kind() const noexcept {
    return static_cast<std::uint16_t>(command_->body.index() + 1);
  }

  // At most `oldest` nanoseconds old, and `newest` ahead.
  [[nodiscard]] bool is_timely(Timestamp time,
                               std::int64_t oldest,
                               std::int64_t newest) const noexcept {
    return time.value() >= now().value() - oldest && time.value() <= now().value() + newest;
  }

  // How the market stands, into what tells of it; nothing where it is about none.
  template <typename Told>
  void tell_market(Told& told, MarketId market) const {
    if (market != MarketId{}) {
      const MarketData& data = state_.markets.at(market);
      told.version = data.version;
      told.state = data.state;
    }
  }

  // requests.cpp: in the order of RULES.md section 5.
  [[nodiscard]] Request request() const;
  [[nodiscard]] const Remark& remark() const;
  [[nodiscard]] Reason check_may_ask(const Request& asked) const;
  [[nodiscard]] Reason check_request() const;
  [[nodiscard]] bool is_admitted(Reason named);
  [[nodiscard]] bool passes(Reason reason);
  void refuse(Reason reason);
  [[nodiscard]] MarketId market_of(const Request& asked) const;
  [[nodiscard]] Timestamp waits_until(const RequestRecord& first) const;

  // dry_run.cpp
  [[nodiscard]] std::uint64_t most_cancelled() const;

  // decide_approvals.cpp
  [[nodiscard]] bool needs_approval() const;
  void propose();
  [[nodiscard]] const Proposal* proposal_of(const Name& request_id) const;
  [[nodiscard]] Reason check(const Approve& approve, const Proposal* proposal) const;
  [[nodiscard]] Reason carry_out(const Proposal& proposal);
  void emit_approved(OperationApproved event);
  void drop(const Proposal& proposal, SessionId decliner, const Name& request_id);

  // checks.cpp: in the order of RULES.md section 3; Reason::None is a pass.
  [[nodiscard]] Reason check_origin() const;
  [[nodiscard]] bool is_suspended(SessionId session) const;
  [[nodiscard]] Reason check_account(const HashedName& account, const AccountState*& found) const;
  [[nodiscard]] Reason check_may_enter(const AccountState& account, SessionId session) const;
  [[nodiscard]] Reason check_age(Timestamp transact_time) const;
  [[nodiscard]] Reason check_id(AccountId account, const KeyedClOrdId& id) const;
  [[nodiscard]] Reason check_market(const Terms& terms, SessionId session) const;
  [[nodiscard]] Reason check_price(Decimal price, OrderType type, Terms& terms) const;
  [[nodiscard]] Reason check_quantity(Decimal quantity, Terms& terms) const;
  [[nodiscard]] Reason check_money(const Terms& terms, const Order* replaced) const;
  [[nodiscard]] Reason check_limits(const Terms& terms,
                                    const BetRequest& request,
                                    bool is_new) const;
  [[nodiscard]] bool crosses(const Terms& terms) const;
  [[nodiscard]] static Reason check_guard(std::uint64_t guard, const MarketData& market) noexcept;
  [[nodiscard]] static bool is_delayed(const MarketData& market) noexcept;
  [[nodiscard]] static bool waits(const MarketData& market, bool post_only) noexcept;
  [[nodiscard]] Timestamp release_time(const MarketData& market) const noexcept;
  [[nodiscard]] Terms terms_of(const Order& order) const;

  // decide_orders.cpp
  [[nodiscard]] Reason check_order(const PlaceOrder& place, Terms& terms) const;
  [[nodiscard]] Reason check_combination(const PlaceOrder& place, Terms& terms) const;
  [[nodiscard]] Reason check_expiry(TimeInForce time_in_force, Timestamp expire_time) const;
  void accept(const PlaceOrder& place, const Terms& terms);
  [[gnu::noinline]] void reject(const PlaceOrder& place, const Terms& terms, Reason reason);
  [[gnu::noinline]] void answer_status(const PlaceOrder& place,
                                       const AccountState& account,
                                       Slot known);
  [[gnu::noinline]] void reject(const CancelOrder& cancel,
                                Reason reason,
                                const AccountState* account,
                                Slot order);

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

  // decide_order_groups.cpp
  [[gnu::noinline]] [[nodiscard]] Reason check_order_group(const Reference& name,
                                                           Terms& terms) const;
  [[gnu::noinline]] [[nodiscard]] Reason too_late(const Order& order) const;
  [[nodiscard]] const OrderGroup* group_of(const AccountState& account,
                                           const Reference& name) const;
  [[gnu::noinline]] void note_trade(const Order& taker, const Order& maker) const;
  [[gnu::noinline]] void trip_reached_groups();
  void trip(const OrderGroup& group, SessionId asked_by, const ClOrdId& cl_ord_id);
  std::uint32_t cancel_orders_of(const OrderGroup& group, CancelCause cause);
  [[nodiscard]] Timestamp groups_cancel_time(const SessionState& session,
                                             SessionDownReason reason) const;
  void cancel_groups_bound_to(const SessionState& session);
  [[nodiscard]] Reason check(const OrderGroupRequest& request,
                             const AccountState& account,
                             const OrderGroup*& group) const;
  void set_group(const OrderGroupRequest& request,
                 const AccountState& account,
                 const OrderGroup* known);
  void reset_group(const OrderGroupRequest& request, const OrderGroup& group);

  // amend.cpp
  [[nodiscard]] Reason check_amend(const AmendOrder& amend, const Order& order, Terms& terms) const;
  [[nodiscard]] Reason check_new_terms(const Order& order, const Terms& terms) const;
  [[nodiscard]] static bool keeps_priority(const Order& order, const Terms& terms) noexcept;
  [[nodiscard]] std::uint64_t guard_after(const Order& order, const Terms& terms) const;
  void delay_amend(const AmendOrder& amend, const Order& order, const Terms& terms);
  void carry_out(const OrderAmended& amended, const Order& order, const Terms& terms);
  [[gnu::noinline]] void reject(const AmendOrder& amend,
                                Reason reason,
                                const AccountState* account,
                                Slot order);
  void release_amend(const AmendDelayed& delayed);

  // match.cpp: an accepted order against the book.
  void take(OrderId taker);
  void match(OrderId taker) const;
  template <Effect effect>
  void walk(const Taker& taker, Walk& walked) const;
  template <Effect effect>
  bool walk_queue(const Taker& taker, Slot first, Money cost, Walk& walked) const;
  void trade(Slot taker, Slot maker, Quantity quantity) const;
  void cancel_order(Slot slot, CancelCause cause, Reason reason = Reason::None) const;
  void reduce_order(Slot slot, Quantity quantity, CancelCause cause) const;

  // depth.cpp: what a walk would trade, from the totals of levels as far as they tell.
  [[nodiscard]] bool fills(const Taker& taker, Walk start, Quantity needed) const;
  [[nodiscard]] Money cost_at_once(const Terms& terms, std::uint32_t row) const;
  [[nodiscard]] Walk look_ahead(const Taker& taker, const Walk& start) const;
  [[nodiscard]] bool may_meet_own(const Taker& taker) const;
  void walk_levels(const Taker& taker, std::span<const OwnVolume> own, Walk& walked) const;
  [[nodiscard]] std::span<const OwnVolume> find_own(const Taker& taker) const;
  [[nodiscard]] static Money cost_at(const Taker& taker, Key key);

  // time.cpp
  [[nodiscard]] std::uint32_t advance_one();
  void do_what_is_due(const Deadlines::Entry& entry);
  void expire_next_day_order();
  void expire(Slot slot);
  void release(Slot slot);

  // batches.cpp
  std::uint64_t start_batch(BatchStarted batch, MarketId market = MarketId{});
  std::uint64_t run_chunk(const Batch& running);
  template <typename Work>
  std::uint64_t run_chunk(Work work, const Batch& running);
  void cancel_and_go_on(MarketId market, BatchStarted batch);
  [[nodiscard]] std::optional<BatchStarted> what_follows(const BatchStarted& ended) const;
  [[nodiscard]] bool goes_on_after(const BatchStarted& ended) const;

  // mass_cancels.cpp
  [[nodiscard]] bool is_mass_cancelling(AccountId account) const;
  [[nodiscard]] Reason check_filter(const Name& market,
                                    const Name& symbol,
                                    BatchStarted& batch,
                                    MarketId& found) const;
  [[nodiscard]] Reason check(const MassCancel& cancel,
                             const AccountState& account,
                             BatchStarted& batch,
                             MarketId& market) const;
  [[nodiscard]] Reason check(const CancelOnBehalf& cancel,
                             BatchStarted& batch,
                             MarketId& market) const;

  // decide_terms.cpp
  [[nodiscard]] Reason check(const CreateMarket& create) const;
  [[nodiscard]] Reason check_runners(const CreateMarket& create) const;
  [[nodiscard]] Reason check(const AddRunner& add, const MarketData& market) const;
  [[nodiscard]] static Reason check(const ChangeMarket& change,
                                    const MarketData& market,
                                    MarketChanged& event);
  [[nodiscard]] Reason check(const DescribeMarket& describe,
                             const MarketData& market,
                             MarketDescribed& event) const;
  void add_runner(MarketId market, const Name& symbol, const Name& request_id);

  // decide_markets.cpp
  [[nodiscard]] const MarketData* market_for(const Name& name);
  [[nodiscard]] static Reason check_step(MarketStep step, const MarketData& market);
  [[nodiscard]] std::size_t active_runners(const MarketData& market) const;
  [[nodiscard]] bool is_contest(const MarketData& market) const;
  [[nodiscard]] bool is_batch_cancelling(const MarketData& market) const;
  [[nodiscard]] Reason check_reopening(const MarketData& market) const;
  [[nodiscard]] Reason check(const OpenMarket& open, const MarketData& market) const;
  [[nodiscard]] Reason check_removal(const MarketData& market, const InstrumentState* runner) const;
  template <typename Event>
  bool change_market(const MarketData& market, Reason reason);
  std::uint64_t cancel_in(MarketId market, BatchStarted batch);
  [[nodiscard]] bool removal_goes_on(const MarketData& market) const;

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

  // decide_sessions.cpp
  void refuse(const SessionState* session, SessionId id, Reason reason);
  [[nodiscard]] const SessionState* session_for(const Name& comp_id);
  [[nodiscard]] const SessionState* current_session(SessionId id, SessionEpoch epoch);
  [[nodiscard]] static Reason check(const SetSessionNumbers& set, const SessionInfo& session);

  const State& state_;
  Emitter& emitter_;
  const Lookahead& lookahead_;
  const Command* command_ = nullptr;
  DryRun* dry_run_ = nullptr;           // what would become of the command; null: it is decided
  bool is_approved_ = false;            // the command is a proposal that is carried out
  bool is_proposed_ = false;            // it has become a proposal
  Reason refusal_{};                    // of the proposal that was carried out last
  std::vector<OrderId> chunk_;          // scratch of run_chunk
  mutable std::vector<OwnVolume> own_;  // scratch of find_own
  mutable std::vector<std::uint32_t> reached_groups_;  // by the walk that is under way
  std::vector<OrderId> group_orders_;                  // scratch of cancel_orders_of
};

}  // namespace betex::matching

// The exchange once more, slow and obvious, in standard containers and straight from RULES.md: what
// the engine is compared with, event by event. It shares no code with the engine but the commands;
// what it says is in facts.h's form. An AdvanceTime does all that is due at once, where the engine
// takes several transactions.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "matching/commands.h"
#include "tests/matching/facts.h"
#include "tests/matching/reference_state.h"

namespace betex::matching::testing {

class ReferenceEngine {
 public:
  Facts run(const Command& command);

  [[nodiscard]] const std::map<RefId, RefOrder>& orders() const { return orders_; }

  [[nodiscard]] const std::map<RefId, RefSession>& sessions() const { return sessions_; }

  [[nodiscard]] const std::map<RefId, RefMarket>& markets() const { return markets_; }

  [[nodiscard]] RefId last_order() const { return last_order_; }

  [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }

  [[nodiscard]] bool batch_pending() const { return !batches_.empty(); }

  [[nodiscard]] std::size_t known_ids() const { return known_ids_.size(); }

 private:
  // reference_orders.cpp: order entry.
  void on(const PlaceOrder& asked);
  void on(const CancelOrder& asked);
  void on(const AmendOrder& asked);
  Reason may_enter(RefId account);
  Reason age_fails(Timestamp transact_time);
  Reason id_fails(const RefClOrdId& id);
  Reason why_not(const PlaceOrder& asked, RefOrder& order);
  Reason flags_fail(const PlaceOrder& asked, RefOrder& order);
  Reason market_refuses(const RefOrder& order, RefId session);
  Reason bad_quantity(const RefMarket& market, Decimal asked, std::int64_t& quantity);
  Reason lock(RefOrder& order, std::int64_t leaves);
  Reason amend_fails(const AmendOrder& asked, const RefOrder& order, RefOrder& changed);
  Reason new_terms_fail(const RefOrder& order, RefOrder& changed);
  static bool keeps_place(const RefOrder& order, const RefOrder& changed);
  void carry_out_amend(RefOrder& order, const RefOrder& changed, Fact request);
  void refuse_change(const RefRefusedChange& refused, RefId order, Reason reason);
  RefId find_order(RefId account, OrderId order, const ClOrdId& id);

  // reference_matching.cpp: prices, money, books.
  void take(RefOrder& taker);
  void prevent_self_trade(RefOrder& taker, RefOrder& maker);
  std::int64_t would_fill(const RefOrder& taker);
  void trade(RefOrder& maker, RefOrder& taker, std::int64_t quantity);
  Fact fill(RefOrder& order, std::int64_t price, std::int64_t quantity);
  void end_order(RefOrder& order, CancelCause cause = CancelCause::None);
  void cancel_order(RefOrder& order, CancelCause cause, Reason reason = Reason::None);
  void reduce_order(RefOrder& order, std::int64_t quantity);
  void rest(RefOrder& order);
  void change_lock(RefOrder& order, std::int64_t closing, std::int64_t cash);
  RefBook& side_of(const RefOrder& order, bool opposite);
  std::vector<std::int64_t> crossing_ticks(const RefOrder& order);
  std::optional<std::int64_t> tick_of(const RefMarket& market, Decimal price) const;
  [[nodiscard]] std::int64_t unit_cost(const RefMarket& market,
                                       Side side,
                                       std::int64_t price) const;
  [[nodiscard]] std::int64_t price_at(const RefOrder& order) const;
  RefHolding& holding(const RefOrder& order);

  // reference_batches.cpp
  void on(const MassCancel& asked);
  void on(const ContinueBatch&);
  void cancel_on_behalf(const MassCancel& asked);
  Reason filter_fails(const MassCancel& asked, RefBatch& batch);
  void start_batch(RefBatch batch);
  void run_chunk(RefId batch);
  [[nodiscard]] bool walks(const RefBatch& batch, const RefOrder& order) const;
  [[nodiscard]] bool in_filter(const RefBatch& batch, const RefOrder& order) const;

  // reference_markets.cpp
  void on(const CreateMarket& create);
  void on(const AddRunner& add);
  void on(const OpenMarket& open);
  void on(const SuspendMarket& suspend);
  void on(const ResumeMarket& resume);
  void on(const HaltMarket& halt);
  void on(const UnhaltMarket& unhalt);
  void on(const TurnInPlay& turn);
  void on(const RemoveRunner& remove);
  void on(const CloseMarket& close);
  void on(const DetermineMarket& determine);
  void on(const VoidMarket& annul);
  Reason market_parameters_fail(const CreateMarket& create);
  Reason shares_fail(const DetermineMarket& determine, const RefMarket& market, std::string& text);
  void add_instrument(RefMarket& market, const Name& symbol, const Name& request);
  RefMarket* market_for(const Name& name, const Name& request);
  [[nodiscard]] bool being_cancelled(const RefMarket& market) const;
  [[nodiscard]] bool is_contest(const RefMarket& market) const;
  void set_state(RefMarket& market, Fact event, MarketState state);
  void cancel_in(const RefMarket& market, RefBatch batch);

  // reference_sessions.cpp: sessions, accounts, operators.
  void on(const CreateAccount& create);
  void on(const SuspendAccount& suspend);
  void on(const ResumeAccount& resume);
  void on(const SetLimits& set);
  void on(const SetTradingDay& set);
  void on(const Announce& announce);
  void on(const MoveWatermark& move);
  void on(const SessionUp& up);
  void on(const SessionDown& down);
  void on(const ReserveNumbers& reserve);
  void on(const RefuseInbound& refused);
  void on(const ConfirmDelivery& confirm);
  void on(const SetSessionNumbers& set);
  void on(const SuspendSession& suspend);
  void on(const ResumeSession& resume);
  void on(const LogoutSession& logout);
  RefSession* current_session(SessionId id, SessionEpoch epoch);
  RefSession* session_for(const Name& comp_id, const Name& request);
  RefAccount* account_for(const Name& name, const Name& request);

  // reference_time.cpp
  void on(const AdvanceTime&);
  struct Due;
  [[nodiscard]] Due next_due() const;
  void do_what_is_due(RefOrder& order, std::int64_t due);
  void release(RefOrder& order);
  void release_amend(RefOrder& order);
  void expire(RefOrder& order);
  void end_day();
  void end_generation();
  void end_grace();
  [[nodiscard]] std::int64_t day_end_after(std::int64_t time) const;

  // reference_engine.cpp: what all commands share.
  void say(Fact fact);
  [[nodiscard]] Fact about(const RefOrder& order, EventKind kind) const;
  void refuse(Reason reason, std::string_view subject, std::string_view request);
  [[nodiscard]] Reason origin_fails() const;
  [[nodiscard]] Reason request_fails(const Name& request) const;
  void remember(const Name& request);
  void learn(const RefClOrdId& id, RefId order, Reason reason = Reason::None);

  [[nodiscard]] RefId requester() const { return command_->origin.session.value(); }

  const Command* command_ = nullptr;
  Facts facts_;
  std::int64_t now_ = 0;
  std::uint64_t last_seq_ = 0;  // before the command that runs
  std::uint64_t said_ = 0;      // events of the command that runs
  std::uint64_t watermark_ = 0;
  std::uint32_t day_ends_at_s_ = 0;
  std::int64_t day_end_ = 0;
  std::int64_t generation_end_ = 0;
  std::uint64_t generation_ = 0;
  RefId last_order_ = 0;
  RefId last_batch_ = 0;
  std::map<std::string, RefId> accounts_by_name_, markets_by_name_, symbols_, sessions_by_name_;
  std::map<RefId, RefAccount> accounts_;
  std::map<RefId, RefMarket> markets_;
  std::map<RefId, RefInstrument> instruments_;
  std::map<RefId, RefSession> sessions_;
  std::map<RefId, RefOrder> orders_;
  std::map<RefId, RefOrder*> live_;  // of orders_
  std::map<RefId, RefWaitingAmend> waiting_amends_;
  std::map<RefClOrdId, RefKnownId> known_ids_;
  std::map<std::pair<RefId, RefId>, RefHolding> holdings_;  // by account and market
  std::vector<RefBatch> batches_;
  std::set<std::string> requests_;
};

// In units of 1/`per_one`; none where something is left over.
std::optional<std::int64_t> whole(Decimal decimal, std::int64_t per_one);

// 0: unknown.
RefId id_of(const std::map<std::string, RefId>& names, const Name& name);

constexpr std::uint32_t code(auto value) {
  return static_cast<std::uint32_t>(value);
}

}  // namespace betex::matching::testing

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
#include <type_traits>
#include <vector>

#include "matching/commands.h"
#include "matching/engine.h"
#include "tests/matching/reference_state.h"
#include "tests/matching/said_events.h"

namespace betex::matching::testing {

class ReferenceEngine {
 public:
  SaidEvents run(const Command& command);

  [[nodiscard]] const std::map<RefId, RefOrder>& orders() const { return orders_; }

  [[nodiscard]] const std::map<RefId, RefSession>& sessions() const { return sessions_; }

  [[nodiscard]] const std::map<RefId, RefMarket>& markets() const { return markets_; }

  [[nodiscard]] const std::map<RefId, RefInstrument>& instruments() const { return instruments_; }

  // Null where there is none of that name.
  [[nodiscard]] const RefMarket* find_market(const Name& name) const;

  // Deleted ones too, as long as their names are kept.
  [[nodiscard]] const std::map<RefId, RefGroup>& groups() const { return groups_; }

  // Null where the account has none of that name.
  [[nodiscard]] const RefGroup* find_group(const Name& account, const Reference& name) const;

  // At the time of the last command.
  [[nodiscard]] OrderGroupStanding standing_of(const RefGroup& group) const;

  [[nodiscard]] RefId last_order() const { return last_order_; }

  [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }

  [[nodiscard]] const std::map<RefId, RefAccount>& accounts() const { return accounts_; }

  [[nodiscard]] PendingBatch batch_pending() const;

  // The whole exchange.
  [[nodiscard]] bool halted() const { return halted_; }

  [[nodiscard]] const std::vector<RefProposal>& proposals() const { return proposals_; }

  [[nodiscard]] std::uint32_t approval_classes() const { return approval_classes_; }

  [[nodiscard]] std::uint64_t watermark() const { return watermark_; }

  // Of a row, as RULES.md section 5 says it.
  [[nodiscard]] std::int64_t exposure(const RefMarket& market, const RefRow& row) const;

  [[nodiscard]] Int128 house() const { return house_; }

  [[nodiscard]] Int128 rounding() const { return rounding_; }

 private:
  // reference_orders.cpp: order entry.
  void on(const PlaceOrder& asked);
  void answer_status(const PlaceOrder& asked, RefId account, const RefKnownId& first);
  void on(const CancelOrder& asked);
  void on(const AmendOrder& asked);
  Reason may_enter(RefId account, RefId session);
  Reason age_fails(Timestamp transact_time);
  Reason id_fails(const RefClOrdId& id);
  Reason why_not(const PlaceOrder& asked, RefOrder& order);
  Reason flags_fail(const PlaceOrder& asked, RefOrder& order);
  Reason market_refuses(const RefOrder& order, RefId session);
  Reason bad_quantity(const RefMarket& market, Decimal asked, std::int64_t& quantity);
  Reason amend_fails(const AmendOrder& asked, const RefOrder& order, RefOrder& changed);
  Reason moment_refuses(const RefOrder& order, std::uint64_t guard);
  Reason new_terms_fail(const RefOrder& order, RefOrder& changed);
  [[nodiscard]] bool waits_for_delay(const RefOrder& order) const;
  static bool keeps_place(const RefOrder& order, const RefOrder& changed);
  void carry_out_amend(RefOrder& order, const RefOrder& changed, const OrderAmended& request);
  void refuse_change(const RefRefusedChange& refused, RefId order, Reason reason);
  RefId find_order(RefId account, OrderId order, const ClOrdId& id);

  // reference_matching.cpp: prices, books, trades.
  void take(RefOrder& taker);
  void walk(RefOrder& taker);
  void prevent_self_trade(RefOrder& taker, RefOrder& maker);
  [[nodiscard]] RefDryRun dry_run(const RefOrder& taker);
  void trade(RefOrder& maker, RefOrder& taker, std::int64_t quantity);
  TradeLeg fill(RefOrder& order, std::int64_t price, std::int64_t quantity);
  void end_order(RefOrder& order, CancelCause cause = CancelCause::None);
  void cancel_order(RefOrder& order,
                    CancelCause cause,
                    Reason reason = Reason::None,
                    const ClOrdId& request = {});
  void reduce_order(RefOrder& order, std::int64_t quantity);
  void rest(RefOrder& order);
  RefBook& side_of(const RefOrder& order, bool opposite);
  std::vector<std::int64_t> crossing_ticks(const RefOrder& order);
  std::optional<std::int64_t> tick_of(const RefMarket& market, Decimal price) const;
  [[nodiscard]] std::int64_t unit_cost(const RefMarket& market,
                                       Side side,
                                       std::int64_t price) const;
  [[nodiscard]] std::int64_t price_at(const RefOrder& order) const;
  [[nodiscard]] std::int64_t affordable(const RefOrder& taker,
                                        std::int64_t spent,
                                        std::int64_t cost) const;

  // reference_groups.cpp: order groups.
  void on(const OrderGroupRequest& asked);
  [[nodiscard]] RefId group_of(RefId account, const Reference& name) const;
  [[nodiscard]] std::vector<RefId> live_orders_of(RefId group) const;
  [[nodiscard]] std::vector<RefId> groups_bound_to(RefId session) const;
  [[nodiscard]] std::int64_t filled_of(const RefGroup& group) const;
  [[nodiscard]] Reason group_fails(const PlaceOrder& asked, RefOrder& order) const;
  [[nodiscard]] bool is_of_tripped_group(const RefOrder& order) const;
  void count_fill(const RefOrder& order, std::int64_t quantity, bool maker);
  void trip_what_is_filled();
  std::uint32_t cancel_group(const RefGroup& group, CancelCause cause);
  void trip(RefGroup& group, RefId requester, const ClOrdId& request);
  static Reason terms_fail(const OrderGroupRequest& asked);
  [[nodiscard]] Reason group_request_fails(const OrderGroupRequest& asked,
                                           RefId account,
                                           RefId group) const;
  void carry_out(const OrderGroupRequest& asked, RefId account, RefId id);
  void set_terms(RefGroup& group, const OrderGroupRequest& asked);
  void drop_deadline_of_none(RefId session);
  void end_groups_of(RefSession& session);

  // reference_money.cpp: rows, exposure, what an order is checked for.
  RefRow& row_of(const RefOrder& order);
  [[nodiscard]] const RefRow* find_row(const RefMarket& market, RefId account) const;
  [[nodiscard]] RefRow new_row(const RefMarket& market, RefId account) const;
  [[nodiscard]] RefOutcome outcome(const RefRow& row, RefId instrument) const;
  [[nodiscard]] RefPosition position(const RefRow& row) const;
  [[nodiscard]] std::int64_t part(const RefOrder& order) const;
  [[nodiscard]] std::vector<RefOpen> open_in(RefId market, RefId account, RefId except = 0) const;
  [[nodiscard]] std::int64_t exposure(const RefMarket& market,
                                      const RefRow& row,
                                      const std::vector<RefOpen>& open) const;
  [[nodiscard]] Int128 odds_worst(const RefMarket& market,
                                  const RefRow& row,
                                  const std::vector<RefOpen>& open) const;
  [[nodiscard]] Int128 binary_worst(const RefRow& row, const std::vector<RefOpen>& open) const;
  [[nodiscard]] Int128 exposure_of_all(RefId account) const;
  [[nodiscard]] Int128 bound(RefId account) const;
  [[nodiscard]] bool overflows(const RefAccount& account, Int128 balance, Int128 more) const;
  [[nodiscard]] bool waits_for_a_removal(RefId account) const;
  Reason money_fails(const RefOrder& wanted, const RefOrder* replaced);
  Reason sums_fail(const RefOrder& wanted, const RefOrder* replaced);
  Reason position_fails(const RefOrder& wanted, const RefOrder* replaced) const;
  Reason risk_fails(const RefOrder& wanted, const RefOrder* replaced);

  // reference_funds.cpp: accounts and their money.
  void on(const CreateExchange& create);
  void on(const CreateAccount& create);
  void on(const SuspendAccount& suspend);
  void on(const ResumeAccount& resume);
  void on(const SetLimits& set);
  void on(const MoveFunds& move);
  Reason account_parameters_fail(const CreateAccount& create, RefAccount& account);
  Reason limits_fail(const SetLimits& set, RefAccount& limits) const;
  Reason funds_fail(const MoveFunds& move, const RefAccount& account, std::int64_t& amount) const;

  // reference_settlement.cpp: results, rounds, archives.
  void on(const DetermineMarket& determine);
  void on(const SettleMarket& settle);
  void on(const VoidMarket& annul);
  void on(const ArchiveMarket& archive);
  Reason shares_fail(const DetermineMarket& determine, const RefMarket& market) const;
  Reason result_refused(const RefMarket& market, const std::set<MarketState>& states) const;
  bool run_row_chunk(RefBatch& batch);
  void void_chunk(const RefBatch& batch, RefMarket& market, const std::vector<RefId>& rows);
  void pay_chunk(RefBatch& batch, RefMarket& market, const std::vector<RefId>& rows);
  void archive_chunk(const RefBatch& batch, RefMarket& market, const std::vector<RefId>& rows);
  void end_round(const RefBatch& batch, RefMarket& market);
  void end_archive(const RefBatch& batch, RefMarket& market);
  [[nodiscard]] static std::int64_t price_of_yes(const RefMarket& market);
  [[nodiscard]] static SettlementResult result_of(const RefMarket& market);
  [[nodiscard]] std::int64_t target(const RefMarket& market, const RefRow& row) const;
  [[nodiscard]] std::int64_t commission(const RefMarket& market, const RefRow& row) const;
  SettledRow pay(RefBatch& batch, RefMarket& market, RefRow& row);
  [[nodiscard]] bool has_work(const RefBatch& batch, const RefRow& row) const;

  // reference_batches.cpp
  void on(const MassCancel& asked);
  void on(const CancelOnBehalf& asked);
  void on(const ContinueBatch&);
  Reason places_fail(const Name& market, const Name& symbol, RefBatch& batch) const;
  void start_batch(RefBatch batch);
  void run_chunk(RefId batch);
  void follow(const RefBatch& batch);
  [[nodiscard]] bool is_followed(const RefBatch& batch) const;
  [[nodiscard]] bool others_run(const RefBatch& batch) const;
  bool run_order_chunk(RefBatch& batch);
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
  void on(const ReopenMarket& reopen);
  void on(const ChangeMarket& change);
  void on(const DescribeMarket& describe);
  Reason market_parameters_fail(const CreateMarket& create);
  Reason runners_fail(const CreateMarket& create) const;
  Reason change_fails(const ChangeMarket& change, RefMarket& changed) const;
  void add_instrument(RefMarket& market, const Name& symbol, const Name& request);
  [[nodiscard]] bool has_orders(const RefMarket& market) const;
  [[nodiscard]] bool being_cancelled(const RefMarket& market) const;
  [[nodiscard]] std::uint32_t active_runners(const RefMarket& market) const;
  [[nodiscard]] bool is_contest(const RefMarket& market) const;
  [[nodiscard]] bool being_reduced(const RefMarket& market) const;
  template <typename Event>
  void set_state(RefMarket& market, Event event, MarketState state);
  bool cancel_in(const RefMarket& market, RefBatch batch);
  RefId suspend_for_removal(RefMarket& market, const RemoveRunner& remove);

  // reference_sessions.cpp: sessions, operators.
  void on(const HaltExchange& halt);
  void on(const UnhaltExchange& unhalt);
  void on(const SetTradingDay& set);
  void on(const Announce& announce);
  void on(const StopExchange& stop);
  void on(const MoveWatermark& move);
  void on(const SessionUp& up);
  void on(const SessionDown& down);
  void on(const ReserveNumbers& reserve);
  void on(const RefuseInbound& refused);
  void on(const ConfirmDelivery& confirm);
  void on(const WatchMarkets& watch);
  void on(const SetSessionNumbers& set);
  void on(const SuspendSession& suspend);
  void on(const ResumeSession& resume);
  void on(const LogoutSession& logout);
  RefSession* current_session(SessionId id, SessionEpoch epoch);
  void refuse_session(RefId session, Reason reason);

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
  void end_request_generation();
  void end_grace();
  void end_proposal();
  [[nodiscard]] std::int64_t day_end_after(std::int64_t time) const;

  // reference_engine.cpp: what all commands share.
  template <typename Event>
  void say(Event event, RefId market = 0);
  template <HasTail Event>
  void say(Event event, RefId market, const std::vector<typename Event::Tail>& tail);
  [[nodiscard]] EventHeader header_of(RefId market);
  [[nodiscard]] static OrderValues values_of(const RefOrder& order);
  template <typename Body>
  void refuse(Reason reason, const Body& body);
  [[nodiscard]] Reason origin_fails() const;
  [[nodiscard]] Reason asker_fails() const;
  void learn(const RefClOrdId& id, RefId order, Reason reason = Reason::None);

  // reference_requests.cpp: what all requests of operators share.
  template <typename Body>
  void run_request(const Body& body);
  template <typename Body>
  void decide_request(const Body& body);
  template <typename Body>
  Reason request_fails(const Body& body) const;
  template <typename Body>
  void answer_known(const Body& body, const RefRequest& first);
  template <typename Body>
  void perform(const Body& body);
  template <typename Body>
  [[nodiscard]] Reason moment_fails(const Body& body) const;
  template <typename Body>
  [[nodiscard]] bool needs_approval(const Body& body) const;
  template <typename Body>
  [[nodiscard]] RefMarket& market_of(const Body& body);
  template <typename Body>
  [[nodiscard]] RefAccount& account_of(const Body& body);
  template <typename Body>
  [[nodiscard]] RefSession& session_of(const Body& body);

  // reference_approvals.cpp: four eyes.
  void on(const RequireApproval& require);
  void on(const Approve& approve);
  void on(const Decline& decline);
  template <typename Body>
  void propose(const Body& body);
  void drop(const RefProposal& proposal, RefId decliner, const Name& request);
  void tell_approved(const RefProposal& proposal, const Approve& approve, Reason reason);
  [[nodiscard]] const RefProposal* find_proposal(const Name& id) const;
  [[nodiscard]] Reason approver_fails(const RefProposal& proposal) const;

  // Of a proposal that is carried out, its proposer.
  [[nodiscard]] RefId requester() const {
    return carried_ != nullptr ? carried_->proposer : command_->origin.session.value();
  }

  // What was written beside the request that is decided; empty where nothing was.
  [[nodiscard]] Remark remark() const {
    if (carried_ != nullptr) {
      return carried_->remark;
    }
    return command_->remark.has_value() ? *command_->remark : Remark{};
  }

  const Command* command_ = nullptr;
  const RefProposal* carried_ = nullptr;  // the proposal that the command carries out
  Reason carried_reason_{};               // why that is refused
  SaidEvents events_;
  std::int64_t now_ = 0;
  std::uint64_t last_seq_ = 0;  // before the command that runs
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
  std::map<RefId, RefGroup> groups_;
  RefId last_group_ = 0;
  std::set<std::pair<RefId, RefId>> counted_in_walk_;  // accounts and their groups
  std::map<RefClOrdId, RefKnownId> known_ids_;
  std::vector<RefBatch> batches_;
  std::map<RefId, std::int64_t> done_;  // by processes that have ended, by their group
  std::map<std::string, RefRequest> requests_;
  std::uint32_t max_requests_a_day_ = 0;  // 0: none
  std::uint32_t requests_today_ = 0;
  std::int64_t request_generation_end_ = 0;
  std::uint64_t request_generation_ = 0;
  bool halted_ = false;  // the whole exchange
  std::uint32_t approval_classes_ = 0;
  std::vector<RefProposal> proposals_;  // the oldest first
  std::map<RefId, std::uint64_t> market_seqs_;
  Int128 house_ = 0;
  Int128 rounding_ = 0;
};

// In units of 1/`per_one`; none where something is left over.
std::optional<std::int64_t> whole(Decimal decimal, std::int64_t per_one);

// 0: unknown.
RefId id_of(const std::map<std::string, RefId>& names, const Name& name);

// A number as whichever of the distinct integers is asked for.
struct Plain {
  std::int64_t value = 0;

  template <std::integral Rep, typename Tag>
  operator Strong<Rep, Tag>() const {  // NOLINT(google-explicit-constructor)
    return Strong<Rep, Tag>{static_cast<Rep>(value)};
  }
};

constexpr Plain plain(auto value) {
  return {static_cast<std::int64_t>(value)};
}

// ---- What is said -------------------------------------------------------------------------------

template <typename Event>
void ReferenceEngine::say(Event event, RefId market) {
  event.header = header_of(market);
  events_.push_back(SaidEvent::of(event));
}

template <HasTail Event>
void ReferenceEngine::say(Event event,
                          RefId market,
                          const std::vector<typename Event::Tail>& tail) {
  event.header = header_of(market);
  events_.push_back(SaidEvent::of(event, tail));
}

// ---- Requests of operators ----------------------------------------------------------------------

template <typename Body>
constexpr bool kIsRequest = requires(const Body& body) {
  body.request_id;
  body.transact_time;
};

// What makes the exchange safer is asked for as often as it is needed.
template <typename Body>
constexpr bool kMakesSafer =
    std::is_same_v<Body, SuspendMarket> || std::is_same_v<Body, SuspendAccount> ||
    std::is_same_v<Body, SuspendSession> || std::is_same_v<Body, HaltMarket> ||
    std::is_same_v<Body, HaltExchange> || std::is_same_v<Body, CloseMarket> ||
    std::is_same_v<Body, CancelOnBehalf>;

template <typename Body>
constexpr bool kReopens =
    std::is_same_v<Body, OpenMarket> || std::is_same_v<Body, ReopenMarket> ||
    std::is_same_v<Body, ResumeMarket> || std::is_same_v<Body, UnhaltMarket> ||
    std::is_same_v<Body, UnhaltExchange> || std::is_same_v<Body, ResumeAccount> ||
    std::is_same_v<Body, ResumeSession>;

// What a refusal has to tell of a request.
struct RefSubject {
  Name name;
  std::uint8_t detail = 0;
};

// The narrowest thing that is named.
inline RefSubject subject_of(const CancelOnBehalf& asked) {
  const std::pair<const Name&, CancelTarget> targets[] = {{asked.symbol, CancelTarget::Instrument},
                                                          {asked.market, CancelTarget::Market},
                                                          {asked.account, CancelTarget::Account},
                                                          {asked.comp_id, CancelTarget::Session}};
  for (const auto& [name, target] : targets) {
    if (!name.empty()) {
      return {name, static_cast<std::uint8_t>(target)};
    }
  }
  return {};
}

template <typename Body>
RefSubject subject_of(const Body& body) {
  RefSubject subject;
  if constexpr (requires { body.market; }) {
    subject.name = body.market;
  } else if constexpr (requires { body.account; }) {
    subject.name = body.account;
  } else if constexpr (requires { body.comp_id; }) {
    subject.name = body.comp_id;
  } else if constexpr (requires { body.proposal; }) {
    subject.name = body.proposal;
  } else if constexpr (requires { body.subject; }) {
    subject.name = body.subject;
  }
  if constexpr (std::is_same_v<Body, MoveFunds>) {
    subject.detail = static_cast<std::uint8_t>(body.kind);
  } else if constexpr (requires { body.cancel_orders; }) {
    subject.detail = body.cancel_orders ? 1 : 0;
  }
  return subject;
}

// An operator's request that is refused now that it is decided. One that a second operator has
// approved is no event of its own.
template <typename Body>
void ReferenceEngine::refuse(Reason reason, const Body& body) {
  if (carried_ != nullptr) {
    carried_reason_ = reason;
    return;
  }
  Name request;
  if constexpr (requires { body.request_id; }) {
    request = body.request_id;
  }
  const auto known = requests_.find(std::string{request.view()});
  if (known != requests_.end()) {
    known->second.reason = reason;
  }
  const RefSubject subject = subject_of(body);
  say(CommandRejected{.session = plain(requester()),
                      .reason = reason,
                      .command = kCommandKind<Body>,
                      .id_consumed = !request.empty(),
                      .detail = subject.detail,
                      .subject = subject.name,
                      .request_id = request});
}

template <typename Body>
RefMarket& ReferenceEngine::market_of(const Body& body) {
  return markets_.at(id_of(markets_by_name_, body.market));
}

template <typename Body>
RefAccount& ReferenceEngine::account_of(const Body& body) {
  return accounts_.at(id_of(accounts_by_name_, body.account));
}

template <typename Body>
RefSession& ReferenceEngine::session_of(const Body& body) {
  return sessions_.at(id_of(sessions_by_name_, body.comp_id));
}

}  // namespace betex::matching::testing

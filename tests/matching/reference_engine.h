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

  [[nodiscard]] RefId last_order() const { return last_order_; }

  [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }

  [[nodiscard]] const std::map<RefId, RefAccount>& accounts() const { return accounts_; }

  [[nodiscard]] PendingBatch batch_pending() const;

  // Of a row, as RULES.md section 5 says it.
  [[nodiscard]] std::int64_t exposure(const RefMarket& market, const RefRow& row) const;

  [[nodiscard]] Int128 house() const { return house_; }

  [[nodiscard]] Int128 rounding() const { return rounding_; }

  [[nodiscard]] std::size_t known_ids() const { return known_ids_.size(); }

 private:
  // reference_orders.cpp: order entry.
  void on(const PlaceOrder& asked);
  void answer_status(const PlaceOrder& asked, RefId account, const RefKnownId& first);
  void on(const CancelOrder& asked);
  void on(const AmendOrder& asked);
  Reason may_enter(RefId account);
  Reason age_fails(Timestamp transact_time);
  Reason id_fails(const RefClOrdId& id);
  Reason why_not(const PlaceOrder& asked, RefOrder& order);
  Reason flags_fail(const PlaceOrder& asked, RefOrder& order);
  Reason market_refuses(const RefOrder& order, RefId session);
  Reason bad_quantity(const RefMarket& market, Decimal asked, std::int64_t& quantity);
  Reason amend_fails(const AmendOrder& asked, const RefOrder& order, RefOrder& changed);
  Reason new_terms_fail(const RefOrder& order, RefOrder& changed);
  static bool keeps_place(const RefOrder& order, const RefOrder& changed);
  void carry_out_amend(RefOrder& order, const RefOrder& changed, const OrderAmended& request);
  void refuse_change(const RefRefusedChange& refused, RefId order, Reason reason);
  RefId find_order(RefId account, OrderId order, const ClOrdId& id);

  // reference_matching.cpp: prices, books, trades.
  void take(RefOrder& taker);
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
  void on(const ContinueBatch&);
  void cancel_on_behalf(const MassCancel& asked);
  Reason filter_fails(const MassCancel& asked, RefBatch& batch);
  void start_batch(RefBatch batch);
  void run_chunk(RefId batch);
  void follow(const RefBatch& batch);
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
  Reason market_parameters_fail(const CreateMarket& create);
  void add_instrument(RefMarket& market, const Name& symbol, const Name& request);
  [[nodiscard]] bool being_cancelled(const RefMarket& market) const;
  [[nodiscard]] bool is_contest(const RefMarket& market) const;
  [[nodiscard]] bool being_reduced(const RefMarket& market) const;
  template <typename Event>
  void set_state(RefMarket& market, Event event, MarketState state);
  bool cancel_in(const RefMarket& market, RefBatch batch);

  // reference_sessions.cpp: sessions, operators.
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
  [[nodiscard]] std::int64_t day_end_after(std::int64_t time) const;

  // reference_engine.cpp: what all commands share.
  template <typename Event>
  void say(Event event, RefId market = 0);
  template <HasTail Event>
  void say(Event event, RefId market, const std::vector<typename Event::Tail>& tail);
  [[nodiscard]] EventHeader header_of(RefId market);
  [[nodiscard]] static OrderValues values_of(const RefOrder& order);
  void refuse(Reason reason, const Name& subject, const Name& request);
  [[nodiscard]] Reason origin_fails() const;
  template <typename Body>
  bool admit(const Body& body, const Name& subject);
  Reason request_fails(const Name& request, Timestamp transact_time, bool is_safer) const;
  void learn(const RefClOrdId& id, RefId order, Reason reason = Reason::None);
  template <typename Body>
  RefMarket* market_for(const Body& body);
  template <typename Body>
  RefAccount* account_for(const Body& body);
  template <typename Body>
  RefSession* session_for(const Body& body);

  [[nodiscard]] RefId requester() const { return command_->origin.session.value(); }

  const Command* command_ = nullptr;
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
  std::map<RefClOrdId, RefKnownId> known_ids_;
  std::vector<RefBatch> batches_;
  std::map<std::string, RefRequest> requests_;
  std::uint32_t max_requests_a_day_ = 0;  // 0: none
  std::uint32_t requests_today_ = 0;
  std::int64_t request_generation_end_ = 0;
  std::uint64_t request_generation_ = 0;
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

// What makes the exchange safer is asked for as often as it is needed.
template <typename Body>
constexpr bool kMakesSafer =
    std::is_same_v<Body, SuspendMarket> || std::is_same_v<Body, SuspendAccount> ||
    std::is_same_v<Body, SuspendSession> || std::is_same_v<Body, HaltMarket> ||
    std::is_same_v<Body, CloseMarket> || std::is_same_v<Body, MassCancel>;

// The checks that come before all others; false, and answered, where one fails. The request's id
// is used up from here on.
template <typename Body>
bool ReferenceEngine::admit(const Body& body, const Name& subject) {
  const Reason reason = request_fails(body.request_id, body.transact_time, kMakesSafer<Body>);
  const std::string id{body.request_id.view()};
  const auto known = requests_.find(id);
  if (reason == Reason::DuplicateRequestId && known->second.digest == command_->digest) {
    say(RequestKnown{.session = plain(requester()),
                     .reason = known->second.reason,
                     .command = static_cast<std::uint16_t>(command_->body.index() + 1),
                     .answered_by = plain(known->second.answered_by),
                     .subject = subject,
                     .request_id = body.request_id});
    return false;
  }
  if (reason != Reason::None) {
    say(CommandRejected{.session = plain(requester()),
                        .reason = reason,
                        .command = static_cast<std::uint16_t>(command_->body.index() + 1),
                        .subject = subject,
                        .request_id = body.request_id});
    return false;
  }
  if (!id.empty()) {
    ++requests_today_;
    requests_[id] = {
        .digest = command_->digest, .answered_by = last_seq_ + 1, .came_in = request_generation_};
  }
  return true;
}

// Null, and answered, where the request is not admitted or names nothing that there is.
template <typename Body>
RefMarket* ReferenceEngine::market_for(const Body& body) {
  if (!admit(body, body.market)) {
    return nullptr;
  }
  const RefId id = id_of(markets_by_name_, body.market);
  if (id == 0) {
    refuse(Reason::UnknownMarket, body.market, body.request_id);
    return nullptr;
  }
  return &markets_.at(id);
}

template <typename Body>
RefAccount* ReferenceEngine::account_for(const Body& body) {
  if (!admit(body, body.account)) {
    return nullptr;
  }
  const RefId id = id_of(accounts_by_name_, body.account);
  if (id == 0) {
    refuse(Reason::UnknownAccount, body.account, body.request_id);
    return nullptr;
  }
  return &accounts_.at(id);
}

template <typename Body>
RefSession* ReferenceEngine::session_for(const Body& body) {
  if (!admit(body, body.comp_id)) {
    return nullptr;
  }
  const RefId id = id_of(sessions_by_name_, body.comp_id);
  if (id == 0) {
    refuse(Reason::UnknownSession, body.comp_id, body.request_id);
    return nullptr;
  }
  return &sessions_.at(id);
}

}  // namespace betex::matching::testing

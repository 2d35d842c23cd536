// What time brings, in order of (deadline, id): releases, expiries, the end of the trading day and
// of the generations of ids, of proposals, cancels of sessions that are gone and of their order
// groups. In steps that fit one transaction.
#include <algorithm>
#include <chrono>  // the calendar; no clock
#include <limits>

#include "matching/decider.h"

namespace betex::matching {
namespace {

constexpr std::uint32_t kStepsPerTransaction = 4096;

// The session whose grace ends first; the lowest id among equals.
const SessionState& next_grace(const State& state) {
  const auto found =
      std::find_if(state.sessions.begin(), state.sessions.end(), [&](const SessionState& session) {
        return session.cancel_at == state.first_grace ||
               session.groups_cancel_at == state.first_grace;
      });
  BETEX_ASSERT(state.first_grace != Timestamp{} && found != state.sessions.end());
  return *found;
}

// Work of a deadline that has passed already.
bool has_leftover(const State& state) {
  return state.trading_day.left_to_expire != 0;
}

constexpr Timestamp kNever{std::numeric_limits<std::int64_t>::max()};

Timestamp first_deadline(const State& state) noexcept {
  if (state.last_tx_id == TxId{}) {
    return kNever;
  }
  if (has_leftover(state)) {
    return state.last_timestamp;
  }
  Timestamp first = std::min(std::min(state.trading_day.next_end, state.generations.next_end),
                             state.exchange.request_ids_end);
  if (const Deadlines::Entry* const entry = state.deadlines.first()) {
    first = std::min(first, entry->at);
  }
  if (!state.proposals.empty()) {
    first = std::min(first, state.proposals.front().event.expires);
  }
  return state.first_grace == Timestamp{} ? first : std::min(first, state.first_grace);
}

std::uint32_t date_before(Timestamp end) {
  using std::chrono::days;
  const std::int64_t last_second = end.value() / kNanosPerSecond - 1;
  const std::chrono::year_month_day date{
      std::chrono::sys_days{days{static_cast<int>(last_second / kSecondsPerDay)}}};
  return static_cast<std::uint32_t>(static_cast<int>(date.year())) * 10'000 +
         static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
}

}  // namespace

std::optional<Timestamp> next_deadline(const State& state) {
  const Timestamp first = first_deadline(state);
  return first == kNever ? std::nullopt : std::optional{first};
}

bool is_due(const State& state, Timestamp now) noexcept {
  return first_deadline(state) <= now;
}

void Decider::decide(const AdvanceTime&) {
  std::uint32_t steps = 0;
  while (steps < kStepsPerTransaction) {
    const std::uint32_t done = advance_one();
    if (done == 0) {
      return;
    }
    steps += done;
  }
}

// Does what is due first; returns how many steps it took, 0 if nothing is due.
std::uint32_t Decider::advance_one() {
  if (state_.last_tx_id == TxId{}) {
    return 0;
  }
  if (state_.trading_day.left_to_expire != 0) {
    expire_next_day_order();
    return 1;
  }
  const Timestamp due = first_deadline(state_);
  if (due > now()) {
    return 0;
  }
  const Deadlines::Entry* const entry = state_.deadlines.first();
  if (entry != nullptr && entry->at == due) {
    do_what_is_due(*entry);
    return 1;
  }
  if (state_.trading_day.next_end == due) {
    constexpr Timestamp kDay{kSecondsPerDay * kNanosPerSecond};
    emitter_.emit(TradingDayEnded{
        .date = date_before(due), .last_order = state_.last_order_id, .next_end = due + kDay});
    return 1;
  }
  if (state_.generations.next_end == due) {
    emitter_.emit(ClOrdIdGenerationEnded{.next_end = due + Timestamp{kGenerationNanos}});
    return 1;
  }
  if (state_.exchange.request_ids_end == due) {
    emitter_.emit(RequestIdGenerationEnded{.next_end = due + Timestamp{kRequestIdNanos}});
    return 1;
  }
  if (!state_.proposals.empty() && state_.proposals.front().event.expires == due) {
    drop(state_.proposals.front(), SessionId{}, Name{});
    return 1;
  }
  const SessionState& session = next_grace(state_);
  if (session.groups_cancel_at == due) {
    cancel_groups_bound_to(session);
    return kStepsPerTransaction;
  }
  start_batch({.session = session.info.session,
               .last_order = state_.last_order_id,
               .scope = CancelScope::All,
               .cause = session.cancel_cause});
  return kStepsPerTransaction;
}

void Decider::do_what_is_due(const Deadlines::Entry& entry) {
  const Slot slot = state_.orders.find(entry.order);
  switch (due_of(state_, entry)) {
    case Due::Release:
      release(slot);
      return;
    case Due::Expiry:
      expire(slot);
      return;
    case Due::Amend:
      release_amend(state_.delayed_amends.at(entry.order));
      return;
    case Due::Nothing:
      BETEX_ASSERT(false);
  }
}

void Decider::expire_next_day_order() {
  for (const OrderId id : state_.day_orders.after(state_.trading_day.expired_to)) {
    if (state_.orders.is_live(id)) {
      expire(state_.orders.find(id));
      return;
    }
  }
  BETEX_ASSERT(false);
}

void Decider::expire(Slot slot) {
  const Order& order = state_.orders.at(slot);
  OrderValues values = order.values;
  values.leaves_qty = Quantity{};
  emitter_.emit(OrderExpired{.order = order.id, .session = order.session, .values = values},
                order.market);
}

// The bet delay is over: all checks again, but for the order's own id and its money.
void Decider::release(Slot slot) {
  const Order& order = state_.orders.at(slot);
  const OrderId id = order.id;
  const Terms terms = terms_of(order);
  const AccountState& account = *terms.account;
  Reason reason = check_may_enter(account, order.session);
  if (reason == Reason::None && state_.exchange.halted) {
    reason = Reason::ExchangeHalted;
  }
  if (reason == Reason::None) {
    reason = check_market(terms, order.session);
  }
  if (reason == Reason::None) {
    reason = check_guard(state_.orders.terms(slot).version_guard, *terms.market);
  }
  if (reason == Reason::None && account.max_open_orders != 0 &&
      account.open_orders > account.max_open_orders) {
    reason = Reason::OpenOrdersLimit;
  }
  const bool crossing = crosses(terms);
  if (reason == Reason::None && terms.post_only && crossing) {
    reason = Reason::PostOnlyWouldCross;
  }
  if (reason != Reason::None) {
    cancel_order(slot, CancelCause::DelayFailed, reason);
    return;
  }
  const bool immediate =
      order.time_in_force == TimeInForce::Ioc || order.time_in_force == TimeInForce::Fok;
  const bool takes = immediate || crossing;
  emitter_.emit(OrderReleased{.order = id,
                              .session = order.session,
                              .entry = takes ? Entry::Takes : Entry::Rests,
                              .values = order.values},
                order.market);
  if (takes) {
    take(id);
  }
}

}  // namespace betex::matching

// The checks that orders, amends and cancels share, in the order of RULES.md section 3.
#include <algorithm>

#include "matching/decider.h"
#include "matching/lifecycle.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

constexpr std::int64_t kOldestRequest = 24 * 3'600 * kNanosPerSecond;
constexpr std::int64_t kNewestRequest = 5 * 60 * kNanosPerSecond;

}  // namespace

// A message of a session that is not known, or of an epoch that is over, changes nothing.
Reason Decider::check_origin() const {
  const Origin& origin = command_->origin;
  if (origin.session == SessionId{}) {
    return Reason::None;
  }
  const SessionState* const session = state_.sessions.find(origin.session);
  if (session == nullptr) {
    return Reason::UnknownSession;
  }
  return session->info.epoch == origin.epoch ? Reason::None : Reason::StaleEpoch;
}

bool Decider::is_suspended(SessionId session) const {
  const SessionState* const known = state_.sessions.find(session);
  return known != nullptr && known->info.suspended;
}

Reason Decider::check_account(const HashedName& account, const AccountState*& found) const {
  const auto id = static_cast<std::uint32_t>(state_.account_names.find(account));
  found = state_.accounts.find(AccountId{id});
  if (const Reason reason = check_origin(); reason != Reason::None) {
    return reason;
  }
  return found == nullptr ? Reason::UnknownAccount : Reason::None;
}

// Suspended accounts and sessions may cancel, and enter nothing. `session` is the one that asks, or
// has asked for what was waiting.
Reason Decider::check_may_enter(const AccountState& account, SessionId session) const {
  if (account.suspended) {
    return Reason::AccountSuspended;
  }
  return is_suspended(session) ? Reason::SessionSuspended : Reason::None;
}

// What enters or changes an order. A cancel is taken however old it is: all that one which comes
// again can do is to take risk away.
Reason Decider::check_age(Timestamp transact_time) const {
  return is_timely(transact_time, kOldestRequest, kNewestRequest) ? Reason::None
                                                                  : Reason::StaleRequest;
}

Reason Decider::check_id(AccountId account, const KeyedClOrdId& id) const {
  return state_.cl_ord_ids.find(account, id) != 0 ? Reason::DuplicateClOrdId : Reason::None;
}

Reason Decider::check_market(const Terms& terms, SessionId session) const {
  if (!is_possible(MarketStep::Enter, terms.market->state)) {
    return Reason::MarketNotOpen;
  }
  for (const Batch& batch : state_.batches) {
    const BatchStarted& started = batch.started;
    if (is_market_wide(started)) {
      if (started.header.market == terms.market->id) {
        return Reason::MarketBatchCancelling;
      }
    } else if ((started.account == AccountId{} || started.account == terms.account->id) &&
               (started.session == SessionId{} || started.session == session)) {
      return Reason::BatchRunning;
    }
  }
  return terms.instrument->removed ? Reason::RunnerNotActive : Reason::None;
}

// A market order's price is the ladder's end: whatever the book offers.
Reason Decider::check_price(Decimal decimal, OrderType type, Terms& terms) const {
  const Ladder& ladder = terms.instrument->book.ladder();
  if (type == OrderType::Market) {
    const Key last = ladder.tick_count() - 1;
    terms.tick = terms.instrument->book.tick_of(terms.side == Side::Bid ? last : 0);
    terms.limit = ladder.price_of(terms.tick);
  } else {
    const auto price = to_price(terms.market->kind, decimal);
    const auto tick = price ? ladder.tick_of(*price) : std::nullopt;
    if (!tick) {
      return Reason::PriceNotOnLadder;
    }
    terms.tick = *tick;
    terms.limit = *price;
  }
  return Reason::None;
}

Reason Decider::check_quantity(Decimal decimal, Terms& terms) const {
  const MarketKind kind = terms.market->kind;
  const auto quantity = to_quantity(kind, decimal);
  if (decimal <= Decimal{} || (quantity && *quantity > max_order_quantity(kind))) {
    return Reason::BadQuantity;
  }
  if (!quantity || quantity->value() % terms.market->quantity_step.value() != 0) {
    return Reason::QuantityStep;
  }
  terms.quantity = *quantity;
  return Reason::None;
}

// RULES.md section 5, "checks of a new order". `replaced` is the order whose terms these are to
// become, or null.
Reason Decider::check_money(const Terms& terms, const Order* replaced) const {
  const MarketData& market = *terms.market;
  OrderValues values;
  BetRequest request{.place = {.account = terms.account->id,
                               .market = market.id,
                               .row = state_.ledger.market(market.id).rows.find(terms.account->id),
                               .runner = terms.instrument->runner,
                               .side = terms.side}};
  if (replaced != nullptr) {
    values = replaced->values;
    request.replaced = part_of(state_, state_.orders.find(replaced->id));
  }
  values.leaves_qty = terms.quantity - values.cum_qty;
  request.part = open_part(
      {.kind = market.kind, .side = terms.side, .limit = terms.limit, .max_cost = terms.max_cost},
      values);
  if (const Reason reason = check_limits(terms, request, replaced == nullptr);
      reason != Reason::None) {
    return reason;
  }
  if (terms.is_market_order && !is_delayed(market)) {
    request.part.cost = std::min(request.part.cost, cost_at_once(terms, request.place.row));
  }
  return state_.ledger.check(request);
}

Reason Decider::check_limits(const Terms& terms, const BetRequest& request, bool is_new) const {
  const MarketData& market = *terms.market;
  const AccountState& account = *terms.account;
  const Quantity open =
      terms.instrument->book.volume(terms.side) + (request.part.leaves - request.replaced.leaves);
  if (open.value() > kMaxSum || state_.ledger.overflows(request)) {
    return Reason::AmountOverflow;
  }
  if (terms.quantity > market.max_quantity) {
    return Reason::OrderSizeLimit;
  }
  if (is_new && account.max_open_orders != 0 && account.open_orders >= account.max_open_orders) {
    return Reason::OpenOrdersLimit;
  }
  return market.max_position != Quantity{} && state_.ledger.exceeds(request, market.max_position)
             ? Reason::PositionLimit
             : Reason::None;
}

bool Decider::crosses(const Terms& terms) const {
  const Book& book = terms.instrument->book;
  const auto best = book.best(opposite(terms.side));
  return best && reaches(terms.side, book.key_of(terms.tick), *best);
}

Reason Decider::check_guard(std::uint64_t guard, const MarketData& market) noexcept {
  return guard == 0 || guard == market.version ? Reason::None : Reason::StaleMarketVersion;
}

bool Decider::is_delayed(const MarketData& market) noexcept {
  return market.in_play && market.bet_delay_ms != 0;
}

// A new order, or an amend that loses its place, has to wait.
bool Decider::waits(const MarketData& market, bool post_only) noexcept {
  return is_delayed(market) && !(post_only && (market.flags & kPassiveSkipsDelay) != 0);
}

Timestamp Decider::release_time(const MarketData& market) const noexcept {
  return now() + Timestamp{market.bet_delay_ms * kNanosPerMillisecond};
}

Decider::Terms Decider::terms_of(const Order& order) const {
  const InstrumentState& instrument = state_.instruments.at(order.instrument);
  return {.account = &state_.accounts.at(order.account),
          .market = &state_.markets.at(order.market),
          .instrument = &instrument,
          .side = order.side,
          .tick = order.tick,
          .limit = instrument.book.ladder().price_of(order.tick),
          .quantity = order.values.order_qty,
          .time_in_force = order.time_in_force,
          .expire_time = order.expire_time,
          .persistence = order.persistence,
          .post_only = order.post_only != 0};
}

}  // namespace betex::matching

// The checks that commands share, in the order of RULES.md section 3.
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

Reason Decider::check_request(const Name& request_id) const {
  if (const Reason reason = check_origin(); reason != Reason::None) {
    return reason;
  }
  return !request_id.empty() && state_.request_ids.find(request_id) != 0
             ? Reason::DuplicateRequestId
             : Reason::None;
}

Reason Decider::check_account(const HashedName& account, const AccountState*& found) const {
  const auto id = static_cast<std::uint32_t>(state_.account_names.find(account));
  found = state_.accounts.find(AccountId{id});
  if (const Reason reason = check_origin(); reason != Reason::None) {
    return reason;
  }
  return found == nullptr ? Reason::UnknownAccount : Reason::None;
}

// Suspended accounts and sessions may cancel, and enter nothing.
Reason Decider::check_may_enter(const AccountState& account) const {
  if (account.suspended) {
    return Reason::AccountSuspended;
  }
  const SessionState* const session = state_.sessions.find(requester());
  return session != nullptr && session->suspended ? Reason::SessionSuspended : Reason::None;
}

// What enters or changes an order. A cancel is taken however old it is: all that one which comes
// again can do is to take risk away.
Reason Decider::check_age(Timestamp transact_time) const {
  return transact_time.value() < now().value() - kOldestRequest ||
                 transact_time.value() > now().value() + kNewestRequest
             ? Reason::StaleRequest
             : Reason::None;
}

Reason Decider::check_id(AccountId account, const ClOrdId& id) const {
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
  const Ladder& ladder = *terms.instrument->ladder;
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

// The account's own open orders are counted without the one that is checked.
Reason Decider::check_limits(const Terms& terms) const {
  return terms.quantity > terms.market->max_quantity ? Reason::OrderSizeLimit : Reason::None;
}

// Fills in the lock. `replaced` is the order whose terms these are to become, or null.
Reason Decider::check_collateral(Terms& terms, const Order* replaced) const {
  const Quantity leaves =
      replaced == nullptr ? terms.quantity : terms.quantity - replaced->values.cum_qty;
  if (terms.instrument->book.volume(terms.side).value() + leaves.value() > kMaxSum) {
    return Reason::AmountOverflow;
  }
  const MarketKind kind = terms.market->kind;
  return state_.ledger.check({.account = terms.account->id,
                              .market = terms.market->id,
                              .kind = kind,
                              .side = terms.side,
                              .leaves = leaves,
                              .per_unit = unit_cost(kind, terms.side, terms.limit),
                              .replaced = replaced},
                             terms.lock);
}

bool Decider::crosses(const Terms& terms) const {
  const Book& book = terms.instrument->book;
  const auto best = book.best(opposite(terms.side));
  return best && reaches(terms.side, book.key_of(terms.tick), *best);
}

bool Decider::is_delayed(const MarketData& market) const noexcept {
  return market.in_play && market.bet_delay_ms != 0;
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
          .limit = instrument.ladder->price_of(order.tick),
          .quantity = order.values.order_qty,
          .time_in_force = order.time_in_force,
          .expire_time = order.expire_time,
          .post_only = order.post_only != 0};
}

}  // namespace betex::matching

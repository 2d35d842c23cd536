// Batched processes: cancels of any number of orders in chunks, so that others go on in between.
#include <algorithm>
#include <tuple>

#include "matching/decider.h"

namespace betex::matching {
namespace {

// Live orders: a visit reads one, which is seldom in a cache. Those that have finished cost a bit
// each and do not count, since a list that was loaded has none and must give the same chunks.
constexpr std::size_t kMaxVisitedPerChunk = 8'192;

}  // namespace

// The first chunk is part of the transaction that starts the process.
void Decider::start_batch(BatchStarted batch, MarketId market) {
  batch.batch = state_.last_batch_id.next();
  batch.last_order = state_.last_order_id;
  emitter_.emit(batch, market);
  run_chunk(state_.batches.back());
}

void Decider::decide(const ContinueBatch&) {
  if (!state_.batches.empty()) {
    run_chunk(state_.batches.front());
  }
}

const OrderIdList& Decider::orders_of(const BatchStarted& batch) const {
  if (batch.account != AccountId{}) {
    return state_.accounts.at(batch.account).orders;
  }
  if (batch.session != SessionId{}) {
    return state_.sessions.at(batch.session).orders;
  }
  return state_.markets.at(batch.header.market).orders;
}

// Ends at 4096 cancelled or 8192 live ones visited, after a look ahead: if nothing is left, the
// process is completed in the same transaction.
void Decider::run_chunk(const Batch& running) {
  const Batch batch = running;  // the state's own goes with the last event
  const BatchStarted& filter = batch.started;
  OrderId cursor = batch.cursor;
  std::size_t visited = 0;
  bool completed = true;
  chunk_.clear();
  for (const OrderId id : orders_of(filter).after(cursor)) {
    if (id > filter.last_order) {
      break;
    }
    if (!state_.orders.is_live(id)) {
      continue;
    }
    const bool matching = matches(state_, filter, state_.orders.find(id));
    if (visited == kMaxVisitedPerChunk || (matching && chunk_.size() == kMaxBatchedOrders)) {
      completed = false;
      break;
    }
    ++visited;
    cursor = id;
    if (matching) {
      chunk_.push_back(id);
    }
  }
  cancel_chunk(filter, cursor, completed);
  if (completed) {
    emitter_.emit(BatchCompleted{.batch = filter.batch,
                                 .requester = filter.requester,
                                 .requester_account = filter.requester_account,
                                 .cause = filter.cause,
                                 .side = filter.side,
                                 .instrument = filter.instrument,
                                 .total = batch.total + chunk_.size(),
                                 .request_id = filter.request_id,
                                 .cl_ord_id = filter.cl_ord_id},
                  filter.header.market);
  }
}

// One event per market that the chunk touches, in ascending order of ids.
void Decider::cancel_chunk(const BatchStarted& filter, OrderId cursor, bool completed) {
  const OrderCancelledBatched event{
      .batch = filter.batch, .cause = filter.cause, .cursor_after = cursor};
  if (chunk_.empty()) {
    if (!completed) {
      emitter_.emit(event, chunk_, filter.header.market);
    }
    return;
  }
  const auto market_of = [this](OrderId id) {
    return state_.orders.at(state_.orders.find(id)).market;
  };
  if (filter.header.market != MarketId{}) {
    emitter_.emit(event, chunk_, filter.header.market);
    return;
  }
  std::sort(chunk_.begin(), chunk_.end(), [&](OrderId left, OrderId right) {
    return std::tuple{market_of(left), left} < std::tuple{market_of(right), right};
  });
  for (auto first = chunk_.begin(); first != chunk_.end();) {
    const MarketId market = market_of(*first);
    const auto last =
        std::find_if(first, chunk_.end(), [&](OrderId id) { return market_of(id) != market; });
    emitter_.emit(event, {first, last}, market);
    first = last;
  }
}

// ---- Mass cancel --------------------------------------------------------------------------------

// One of its owner's requests. An account has at most one at a time, so that nobody else's orders
// have many processes to be held against or to wait for.
bool Decider::is_mass_cancelling(AccountId account) const {
  return std::any_of(state_.batches.begin(), state_.batches.end(), [account](const Batch& batch) {
    return batch.started.requester_account == account;
  });
}

// What the request's filter names must exist.
Reason Decider::check_filter(const MassCancel& cancel,
                             BatchStarted& batch,
                             MarketId& market) const {
  if (cancel.side > 2) {
    return Reason::InvalidParameter;
  }
  batch.side = cancel.side;
  if (!cancel.market.empty()) {
    market = MarketId{static_cast<std::uint32_t>(state_.market_names.find(cancel.market))};
    if (market == MarketId{}) {
      return Reason::UnknownMarket;
    }
  }
  if (!cancel.symbol.empty()) {
    const auto id = static_cast<std::uint32_t>(state_.symbols.find(cancel.symbol));
    const InstrumentState* const instrument = state_.instruments.find(InstrumentId{id});
    if (instrument == nullptr || (market != MarketId{} && instrument->market != market)) {
      return Reason::UnknownInstrument;
    }
    batch.instrument = instrument->id;
    market = instrument->market;
  }
  if (cancel.session != SessionId{} && !state_.sessions.contains(cancel.session)) {
    return Reason::UnknownSession;
  }
  batch.session = cancel.session;
  return Reason::None;
}

void Decider::decide(const MassCancel& cancel) {
  if (cancel.cl_ord_id.empty()) {
    cancel_on_behalf(cancel);
    return;
  }
  BatchStarted batch{.scope = CancelScope::All,
                     .cause = CancelCause::MassCancel,
                     .id_consumed = true,
                     .requester = requester(),
                     .cl_ord_id = cancel.cl_ord_id};
  MarketId market;
  const AccountState* account = nullptr;
  Reason reason = check_account(cancel.account, account);
  if (reason == Reason::None) {
    reason = check_id(account->id, cancel.cl_ord_id);
  }
  const bool consumed = reason == Reason::None;
  if (consumed) {
    reason = is_mass_cancelling(account->id) ? Reason::BatchRunning
                                             : check_filter(cancel, batch, market);
  }
  if (reason != Reason::None) {
    emitter_.emit(MassCancelRejected{.account = account == nullptr ? AccountId{} : account->id,
                                     .session = requester(),
                                     .reason = reason,
                                     .id_consumed = consumed,
                                     .side = cancel.side,
                                     .account_name = cancel.account,
                                     .market = cancel.market,
                                     .symbol = cancel.symbol,
                                     .cl_ord_id = cancel.cl_ord_id});
    return;
  }
  batch.account = account->id;
  batch.requester_account = account->id;
  start_batch(batch, market);
}

void Decider::cancel_on_behalf(const MassCancel& cancel) {
  BatchStarted batch{.scope = CancelScope::All,
                     .cause = CancelCause::MassCancel,
                     .requester = requester(),
                     .request_id = cancel.request_id};
  MarketId market;
  Reason reason = check_request(cancel.request_id);
  if (reason == Reason::None && !cancel.account.empty()) {
    batch.account =
        AccountId{static_cast<std::uint32_t>(state_.account_names.find(cancel.account))};
    reason = batch.account == AccountId{} ? Reason::UnknownAccount : Reason::None;
  }
  if (reason == Reason::None) {
    reason = check_filter(cancel, batch, market);
  }
  if (reason == Reason::None && is_market_wide(batch) && market == MarketId{}) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(cancel.market, cancel.request_id, reason);
    return;
  }
  start_batch(batch, market);
}

}  // namespace betex::matching

// Processes over many orders of the reference engine: RULES.md section 4.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

constexpr int kMostCancelled = 4'096;
constexpr int kMostVisited = 8'192;  // live ones

}  // namespace

// The process looks at the orders of its account, else of its session, else of its market.
bool ReferenceEngine::walks(const RefBatch& batch, const RefOrder& order) const {
  if (batch.account) {
    return *batch.account == order.account;
  }
  return batch.session ? *batch.session == order.session : *batch.market == order.market;
}

bool ReferenceEngine::in_filter(const RefBatch& batch, const RefOrder& order) const {
  if ((batch.market && *batch.market != order.market) ||
      (batch.account && *batch.account != order.account) ||
      (batch.session && *batch.session != order.session) ||
      (batch.side != 0 && batch.side != static_cast<int>(order.asked.side))) {
    return false;
  }
  if (order.asked.version_guard != 0 && order.asked.version_guard < batch.guard_below) {
    return true;
  }
  if (batch.instrument && *batch.instrument != order.instrument) {
    return false;
  }
  switch (batch.scope) {
    case CancelScope::All:
      return true;
    case CancelScope::LapseOnly:
      return order.asked.persistence == Persistence::Lapse ||
             (batch.cause == CancelCause::MarketSuspended && order.asked.cancel_on_pause);
    case CancelScope::OnPause:
      return order.asked.cancel_on_pause;
    case CancelScope::None:
      return false;
  }
  return false;
}

void ReferenceEngine::start_batch(RefBatch batch) {
  batch.id = ++last_batch_;
  batch.last = last_order_;
  say({.kind = EventKind::BatchStarted,
       .market = batch.market.value_or(0),
       .order = batch.last,
       .other = batch.id,
       .session = batch.session.value_or(0),
       .requester = batch.requester,
       .account = batch.account.value_or(0),
       .version = batch.guard_below,
       .quantity = batch.side,
       .filled = code(batch.scope),
       .leaves = static_cast<std::int64_t>(batch.instrument.value_or(0)),
       .code = code(batch.cause),
       .id = batch.cl_ord_id,
       .request = batch.request});
  if (!batch.cl_ord_id.empty()) {
    learn({batch.requester_account, batch.cl_ord_id}, 0);
  }
  remember(Name{batch.request});
  batches_.push_back(batch);
  run_chunk(batch.id);
}

void ReferenceEngine::on(const ContinueBatch&) {
  if (!batches_.empty()) {
    run_chunk(batches_.front().id);
  }
}

// In ascending order of ids; told market by market.
void ReferenceEngine::run_chunk(RefId id) {
  const auto batch = std::find_if(
      batches_.begin(), batches_.end(), [id](const RefBatch& b) { return b.id == id; });
  std::map<RefId, std::vector<RefId>> by_market;
  int cancelled = 0;
  int visited = 0;
  bool more = false;
  for (auto entry = live_.upper_bound(batch->cursor);
       entry != live_.end() && entry->first <= batch->last;
       ++entry) {
    const RefOrder& order = *entry->second;
    if (!walks(*batch, order)) {
      continue;
    }
    const bool goes = in_filter(*batch, order);
    if (visited == kMostVisited || (goes && cancelled == kMostCancelled)) {
      more = true;
      break;
    }
    ++visited;
    batch->cursor = order.id;
    if (goes) {
      ++cancelled;
      by_market[order.market].push_back(order.id);
    }
  }
  batch->total += cancelled;
  if (by_market.empty() && more) {
    by_market[batch->market.value_or(0)] = {};
  }
  for (const auto& [market, ids] : by_market) {
    say({.kind = EventKind::OrderCancelledBatched,
         .market = market,
         .other = batch->id,
         .quantity = static_cast<std::int64_t>(ids.size()),
         .at = static_cast<std::int64_t>(batch->cursor),
         .code = code(batch->cause)});
    for (const RefId order : ids) {
      facts_.push_back(
          {.kind = EventKind::OrderCancelledBatched, .order = order, .other = batch->id});
      end_order(orders_.at(order), batch->cause);
    }
  }
  if (!more) {
    say({.kind = EventKind::BatchCompleted,
         .market = batch->market.value_or(0),
         .other = batch->id,
         .requester = batch->requester,
         .account = batch->requester_account,
         .quantity = batch->total,
         .leaves = static_cast<std::int64_t>(batch->instrument.value_or(0)),
         .tick = batch->side,
         .code = code(batch->cause),
         .id = batch->cl_ord_id,
         .request = batch->request});
    batches_.erase(batch);
  }
}

// ---- Mass cancel --------------------------------------------------------------------------------

Reason ReferenceEngine::filter_fails(const MassCancel& asked, RefBatch& batch) {
  if (asked.side > 2) {
    return Reason::InvalidParameter;
  }
  batch.side = asked.side;
  if (!asked.market.empty()) {
    batch.market = id_of(markets_by_name_, asked.market);
    if (batch.market == RefId{0}) {
      return Reason::UnknownMarket;
    }
  }
  if (!asked.symbol.empty()) {
    const RefId instrument = id_of(symbols_, asked.symbol);
    if (instrument == 0 || (batch.market && *batch.market != instruments_.at(instrument).market)) {
      return Reason::UnknownInstrument;
    }
    batch.instrument = instrument;
    batch.market = instruments_.at(instrument).market;
  }
  if (asked.session != SessionId{}) {
    if (!sessions_.contains(asked.session.value())) {
      return Reason::UnknownSession;
    }
    batch.session = asked.session.value();
  }
  return Reason::None;
}

void ReferenceEngine::on(const MassCancel& asked) {
  if (asked.cl_ord_id.empty()) {
    cancel_on_behalf(asked);
    return;
  }
  const RefId account = id_of(accounts_by_name_, asked.account);
  const RefClOrdId key{account, asked.cl_ord_id.view()};
  RefBatch batch{.account = account,
                 .scope = CancelScope::All,
                 .cause = CancelCause::MassCancel,
                 .requester = requester(),
                 .requester_account = account,
                 .cl_ord_id = key.second};
  Reason reason = origin_fails();
  if (reason == Reason::None && account == 0) {
    reason = Reason::UnknownAccount;
  }
  if (reason == Reason::None) {
    reason = id_fails(key);
  }
  const bool consumed = reason == Reason::None;
  if (consumed) {
    const bool another =
        std::any_of(batches_.begin(), batches_.end(), [account](const RefBatch& running) {
          return running.requester_account == account;
        });
    reason = another ? Reason::BatchRunning : filter_fails(asked, batch);
  }
  if (reason == Reason::None) {
    start_batch(batch);
    return;
  }
  if (consumed) {
    learn(key, 0, reason);
  }
  say({.kind = EventKind::MassCancelRejected,
       .other = consumed ? 1U : 0U,
       .session = requester(),
       .account = account,
       .tick = asked.side,
       .code = code(reason),
       .id = key.second,
       .request = std::string{asked.market.view()} + '/' + std::string{asked.symbol.view()}});
}

void ReferenceEngine::cancel_on_behalf(const MassCancel& asked) {
  RefBatch batch{.scope = CancelScope::All,
                 .cause = CancelCause::MassCancel,
                 .requester = requester(),
                 .request = std::string{asked.request_id.view()}};
  Reason reason = request_fails(asked.request_id);
  if (reason == Reason::None && !asked.account.empty()) {
    batch.account = id_of(accounts_by_name_, asked.account);
    reason = batch.account == RefId{0} ? Reason::UnknownAccount : Reason::None;
  }
  if (reason == Reason::None) {
    reason = filter_fails(asked, batch);
  }
  if (reason == Reason::None && batch.market_wide() && !batch.market) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, asked.market.view(), asked.request_id.view());
    return;
  }
  start_batch(batch);
}

}  // namespace betex::matching::testing

// Processes of the reference engine, and those that cancel: RULES.md section 4.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

constexpr int kMostCancelled = 4'096;
constexpr int kMostVisited = 8'192;  // live ones

bool is_urgent(const RefBatch& batch) {
  return batch.work == BatchWork::CancelOrders || batch.work == BatchWork::VoidRunner;
}

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
      (batch.side != 0 && batch.side != static_cast<int>(order.asked.side)) ||
      (batch.of_group != 0 && batch.of_group != order.group) ||
      (!batch.reference.empty() && batch.reference != order.asked.extra().reference)) {
    return false;
  }
  if (order.version_guard != 0 && order.version_guard < batch.guard_below) {
    return true;
  }
  if (batch.instrument && *batch.instrument != order.instrument) {
    return false;
  }
  switch (batch.scope) {
    case CancelScope::All:
      return true;
    case CancelScope::LapseOnly:
      return order.persistence == Persistence::Lapse ||
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
  batch.group = batch.group == 0 ? batch.id : batch.group;
  batch.last = last_order_;
  BatchStarted started{.batch = plain(batch.id),
                       .account = plain(batch.account.value_or(0)),
                       .session = plain(batch.session.value_or(0)),
                       .instrument = plain(batch.instrument.value_or(0)),
                       .last_order = plain(batch.last),
                       .guard_below = batch.guard_below,
                       .scope = batch.scope,
                       .cause = batch.cause,
                       .side = static_cast<std::uint8_t>(batch.side),
                       .id_consumed = !batch.cl_ord_id.empty(),
                       .requester = plain(batch.requester),
                       .requester_account = plain(batch.requester_account),
                       .work = batch.work,
                       .request_id = batch.request,
                       .cl_ord_id = batch.cl_ord_id,
                       .done_before = static_cast<std::uint64_t>(done_[batch.group]),
                       .of_session = batch.of_session,
                       .order_group = static_cast<std::uint32_t>(batch.of_group),
                       .reference = batch.reference};
  if (batch.market) {
    started.version = markets_.at(*batch.market).version;
    started.state = markets_.at(*batch.market).state;
  }
  say(started, batch.market.value_or(0));
  if (!batch.cl_ord_id.empty()) {
    learn({batch.requester_account, std::string{batch.cl_ord_id.view()}}, 0);
  }
  batches_.push_back(batch);
  run_chunk(batch.id);
}

// What takes risk away comes before what pays.
void ReferenceEngine::on(const ContinueBatch&) {
  const auto first = std::find_if(batches_.begin(), batches_.end(), is_urgent);
  if (first != batches_.end()) {
    run_chunk(first->id);
  } else if (!batches_.empty()) {
    run_chunk(batches_.front().id);
  }
}

PendingBatch ReferenceEngine::batch_pending() const {
  if (std::any_of(batches_.begin(), batches_.end(), is_urgent)) {
    return PendingBatch::Orders;
  }
  return batches_.empty() ? PendingBatch::None : PendingBatch::Payments;
}

void ReferenceEngine::run_chunk(RefId id) {
  const auto running = std::find_if(
      batches_.begin(), batches_.end(), [id](const RefBatch& b) { return b.id == id; });
  const bool more = running->work == BatchWork::CancelOrders ? run_order_chunk(*running)
                                                             : run_row_chunk(*running);
  if (more) {
    return;
  }
  const RefBatch batch = *running;
  BatchCompleted completed{.batch = plain(batch.id),
                           .requester = plain(batch.requester),
                           .requester_account = plain(batch.requester_account),
                           .cause = batch.cause,
                           .side = static_cast<std::uint8_t>(batch.side),
                           .work = batch.work,
                           .goes_on = batch.another || others_run(batch) || is_followed(batch),
                           .instrument = plain(batch.instrument.value_or(0)),
                           .total = static_cast<std::uint64_t>(batch.total),
                           .request_id = batch.request,
                           .cl_ord_id = batch.cl_ord_id,
                           .account = plain(batch.account.value_or(0)),
                           .session = plain(batch.session.value_or(0)),
                           .done_before = static_cast<std::uint64_t>(done_[batch.group]),
                           .of_session = batch.of_session};
  if (batch.market) {
    completed.version = markets_.at(*batch.market).version;
    completed.state = markets_.at(*batch.market).state;
  }
  say(completed, batch.market.value_or(0));
  done_[batch.group] += batch.total;
  batches_.erase(running);
  if (is_followed(batch)) {
    follow(batch);
  }
}

// Of its group, which a removal's suspension and the runner's orders can be at once.
bool ReferenceEngine::others_run(const RefBatch& batch) const {
  return std::any_of(batches_.begin(), batches_.end(), [&batch](const RefBatch& other) {
    return other.id != batch.id && other.group == batch.group;
  });
}

// There are no bets to make void in a market without rows.
bool ReferenceEngine::is_followed(const RefBatch& batch) const {
  return batch.then == BatchWork::VoidRunner ? !markets_.at(*batch.market).rows.empty()
                                             : batch.then.has_value();
}

// What waited for the cancels begins.
void ReferenceEngine::follow(const RefBatch& batch) {
  RefBatch next{.work = *batch.then,
                .market = batch.market,
                .cause = batch.cause,
                .group = batch.group,
                .requester = batch.requester,
                .request = batch.request};
  if (next.work == BatchWork::VoidRunner) {
    next.instrument = batch.instrument;
  }
  start_batch(next);
}

// In ascending order of ids; told market by market. True if something is left to do.
bool ReferenceEngine::run_order_chunk(RefBatch& batch) {
  std::map<RefId, std::vector<RefId>> by_market;
  int cancelled = 0;
  int visited = 0;
  bool more = false;
  for (auto entry = live_.upper_bound(batch.cursor);
       entry != live_.end() && entry->first <= batch.last;
       ++entry) {
    const RefOrder& order = *entry->second;
    if (!walks(batch, order)) {
      continue;
    }
    const bool goes = in_filter(batch, order);
    if (visited == kMostVisited || (goes && cancelled == kMostCancelled)) {
      more = true;
      break;
    }
    ++visited;
    batch.cursor = order.id;
    if (goes) {
      ++cancelled;
      by_market[order.market].push_back(order.id);
    }
  }
  batch.total += cancelled;
  if (by_market.empty() && more) {
    by_market[batch.market.value_or(0)] = {};
  }
  for (const auto& [market, ids] : by_market) {
    std::vector<OrderId> tail;
    for (const RefId order : ids) {
      tail.emplace_back(order);
      end_order(orders_.at(order), batch.cause);
    }
    say(
        OrderCancelledBatched{
            .batch = plain(batch.id), .cause = batch.cause, .cursor_after = plain(batch.cursor)},
        market,
        tail);
  }
  return more;
}

// ---- Mass cancel --------------------------------------------------------------------------------

// A market and an instrument, where they are named.
Reason ReferenceEngine::places_fail(const Name& market, const Name& symbol, RefBatch& batch) const {
  if (!market.empty()) {
    batch.market = id_of(markets_by_name_, market);
    if (batch.market == RefId{0}) {
      return Reason::UnknownMarket;
    }
  }
  if (!symbol.empty()) {
    const RefId instrument = id_of(symbols_, symbol);
    if (instrument == 0 || (batch.market && *batch.market != instruments_.at(instrument).market)) {
      return Reason::UnknownInstrument;
    }
    batch.instrument = instrument;
    batch.market = instruments_.at(instrument).market;
  }
  return Reason::None;
}

void ReferenceEngine::on(const MassCancel& asked) {
  const RefId account = id_of(accounts_by_name_, asked.account);
  const RefClOrdId key{account, asked.cl_ord_id.view()};
  RefBatch batch{.account = account,
                 .side = asked.side,
                 .of_session = asked.own_session,
                 .reference = asked.reference,
                 .scope = CancelScope::All,
                 .cause = CancelCause::MassCancel,
                 .requester = requester(),
                 .requester_account = account,
                 .cl_ord_id = asked.cl_ord_id};
  if (asked.own_session) {
    batch.session = requester();
  }
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
    if (another) {
      reason = Reason::BatchRunning;
    } else {
      reason = asked.side > 2 || (asked.own_session && requester() == 0)
                   ? Reason::InvalidParameter
                   : places_fail(asked.market, asked.symbol, batch);
    }
    if (reason == Reason::None && !asked.order_group.empty()) {
      batch.of_group = group_of(account, asked.order_group);
      reason = batch.of_group == 0 ? Reason::UnknownOrderGroup : Reason::None;
    }
  }
  if (reason == Reason::None) {
    start_batch(batch);
    return;
  }
  if (consumed) {
    learn(key, 0, reason);
  }
  say(MassCancelRejected{.account = plain(account),
                         .session = plain(requester()),
                         .reason = reason,
                         .id_consumed = consumed,
                         .side = asked.side,
                         .of_session = asked.own_session,
                         .account_name = asked.account,
                         .market = asked.market,
                         .symbol = asked.symbol,
                         .cl_ord_id = asked.cl_ord_id});
}

// The account, the session and the market are known where they are named.
void ReferenceEngine::on(const CancelOnBehalf& asked) {
  RefBatch batch{.side = asked.side,
                 .scope = CancelScope::All,
                 .cause = CancelCause::MassCancelOnBehalf,
                 .requester = requester(),
                 .request = asked.request_id};
  Reason reason = places_fail(asked.market, asked.symbol, batch);
  if (!asked.account.empty()) {
    batch.account = id_of(accounts_by_name_, asked.account);
  }
  if (!asked.comp_id.empty()) {
    batch.session = id_of(sessions_by_name_, asked.comp_id);
  }
  if (reason == Reason::None &&
      (asked.side > 2 || (!batch.account && !batch.session && !batch.market))) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, asked);
    return;
  }
  start_batch(batch);
}

}  // namespace betex::matching::testing

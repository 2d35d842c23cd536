// Batched processes: work on any number of items in chunks, so that others go on in between.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <variant>
#include <vector>

#include "matching/decider.h"
#include "matching/row_batches.h"

namespace betex::matching {
namespace {

// True if the process is to cancel the order at `slot`, which must be live and not above its last
// order.
bool matches(const State& state, const BatchStarted& batch, Slot slot) noexcept {
  const Order& order = state.orders.at(slot);
  if ((batch.header.market != MarketId{} && batch.header.market != order.market) ||
      (batch.account != AccountId{} && batch.account != order.account) ||
      (batch.session != SessionId{} && batch.session != order.session) ||
      (batch.side != 0 && batch.side != static_cast<std::uint8_t>(order.side)) ||
      (batch.order_group != 0 && batch.order_group != order.order_group) ||
      (!batch.reference.empty() && batch.reference != order.reference)) {
    return false;
  }
  const std::uint64_t guard = state.orders.terms(slot).version_guard;
  if (guard != 0 && guard < batch.guard_below) {
    return true;
  }
  if (batch.instrument != InstrumentId{} && batch.instrument != order.instrument) {
    return false;
  }
  const bool on_pause = order.cancel_on_pause != 0;
  switch (batch.scope) {
    case CancelScope::None:
      return false;
    case CancelScope::LapseOnly:
      return order.persistence == Persistence::Lapse ||
             (on_pause && batch.cause == CancelCause::MarketSuspended);
    case CancelScope::All:
      return true;
    case CancelScope::OnPause:
      return on_pause;
  }
  return false;
}

// The work of a process that cancels: its items are orders, in ascending order of ids.
class CancelOrders {
 public:
  // Live orders: a visit reads one, which is seldom in a cache. Those that have finished cost a bit
  // each and do not count, since a list that was loaded has none and must give the same chunks.
  static constexpr std::size_t kMaxVisited = 8'192;
  static constexpr std::size_t kMaxTaken = kMaxBatchedOrders;

  // All must outlive it. `taken` is scratch.
  CancelOrders(const State& state, const BatchStarted& filter, std::vector<OrderId>& taken)
      : state_{state}, filter_{filter}, taken_{taken} {
    taken_.clear();
  }

  [[nodiscard]] std::span<const OrderId> items_after(std::uint64_t cursor) const {
    const auto ids = list().after(OrderId{cursor});
    return {ids.begin(), std::upper_bound(ids.begin(), ids.end(), filter_.last_order)};
  }

  [[nodiscard]] bool is_there(OrderId id) const { return state_.orders.is_live(id); }

  [[nodiscard]] bool wants(OrderId id) const {
    return matches(state_, filter_, state_.orders.find(id));
  }

  static std::uint64_t number_of(OrderId id) noexcept { return id.value(); }

  void take(OrderId id) { taken_.push_back(id); }

  [[nodiscard]] std::size_t taken() const noexcept { return taken_.size(); }

  // An event for each market that the chunk touches, in ascending order of ids. A chunk that
  // touches none still says how far it has come, unless it is the last.
  void emit_chunk(Emitter& emitter, const Progress& progress) {
    const OrderCancelledBatched event{
        .batch = filter_.batch, .cause = filter_.cause, .cursor_after = OrderId{progress.cursor}};
    if (filter_.header.market != MarketId{} || taken_.empty()) {
      if (!taken_.empty() || !progress.completed) {
        emitter.emit(event, taken_, filter_.header.market);
      }
      return;
    }
    std::sort(taken_.begin(), taken_.end(), [this](OrderId left, OrderId right) {
      return std::tuple{market_of(left), left} < std::tuple{market_of(right), right};
    });
    for (auto first = taken_.begin(); first != taken_.end();) {
      const MarketId market = market_of(*first);
      const auto last =
          std::find_if(first, taken_.end(), [&](OrderId id) { return market_of(id) != market; });
      emitter.emit(event, {first, last}, market);
      first = last;
    }
  }

  void emit_end(Emitter&) {}

 private:
  [[nodiscard]] const OrderIdList& list() const {
    if (filter_.account != AccountId{}) {
      return state_.accounts.at(filter_.account).orders;
    }
    if (filter_.session != SessionId{}) {
      return state_.sessions.at(filter_.session).orders;
    }
    return state_.markets.at(filter_.header.market).orders;
  }

  [[nodiscard]] MarketId market_of(OrderId id) const {
    return state_.orders.at(state_.orders.find(id)).market;
  }

  const State& state_;
  const BatchStarted& filter_;
  std::vector<OrderId>& taken_;
};

}  // namespace

// The first chunk is part of the transaction that starts the process. Returns the items that it has
// done its work on where it has ended already, else 0.
std::uint64_t Decider::start_batch(BatchStarted batch, MarketId market) {
  batch.batch = state_.last_batch_id.next();
  batch.last_order = state_.last_order_id;
  tell_market(batch, market);
  emitter_.emit(batch, market);
  return run_chunk(is_payment(batch.work) ? state_.payments.back() : state_.batches.back());
}

// Payments wait for everything that cancels.
void Decider::decide(const ContinueBatch&) {
  if (!state_.batches.empty()) {
    run_chunk(state_.batches.front());
  } else if (!state_.payments.empty()) {
    run_chunk(state_.payments.front());
  }
}

std::uint64_t Decider::run_chunk(const Batch& running) {
  switch (running.started.work) {
    case BatchWork::CancelOrders:
      return run_chunk(CancelOrders{state_, running.started, chunk_}, running);
    case BatchWork::VoidRunner:
      return run_chunk(VoidRunner{state_, running}, running);
    case BatchWork::PayRows:
      return run_chunk(PayRows{state_, running}, running);
    case BatchWork::ArchiveRows:
      return run_chunk(ArchiveRows{state_, running}, running);
  }
  return 0;
}

template <typename Work>
std::uint64_t Decider::run_chunk(Work work, const Batch& running) {
  const std::uint64_t before = running.total;
  const Progress progress = go_on(work, running.cursor);
  work.emit_chunk(emitter_, progress);
  if (!progress.completed) {
    return 0;
  }
  work.emit_end(emitter_);
  const BatchStarted started = running.started;  // the state's own goes with the next event
  const std::uint64_t total = before + work.taken();
  BatchCompleted completed{.batch = started.batch,
                           .requester = started.requester,
                           .requester_account = started.requester_account,
                           .cause = started.cause,
                           .side = started.side,
                           .work = started.work,
                           .goes_on = goes_on_after(started),
                           .instrument = started.instrument,
                           .total = total,
                           .request_id = started.request_id,
                           .cl_ord_id = started.cl_ord_id,
                           .account = started.account,
                           .session = started.session,
                           .done_before = started.done_before,
                           .of_session = started.of_session};
  tell_market(completed, started.header.market);
  emitter_.emit(completed, started.header.market);
  if (auto next = what_follows(started)) {
    next->done_before = started.done_before + total;
    start_batch(*next, started.header.market);
  }
  return total;
}

// Cancels in a market; what follows the cancels begins at once where there is nothing to cancel.
void Decider::cancel_and_go_on(MarketId market, BatchStarted batch) {
  if (state_.markets.at(market).open_orders != 0) {
    start_batch(batch, market);
    return;
  }
  batch.header.market = market;
  if (auto next = what_follows(batch)) {
    next->done_before = batch.done_before;
    start_batch(*next, market);
  }
}

// What a removal and a void do once no order stands in their way any more.
std::optional<BatchStarted> Decider::what_follows(const BatchStarted& ended) const {
  const MarketId market = ended.header.market;
  if (ended.work != BatchWork::CancelOrders || market == MarketId{}) {
    return std::nullopt;
  }
  BatchStarted next{
      .cause = ended.cause, .requester = ended.requester, .request_id = ended.request_id};
  if (ended.cause == CancelCause::RunnerRemoved &&
      state_.ledger.market(market).rows.is_removing()) {
    next.instrument = ended.instrument;
    next.work = BatchWork::VoidRunner;
    return next;
  }
  if (ended.cause == CancelCause::MarketVoided) {
    next.work = BatchWork::PayRows;
    return next;
  }
  return std::nullopt;
}

// Another process of the same request runs already, or comes now.
bool Decider::goes_on_after(const BatchStarted& ended) const {
  const auto is_another = [&ended](const Batch& batch) {
    return batch.started.batch != ended.batch && is_of(batch.started, ended.request_id);
  };
  if (std::any_of(state_.batches.begin(), state_.batches.end(), is_another) ||
      std::any_of(state_.payments.begin(), state_.payments.end(), is_another)) {
    return true;
  }
  // A removal's own follow the cancels of its suspension.
  const bool removes = ended.cause == CancelCause::MarketSuspended &&
                       std::holds_alternative<RemoveRunner>(command_->body);
  return what_follows(ended).has_value() ||
         (removes && removal_goes_on(state_.markets.at(ended.header.market)));
}

}  // namespace betex::matching

// Events of batched processes, of time, and of what is only kept for the record.
#include <algorithm>

#include "matching/apply.h"
#include "matching/assert.h"

namespace betex::matching {
namespace {

// The list that the process walks. It is swept here and not by the walk, since only what is applied
// may change the state; nothing that is decided depends on it.
void sweep_list_of(State& state, const BatchStarted& batch) {
  const auto sweep = [&state](auto& listing) {
    listing.orders.sweep_if_mostly_finished(listing.open_orders, state.orders);
  };
  if (batch.work != BatchWork::CancelOrders) {
    return;
  }
  if (batch.account != AccountId{}) {
    sweep(state.accounts.at(batch.account));
  } else if (batch.session != SessionId{}) {
    sweep(state.sessions.at(batch.session));
  } else {
    sweep(state.markets.at(batch.header.market));
  }
}

}  // namespace

Batch& batch_of(State& state, BatchId id) {
  for (std::vector<Batch>* const batches : {&state.batches, &state.payments}) {
    for (Batch& batch : *batches) {
      if (batch.started.batch == id) {
        return batch;
      }
    }
  }
  assertion_failed("a process that runs", __FILE__, __LINE__);
}

void apply(State& state, EventSeq seq, const BatchStarted& event) {
  BETEX_ASSERT(event.batch == state.last_batch_id.next());
  state.last_batch_id = event.batch;
  sweep_list_of(state, event);
  (is_payment(event.work) ? state.payments : state.batches).push_back({.started = event});
  if (event.id_consumed) {
    consume_id(state, event.requester_account, event.cl_ord_id, Reason::None);
  }
  if (event.cause == CancelCause::Disconnected || event.cause == CancelCause::LoggedOut) {
    set_grace(state, event.session, Timestamp{});
  }
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq, const OrderCancelledBatched& event) {
  Batch& batch = batch_of(state, event.batch);
  for (const OrderId id : tail_of(event)) {
    const Slot slot = state.orders.find(id);
    BETEX_ASSERT(slot != 0 && state.orders.at(slot).live());
    finish_order(state, slot, state.orders.at(slot).values.leaves_qty, event.cause);
  }
  batch.cursor = event.cursor_after.value();
  batch.total += event.count;
}

void apply(State& state, EventSeq, const BatchCompleted& event) {
  if (event.work == BatchWork::VoidRunner) {
    state.ledger.end_removal(event.header.market);
  }
  for (std::vector<Batch>* const batches : {&state.batches, &state.payments}) {
    std::erase_if(*batches,
                  [&event](const Batch& batch) { return batch.started.batch == event.batch; });
    // Those of the same request that began while it ran.
    for (Batch& batch : *batches) {
      batch.started.done_before += is_of(batch.started, event.request_id) ? event.total : 0;
    }
  }
}

void apply(State& state, EventSeq, const MassCancelRejected& event) {
  if (event.id_consumed) {
    consume_id(state, event.account, event.cl_ord_id, event.reason);
  }
}

void apply(State& state, EventSeq seq, const TradingDaySet& event) {
  state.trading_day.ends_at_s = event.ends_at_s;
  state.trading_day.next_end = event.next_end;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq, const TradingDayEnded& event) {
  state.trading_day.next_end = event.next_end;
  state.trading_day.expiring_to = event.last_order;
  state.trading_day.left_to_expire = state.trading_day.live_orders;
  state.exchange.requests_today = 0;
}

void apply(State& state, EventSeq, const ClOrdIdGenerationEnded& event) {
  ++state.generations.number;
  state.generations.next_end = event.next_end;
  state.orders.start_generation(state.generations.number);
  state.cl_ord_ids.start_generation(state.generations.number);
  state.order_groups.start_generation();
}

void apply(State& state, EventSeq, const RequestIdGenerationEnded& event) {
  state.exchange.request_ids_end = event.next_end;
  state.request_ids.start_generation();
}

void apply(State& state, EventSeq seq, const CommandRejected& event) {
  if (event.id_consumed) {
    remember_request(state, event.request_id, seq, event.reason);
  }
}

void apply(State&, EventSeq, const RequestKnown&) {
  // It says that nothing happened.
}

void apply(State& state, EventSeq seq, const Announced& event) {
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const WatermarkMoved& event) {
  state.watermark = event.watermark;
  remember_request(state, event.request_id, seq);
}

void apply(State&, EventSeq, const Remarked&) {
  // For whoever reads the log.
}

}  // namespace betex::matching

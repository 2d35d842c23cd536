// Events of batched processes, of time, and of what is only kept for the record.
#include <algorithm>

#include "matching/apply.h"
#include "matching/assert.h"

namespace betex::matching {
namespace {

Batch& running_batch(State& state, BatchId id) {
  const auto found = std::find_if(state.batches.begin(), state.batches.end(), [id](const Batch& b) {
    return b.started.batch == id;
  });
  BETEX_ASSERT(found != state.batches.end());
  return *found;
}

// With all the ids of its chain. It must have finished.
void forget_order(State& state, Slot slot) {
  Slot id = state.orders.at(slot).first_id;
  while (id != 0) {
    const Slot next = state.cl_ord_ids.next_in_chain(id);
    state.cl_ord_ids.forget(id);
    id = next;
  }
  state.orders.erase(slot);
}

// What examine_oldest_id() will need in some steps: everything here is as old as can be, so it
// comes from memory. What is found by one hint is what the next one starts from.
void prefetch_old_ids(const State& state) {
  constexpr std::uint32_t kStep = 12;
  const ClOrdIds& ids = state.cl_ord_ids;
  if (const ClOrdIdData* const far = ids.after_oldest(3 * kStep)) {
    state.orders.prefetch(far->order);
  }
  const auto end_of_chain = [&state](const ClOrdIdData* data) {
    const Slot order = data == nullptr ? 0 : state.orders.find(data->order);
    return order == 0 ? Slot{0} : state.orders.at(order).last_id;
  };
  if (const Slot last = end_of_chain(ids.after_oldest(2 * kStep))) {
    __builtin_prefetch(&ids.at(last));
    __builtin_prefetch(reinterpret_cast<const char*>(&ids.at(last)) + sizeof(ClOrdIdData) - 1);
  }
  if (const ClOrdIdData* const near = ids.after_oldest(kStep)) {
    ids.prefetch(near->account, near->id);
    if (const Slot last = end_of_chain(near)) {
      ids.prefetch(ids.at(last).account, ids.at(last).id);
    }
  }
}

// The ids of an order live and die together: they stay while it is live, and for a whole
// generation after it has finished.
void examine_oldest_id(State& state) {
  const Slot id = state.cl_ord_ids.oldest();
  const ClOrdIdData& data = state.cl_ord_ids.at(id);
  const Slot slot = state.orders.find(data.order);
  if (slot != 0) {
    Order& order = state.orders.at(slot);
    if (order.live() || order.finished_generation + 1 >= state.generations.number) {
      state.cl_ord_ids.renew_oldest(&order);
      ++state.generations.current;
      return;
    }
    forget_order(state, slot);
  }
  if (data.account != AccountId{}) {
    state.cl_ord_ids.forget(id);
  }
  state.cl_ord_ids.drop_oldest();
}

}  // namespace

void apply(State& state, EventSeq seq, const BatchStarted& event) {
  BETEX_ASSERT(event.batch == state.last_batch_id.next());
  state.last_batch_id = event.batch;
  state.batches.push_back({.started = event, .cursor = {}});
  if (event.id_consumed != 0) {
    consume_id(state, event.requester_account, event.cl_ord_id, Reason::None);
  }
  if (event.cause == CancelCause::Disconnected || event.cause == CancelCause::LoggedOut) {
    set_grace(state, event.session, Timestamp{});
  }
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq, const OrderCancelledBatched& event) {
  Batch& batch = running_batch(state, event.batch);
  for (const OrderId id : event.orders()) {
    const Slot slot = state.orders.find(id);
    BETEX_ASSERT(slot != 0 && state.orders.at(slot).live());
    finish_order(state, slot, state.orders.at(slot).values.leaves_qty, event.cause);
  }
  batch.cursor = event.cursor_after;
  batch.total += event.count;
}

void apply(State& state, EventSeq, const BatchCompleted& event) {
  std::erase_if(state.batches,
                [&event](const Batch& batch) { return batch.started.batch == event.batch; });
}

void apply(State& state, EventSeq, const MassCancelRejected& event) {
  if (event.id_consumed != 0) {
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
}

void apply(State& state, EventSeq, const ClOrdIdGenerationEnded& event) {
  Generations& generations = state.generations;
  generations.to_forget += generations.previous;
  generations.previous = generations.current;
  generations.current = 0;
  ++generations.number;
  generations.next_end = event.next_end;
}

void apply(State& state, EventSeq, const ClOrdIdsForgotten& event) {
  for (std::uint32_t i = 0; i < event.examined; ++i) {
    prefetch_old_ids(state);
    examine_oldest_id(state);
  }
  state.generations.to_forget -= event.examined;
}

void apply(State&, EventSeq, const CommandRejected&) {
  // It says why nothing happened.
}

void apply(State& state, EventSeq seq, const Announced& event) {
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const WatermarkMoved& event) {
  state.watermark = event.watermark;
  remember_request(state, event.request_id, seq);
}

}  // namespace betex::matching

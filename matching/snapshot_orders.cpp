// The orders and ClOrdIDs of a snapshot.
#include <algorithm>
#include <vector>

#include "matching/snapshot.h"

namespace betex::matching {
namespace {

// The lists and deadlines that a live order stands in.
void track(State& state, const Order& order, const LiveTerms& terms) {
  state.accounts.at(order.account).orders.append(order.id, state.orders);
  state.markets.at(order.market).orders.append(order.id, state.orders);
  if (state.sessions.contains(order.session)) {
    SessionState& session = state.sessions.at(order.session);
    ++session.open_orders;
    session.orders.append(order.id, state.orders);
  }
  if (order.time_in_force == TimeInForce::Day) {
    state.day_orders.append(order.id, state.orders);
  }
  if (order.time_in_force == TimeInForce::Gtd) {
    state.deadlines.push(order.expire_time, order.id);
  }
  if (order.delayed()) {
    state.deadlines.push(terms.release_at, order.id);
  }
}

// What is not older than the generation before this one.
bool is_recent(const State& state, std::uint32_t generation) {
  return generation <= state.generations.number && generation + 1 >= state.generations.number;
}

Slot insert_id(State& state, Loader& loader, const ClOrdIdData& data) {
  loader.check(data.id.well_formed() && state.accounts.contains(data.account) &&
                   state.cl_ord_ids.find(data.account, data.id) == 0,
               "a ClOrdID");
  return state.cl_ord_ids.insert(data.account, data.id, data.order, data.reason);
}

void load_chain(State& state, Loader& loader, Order& order) {
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    ClOrdIdData data{.order = order.id, .account = order.account};
    loader(data.id, data.tick, data.expire_time);
    const Slot slot = insert_id(state, loader, data);
    state.cl_ord_ids.append_to_chain(slot, order, data.tick, data.expire_time);
  }
}

// Returns the order's slot if it rests in a book, else 0.
Slot load_order(State& state, Loader& loader) {
  OrderData data;
  loader(data);
  const InstrumentState* const instrument = state.instruments.find(data.instrument);
  loader.check(instrument != nullptr && instrument->market == data.market &&
                   instrument->ladder->contains(data.tick) &&
                   state.accounts.contains(data.account) && data.id > OrderId{} &&
                   data.id <= state.last_order_id && state.orders.find(data.id) == 0,
               "an order's ids");
  const Slot slot = state.orders.insert(data.id);
  Order& order = state.orders.at(slot);
  static_cast<OrderData&>(order) = data;
  if (order.live()) {
    loader(state.orders.terms(slot));
    track(state, order, state.orders.terms(slot));
  } else {
    loader.check(is_recent(state, order.finished_generation), "a finished order's generation");
    state.orders.finish(slot);
  }
  load_chain(state, loader, order);
  state.orders.put_finished_away();
  return data.place == OrderPlace::Resting ? slot : 0;
}

// Books follow from their orders: each queue is in the order of the events that put them there.
void load_known_orders(State& state, Loader& loader) {
  const std::uint32_t number = state.generations.number;
  state.cl_ord_ids.start_generation(number == 0 ? 0 : number - 1);
  std::vector<Slot> resting;
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    if (const Slot slot = load_order(state, loader)) {
      resting.push_back(slot);
    }
  }
  std::sort(resting.begin(), resting.end(), [&state](Slot left, Slot right) {
    return state.orders.terms(left).priority < state.orders.terms(right).priority;
  });
  for (const Slot slot : resting) {
    state.instruments.at(state.orders.at(slot).instrument)
        .book.push_back(state.orders.pool(), slot);
  }
}

void load_other_ids(State& state, Loader& loader) {
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    std::uint32_t generation = 0;
    ClOrdIdData data;
    loader(generation, data.id, data.account, data.order, data.reason);
    loader.check(is_recent(state, generation), "a ClOrdID's generation");
    loader.check(data.order == OrderId{} || state.orders.find(data.order) != 0,
                 "a ClOrdID's order");
    state.cl_ord_ids.start_generation(generation);
    insert_id(state, loader, data);
  }
  state.cl_ord_ids.start_generation(state.generations.number);
}

}  // namespace

void save_orders(const State& state, Saver& saver) {
  const ClOrdIds& ids = state.cl_ord_ids;
  std::vector<Slot> chain;
  saver(std::uint64_t{state.orders.size()});
  state.orders.for_each([&](Slot slot, const Order& order) {
    saver(static_cast<const OrderData&>(order));
    if (order.live()) {
      saver(state.orders.terms(slot));
    }
    ids.get_chain(order, chain);
    saver(std::uint64_t{chain.size()});
    for (const Slot id : chain) {
      saver(ids.at(id).id, ids.at(id).tick, ids.at(id).expire_time);
    }
  });
  std::uint64_t others = 0;
  ids.for_each_outside_chains([&others](std::uint32_t, const ClOrdIdData&) { ++others; });
  saver(others);
  ids.for_each_outside_chains([&saver](std::uint32_t generation, const ClOrdIdData& data) {
    saver(generation, data.id, data.account, data.order, data.reason);
  });
}

void load_orders(State& state, Loader& loader) {
  load_known_orders(state, loader);
  load_other_ids(state, loader);
}

}  // namespace betex::matching

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

void insert_id(State& state, const ClOrdIdData& data) {
  Loader::check(data.id.well_formed() && state.accounts.contains(data.account) &&
                    state.cl_ord_ids.find(data.account, data.id) == 0,
                "a ClOrdID");
  state.cl_ord_ids.insert(data.account, data.id, data.order, data.reason);
}

constexpr auto archive_order = [](auto& archive, auto& order) { archive(order); };

struct SavedTerms {
  OrderId order;
  LiveTerms terms;
};

constexpr auto archive_terms = [](auto& archive, auto& saved) {
  archive(saved.order, saved.terms);
};

// One of an order's accepted requests.
struct ChainedId {
  OrderId order;
  ClOrdId id;
  Tick tick;
  Timestamp expire_time;
};

constexpr auto archive_chained = [](auto& archive, auto& saved) {
  archive(saved.order, saved.id, saved.tick, saved.expire_time);
};

struct OtherId {
  std::uint32_t generation = 0;
  ClOrdIdData data;
};

constexpr auto archive_other = [](auto& archive, auto& saved) {
  archive(saved.generation, saved.data.id, saved.data.account, saved.data.order, saved.data.reason);
};

void load_order(State& state, const OrderData& data) {
  const InstrumentState* const instrument = state.instruments.find(data.instrument);
  Loader::check(instrument != nullptr && instrument->market == data.market &&
                    instrument->book.ladder().contains(data.tick) &&
                    state.accounts.contains(data.account) && data.id > OrderId{} &&
                    data.id <= state.last_order_id && state.orders.find(data.id) == 0 &&
                    data.reference.well_formed(),
                "an order's ids");
  const Slot slot = state.orders.insert(data.id);
  Order& order = state.orders.at(slot);
  static_cast<OrderData&>(order) = data;
  if (!order.live()) {
    Loader::check(is_recent(state, order.finished_generation), "a finished order's generation");
    state.orders.finish(slot);
    state.orders.put_finished_away();
  }
}

// A live order counts from now on. Returns its slot if it rests in a book, else 0.
Slot load_terms(State& state, const SavedTerms& saved) {
  const Slot slot = state.orders.find(saved.order);
  Loader::check(slot != 0 && state.orders.at(slot).live() && state.orders.at(slot).row == 0,
                "a live order");
  Order& order = state.orders.at(slot);
  state.orders.terms(slot) = saved.terms;
  order.row = state.ledger.market(order.market).rows.find(order.account);
  Loader::check(order.row != 0, "a live order's row");
  track(state, order, saved.terms);
  state.ledger.change_open(place_of(state, order), part_of(state, slot));
  return order.place == OrderPlace::Resting ? slot : 0;
}

// Books follow from their orders: each queue is in the order of the events that put them there.
void load_known_orders(State& state, Loader& loader) {
  std::uint64_t live = 0;
  loader.section<OrderData>(Section::Orders, archive_order, [&](const OrderData& data) {
    load_order(state, data);
    live += data.place == OrderPlace::Finished ? 0U : 1U;
  });
  std::vector<Slot> resting;
  loader.section<SavedTerms>(Section::LiveTerms, archive_terms, [&](const SavedTerms& saved) {
    if (const Slot slot = load_terms(state, saved)) {
      resting.push_back(slot);
    }
    --live;
  });
  Loader::check(live == 0, "terms of live orders");
  std::sort(resting.begin(), resting.end(), [&state](Slot left, Slot right) {
    return state.orders.terms(left).priority < state.orders.terms(right).priority;
  });
  for (const Slot slot : resting) {
    state.instruments.at(state.orders.at(slot).instrument)
        .book.push_back(state.orders.pool(), slot);
  }
}

void load_ids(State& state, Loader& loader) {
  const std::uint32_t number = state.generations.number;
  state.cl_ord_ids.start_generation(number == 0 ? 0 : number - 1);
  loader.section<ChainedId>(Section::ChainedIds, archive_chained, [&](const ChainedId& saved) {
    const Slot slot = state.orders.find(saved.order);
    Loader::check(slot != 0, "a ClOrdID's order");
    Order& order = state.orders.at(slot);
    insert_id(state, {.id = saved.id, .order = order.id, .account = order.account});
    state.cl_ord_ids.append_to_chain(
        state.cl_ord_ids.find(order.account, saved.id), order, saved.tick, saved.expire_time);
  });
  std::uint32_t last = 0;
  loader.section<OtherId>(Section::OtherIds, archive_other, [&](const OtherId& saved) {
    Loader::check(is_recent(state, saved.generation) && saved.generation >= last,
                  "a ClOrdID's generation");
    last = saved.generation;
    Loader::check(saved.data.order == OrderId{} || state.orders.find(saved.data.order) != 0,
                  "a ClOrdID's order");
    state.cl_ord_ids.start_generation(saved.generation);
    insert_id(state, saved.data);
  });
  state.cl_ord_ids.start_generation(number);
}

}  // namespace

void save_orders(const State& state, Saver& saver) {
  std::uint64_t live = 0;
  std::uint64_t chained = 0;
  const ClOrdIds& ids = state.cl_ord_ids;
  std::vector<Slot> chain;
  state.orders.for_each([&](Slot, const Order& order) {
    live += order.live() ? 1U : 0U;
    ids.get_chain(order, chain);
    chained += chain.size();
  });
  saver.section<OrderData>(
      Section::Orders, state.orders.size(), archive_order, [&state](auto&& put) {
        state.orders.for_each([&put](Slot, const Order& order) { put(order); });
      });
  saver.section<SavedTerms>(Section::LiveTerms, live, archive_terms, [&state](auto&& put) {
    state.orders.for_each([&](Slot slot, const Order& order) {
      if (order.live()) {
        put({.order = order.id, .terms = state.orders.terms(slot)});
      }
    });
  });
  saver.section<ChainedId>(Section::ChainedIds, chained, archive_chained, [&](auto&& put) {
    state.orders.for_each([&](Slot, const Order& order) {
      ids.get_chain(order, chain);
      for (const Slot id : chain) {
        put({.order = order.id,
             .id = ids.at(id).id,
             .tick = ids.at(id).tick,
             .expire_time = ids.at(id).expire_time});
      }
    });
  });
  std::uint64_t others = 0;
  ids.for_each_outside_chains([&others](std::uint32_t, const ClOrdIdData&) { ++others; });
  saver.section<OtherId>(Section::OtherIds, others, archive_other, [&ids](auto&& put) {
    ids.for_each_outside_chains([&put](std::uint32_t generation, const ClOrdIdData& data) {
      put({.generation = generation, .data = data});
    });
  });
}

void load_orders(State& state, Loader& loader) {
  load_known_orders(state, loader);
  load_ids(state, loader);
}

}  // namespace betex::matching

#include "matching/state.h"

#include "matching/prefetch.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

// The two lines with what every order reads.
template <typename T>
void prefetch_hot(const T& object) noexcept {
  static_assert(alignof(T) == kCacheLine && sizeof(T) >= 2 * kCacheLine);
  prefetch_line(&object);
  prefetch_line(reinterpret_cast<const char*>(&object) + kCacheLine);
}

}  // namespace

Slot find_order(const State& state,
                AccountId account,
                OrderId order,
                const ClOrdId& cl_ord_id) noexcept {
  if (order == OrderId{}) {
    const Slot known = state.cl_ord_ids.find(account, cl_ord_id);
    if (known == 0) {
      return 0;
    }
    order = state.cl_ord_ids.at(known).order;
  }
  const Slot slot = state.orders.find(order);
  return slot != 0 && state.orders.at(slot).account == account ? slot : 0;
}

void prefetch_far(const State& state, const PlaceOrder& place) noexcept {
  const AccountId account{static_cast<std::uint32_t>(state.account_names.find(place.account))};
  state.cl_ord_ids.prefetch(account, place.cl_ord_id);
  state.symbols.prefetch(place.symbol);
}

void prefetch_far(const State& state, const CancelOrder& cancel) noexcept {
  const AccountId account{static_cast<std::uint32_t>(state.account_names.find(cancel.account))};
  state.cl_ord_ids.prefetch(account, cancel.cl_ord_id);
  if (cancel.order_id != OrderId{}) {
    state.orders.prefetch(cancel.order_id);
  } else {
    state.cl_ord_ids.prefetch(account, cancel.orig_cl_ord_id);
  }
}

void prefetch_near(const State& state, const PlaceOrder& place) noexcept {
  const std::uint64_t entry = state.symbols.find(place.symbol);
  if (entry != 0) {
    prefetch_hot(state.instruments.at(InstrumentId{static_cast<std::uint32_t>(entry)}));
    prefetch_hot(state.markets.at(MarketId{static_cast<std::uint32_t>(entry >> 32)}));
  }
}

void prefetch_near(const State& state, const CancelOrder& cancel) noexcept {
  if (const Slot slot = state.orders.find(cancel.order_id)) {
    const Order& order = state.orders.at(slot);
    prefetch_line(&state.orders.at(order.previous).next);
    prefetch_line(&state.orders.at(order.next).previous);
    prefetch_hot(state.instruments.at(order.instrument));
    prefetch_hot(state.markets.at(order.market));
  }
}

void prefetch_nearest(const State& state, const PlaceOrder& place) noexcept {
  const auto id = static_cast<std::uint32_t>(state.symbols.find(place.symbol));
  if (const InstrumentState* const instrument = state.instruments.find(InstrumentId{id})) {
    const auto price = to_price(state.markets.at(instrument->market).kind, place.price);
    if (const auto tick = price ? instrument->ladder->tick_of(*price) : std::nullopt) {
      instrument->book.prefetch(*tick);
    }
    state.markets.at(instrument->market).orders.prefetch_end();
  }
}

void prefetch_nearest(const State& state, const CancelOrder& cancel) noexcept {
  if (const Slot slot = state.orders.find(cancel.order_id)) {
    const Order& order = state.orders.at(slot);
    state.instruments.at(order.instrument).book.prefetch(order.tick);
  }
}

Due due_of(const State& state, const Deadlines::Entry& entry) noexcept {
  const Slot slot = state.orders.find(entry.order);
  if (slot != 0 && state.orders.at(slot).live()) {
    const Order& order = state.orders.at(slot);
    if (order.delayed() && state.orders.terms(slot).release_at == entry.at) {
      return Due::Release;
    }
    if (order.time_in_force == TimeInForce::Gtd && order.expire_time == entry.at) {
      return Due::Expiry;
    }
  }
  const auto amend = state.delayed_amends.find(entry.order);
  return amend != state.delayed_amends.end() && amend->second.release_at == entry.at ? Due::Amend
                                                                                     : Due::Nothing;
}

bool is_market_wide(const BatchStarted& batch) noexcept {
  return batch.account == AccountId{} && batch.session == SessionId{};
}

Timestamp next_day_end(Timestamp time, std::uint32_t ends_at_s) noexcept {
  constexpr std::int64_t kDay = kSecondsPerDay * kNanosPerSecond;
  const std::int64_t offset = std::int64_t{ends_at_s} * kNanosPerSecond;
  std::int64_t days = (time.value() - offset) / kDay;
  if ((time.value() - offset) % kDay < 0) {
    --days;
  }
  return Timestamp{(days + 1) * kDay + offset};
}

}  // namespace betex::matching

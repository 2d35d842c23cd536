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

AccountId account_of(const State& state, const HashedName& name) noexcept {
  return AccountId{static_cast<std::uint32_t>(state.account_names.find(name))};
}

void prefetch_account(const State& state, AccountId account) noexcept {
  if (state.accounts.contains(account)) {
    prefetch_line(&state.accounts.at(account));
    prefetch_line(&state.ledger.money(account));
  }
}

// The ids of a request about an order, the order, and the account.
template <typename Request>
void prefetch_order(const State& state, const Request& request) noexcept {
  const AccountId account = account_of(state, request.account);
  prefetch_account(state, account);
  state.cl_ord_ids.prefetch(account, request.cl_ord_id);
  if (request.order_id != OrderId{}) {
    state.orders.prefetch(request.order_id);
  } else {
    state.cl_ord_ids.prefetch(account, request.orig_cl_ord_id);
  }
}

void prefetch_row(const State& state, const Order& order) noexcept {
  if (order.live() && order.row != 0) {
    state.ledger.market(order.market)
        .rows.prefetch(order.row, state.instruments.at(order.instrument).runner);
  }
}

// The order's neighbours in its queue, its instrument and its market.
void prefetch_surroundings(const State& state, OrderId id) noexcept {
  if (const Slot slot = state.orders.find(id)) {
    const Order& order = state.orders.at(slot);
    prefetch_line(&state.orders.at(order.previous).next);
    prefetch_line(&state.orders.at(order.next).previous);
    prefetch_hot(state.instruments.at(order.instrument));
    prefetch_hot(state.markets.at(order.market));
  }
}

// The level and the row of an order that is there.
void prefetch_known(const State& state, OrderId id) noexcept {
  if (const Slot slot = state.orders.find(id)) {
    const Order& order = state.orders.at(slot);
    state.instruments.at(order.instrument).book.prefetch(order.tick);
    prefetch_row(state, order);
  }
}

// The order that one which takes would meet first, its account and its row.
void prefetch_maker(const State& state, const InstrumentState& instrument, Side taker) noexcept {
  const auto best = instrument.book.best(opposite(taker));
  const Slot slot = best ? instrument.book.level(*best).first : 0;
  if (slot != 0) {
    const Order& maker = state.orders.at(slot);
    prefetch_account(state, maker.account);
    prefetch_row(state, maker);
  }
}

// The level that an order at this price will rest in.
void prefetch_level(const State& state, const InstrumentState& instrument, Decimal decimal) {
  const auto price = to_price(state.markets.at(instrument.market).kind, decimal);
  if (const auto tick = price ? instrument.ladder->tick_of(*price) : std::nullopt) {
    instrument.book.prefetch(*tick);
  }
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

void prefetch_farthest(const State& state, const PlaceOrder& place) noexcept {
  state.account_names.prefetch(place.account);
  state.symbols.prefetch(place.symbol);
}

void prefetch_farthest(const State& state, const CancelOrder& cancel) noexcept {
  state.account_names.prefetch(cancel.account);
  state.orders.prefetch_index(cancel.order_id);
}

void prefetch_farthest(const State& state, const AmendOrder& amend) noexcept {
  state.account_names.prefetch(amend.account);
  state.orders.prefetch_index(amend.order_id);
}

void prefetch_far(const State& state, const PlaceOrder& place) noexcept {
  const AccountId account = account_of(state, place.account);
  prefetch_account(state, account);
  state.cl_ord_ids.prefetch(account, place.cl_ord_id);
}

void prefetch_far(const State& state, const CancelOrder& cancel) noexcept {
  prefetch_order(state, cancel);
}

void prefetch_far(const State& state, const AmendOrder& amend) noexcept {
  prefetch_order(state, amend);
}

void prefetch_near(const State& state, const PlaceOrder& place) noexcept {
  const std::uint64_t entry = state.symbols.find(place.symbol);
  if (entry != 0) {
    const MarketId market{static_cast<std::uint32_t>(entry >> 32)};
    prefetch_hot(state.instruments.at(InstrumentId{static_cast<std::uint32_t>(entry)}));
    prefetch_hot(state.markets.at(market));
    const AccountId account = account_of(state, place.account);
    state.ledger.market(market).rows.prefetch_index(account);
    if (state.accounts.contains(account)) {
      state.accounts.at(account).orders.prefetch_end();
    }
  }
}

void prefetch_near(const State& state, const CancelOrder& cancel) noexcept {
  prefetch_surroundings(state, cancel.order_id);
}

void prefetch_near(const State& state, const AmendOrder& amend) noexcept {
  prefetch_surroundings(state, amend.order_id);
}

void prefetch_nearest(const State& state, const PlaceOrder& place) noexcept {
  const auto id = static_cast<std::uint32_t>(state.symbols.find(place.symbol));
  if (const InstrumentState* const instrument = state.instruments.find(InstrumentId{id})) {
    prefetch_level(state, *instrument, place.price);
    state.markets.at(instrument->market).orders.prefetch_end();
    const MarketRows& rows = state.ledger.market(instrument->market).rows;
    if (const std::uint32_t row = rows.find(account_of(state, place.account))) {
      rows.prefetch(row, instrument->runner);
    }
    if (place.time_in_force == TimeInForce::Ioc || place.time_in_force == TimeInForce::Fok) {
      prefetch_maker(state, *instrument, place.side);
    }
  }
}

void prefetch_nearest(const State& state, const CancelOrder& cancel) noexcept {
  prefetch_known(state, cancel.order_id);
}

void prefetch_nearest(const State& state, const AmendOrder& amend) noexcept {
  prefetch_known(state, amend.order_id);
  if (const Slot slot = state.orders.find(amend.order_id)) {
    prefetch_level(state, state.instruments.at(state.orders.at(slot).instrument), amend.price);
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

bool is_of(const BatchStarted& batch, const Name& request_id) noexcept {
  return !request_id.empty() && batch.request_id == request_id;
}

bool is_market_wide(const BatchStarted& batch) noexcept {
  return batch.account == AccountId{} && batch.session == SessionId{};
}

OpenPart part_of(const State& state, Slot slot) noexcept {
  const Order& order = state.orders.at(slot);
  const InstrumentState& instrument = state.instruments.at(order.instrument);
  return open_part(state.markets.at(order.market).kind,
                   order.side,
                   instrument.ladder->price_of(order.tick),
                   state.orders.terms(slot).max_cost,
                   order.values);
}

BetPlace place_of(const State& state, const Order& order) noexcept {
  return {.account = order.account,
          .market = order.market,
          .row = order.row,
          .runner = state.instruments.at(order.instrument).runner,
          .side = order.side};
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

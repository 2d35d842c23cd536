#include "matching/lookahead.h"

#include <variant>

#include "matching/prefetch.h"
#include "matching/state.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

// The line behind the first one of an object that starts at the beginning of one.
template <typename T>
void prefetch_second_line(const T& object) noexcept {
  static_assert(alignof(T) == kCacheLine && sizeof(T) >= 2 * kCacheLine);
  prefetch_line(reinterpret_cast<const char*>(&object) + kCacheLine);
}

void prefetch_account(const State& state, AccountId account) noexcept {
  if (state.accounts.contains(account)) {
    prefetch_line(&state.accounts.at(account));
    prefetch_line(&state.ledger.money(account));
  }
}

// What every order reads of them.
void prefetch_market(const State& state, InstrumentId instrument, MarketId market) noexcept {
  prefetch_line(&state.instruments.at(instrument));
  prefetch_line(&state.markets.at(market));
  prefetch_second_line(state.markets.at(market));
  prefetch_line(&state.ledger.market(market));
}

void prefetch_row(const State& state, const Order& order) noexcept {
  if (order.live() && order.row != 0) {
    state.ledger.market(order.market)
        .rows.prefetch(order.row, state.instruments.at(order.instrument).runner);
  }
}

// The level that an order at this price will rest in.
void prefetch_level(const State& state, const InstrumentState& instrument, Decimal decimal) {
  const auto price = to_price(state.markets.at(instrument.market).kind, decimal);
  if (const auto tick = price ? instrument.book.ladder().tick_of(*price) : std::nullopt) {
    instrument.book.prefetch(*tick);
  }
}

// The order that one which takes will meet first, its account and its row, and what is traded.
void prefetch_maker(const State& state, const InstrumentState& instrument, Side taker) noexcept {
  prefetch_second_line(instrument);
  const auto best = instrument.book.best(opposite(taker));
  const Slot slot = best ? instrument.book.level(*best).first : 0;
  if (slot != 0) {
    const Order& maker = state.orders.at(slot);
    prefetch_account(state, maker.account);
    prefetch_row(state, maker);
    state.order_groups.prefetch_for_fill(maker.order_group);
  }
}

// Calls `look` with what it is, if that is order entry's.
template <typename Look>
void with_request(const Command* command, Look&& look) noexcept {
  if (command == nullptr) {
    return;
  }
  if (const auto* const place = std::get_if<PlaceOrder>(&command->body)) {
    look(*place);
  } else if (const auto* const cancel = std::get_if<CancelOrder>(&command->body)) {
    look(*cancel);
  } else if (const auto* const amend = std::get_if<AmendOrder>(&command->body)) {
    look(*amend);
  }
}

}  // namespace

Lookahead::Names& Lookahead::names_of(const PlaceOrder& order, std::size_t distance) noexcept {
  const std::uint64_t place = place_ + distance;
  Names& names = names_[place % kNames];
  if (names.place != place) {
    look_up(order, names);
    names.place = place;
  }
  return names;
}

void Lookahead::look_up(const PlaceOrder& order, Names& names) const noexcept {
  const std::uint64_t symbol = state_.symbols.find(order.symbol);
  names.account = AccountId{static_cast<std::uint32_t>(state_.account_names.find(order.account))};
  names.instrument = InstrumentId{static_cast<std::uint32_t>(symbol)};
  names.market = MarketId{static_cast<std::uint32_t>(symbol >> 32)};
  names.group = nullptr;
  if (state_.order_groups.size() != 0) {
    // Also where it names none: nobody can tell which orders do, and a branch would cost more.
    const std::uint32_t hash =
        state_.order_groups.hash_of(names.account, order.extra().order_group);
    names.group_hash = order.extras.has_value() ? hash : 0;
  }
}

// ---- A new order --------------------------------------------------------------------------------

void Lookahead::look_farthest(const PlaceOrder& order) const noexcept {
  state_.account_names.prefetch(order.account);
  state_.symbols.prefetch(order.symbol);
  prefetch_line(&order.extra());
}

void Lookahead::look_far(const PlaceOrder& order) noexcept {
  const Names& names = names_of(order, CommandsAhead::kFar);
  prefetch_account(state_, names.account);
  state_.cl_ord_ids.prefetch(names.account, order.cl_ord_id);
  if (state_.order_groups.size() != 0) {
    state_.order_groups.prefetch_name(names.group_hash);
  }
  if (names.instrument != InstrumentId{}) {
    prefetch_market(state_, names.instrument, names.market);
  }
}

void Lookahead::look_near(const PlaceOrder& order) noexcept {
  Names& names = names_of(order, CommandsAhead::kNear);
  if (state_.order_groups.size() != 0) {
    names.group = state_.order_groups.prefetch_named(names.group_hash);
  }
  if (state_.accounts.contains(names.account)) {
    state_.accounts.at(names.account).orders.prefetch_end();
  }
  if (names.instrument != InstrumentId{}) {
    prefetch_level(state_, state_.instruments.at(names.instrument), order.price);
    state_.markets.at(names.market).orders.prefetch_end();
    state_.ledger.market(names.market).rows.prefetch_index(names.account);
  }
}

void Lookahead::look_nearest(const PlaceOrder& order) noexcept {
  const Names& names = names_of(order, CommandsAhead::kNearest);
  if (names.instrument == InstrumentId{}) {
    return;
  }
  if (names.group != nullptr) {
    names.group->orders.prefetch_end();
  }
  const InstrumentState& instrument = state_.instruments.at(names.instrument);
  const MarketRows& rows = state_.ledger.market(names.market).rows;
  if (const std::uint32_t row = rows.find(names.account)) {
    rows.prefetch(row, instrument.runner);
  }
  if (order.time_in_force == TimeInForce::Ioc || order.time_in_force == TimeInForce::Fok) {
    prefetch_maker(state_, instrument, order.side);
  }
}

// ---- A cancel or an amend -----------------------------------------------------------------------

template <typename Change>
void Lookahead::look_farthest(const Change& change) const noexcept {
  state_.account_names.prefetch(change.account);
  state_.orders.prefetch_index(change.order_id);
}

// Its ids, the order and the account.
template <typename Change>
void Lookahead::look_far(const Change& change) const noexcept {
  const AccountId account{static_cast<std::uint32_t>(state_.account_names.find(change.account))};
  prefetch_account(state_, account);
  state_.cl_ord_ids.prefetch(account, change.cl_ord_id);
  if (change.order_id != OrderId{}) {
    state_.orders.prefetch(change.order_id);
  } else {
    state_.cl_ord_ids.prefetch(account, change.orig_cl_ord_id);
  }
}

// The order's neighbours in its queue, its instrument, its market and its group.
template <typename Change>
void Lookahead::look_near(const Change& change) const noexcept {
  if (const Slot slot = state_.orders.find(change.order_id)) {
    const Order& order = state_.orders.at(slot);
    prefetch_line(&state_.orders.at(order.previous).next);
    prefetch_line(&state_.orders.at(order.next).previous);
    prefetch_market(state_, order.instrument, order.market);
    state_.order_groups.prefetch(order.order_group);
  }
}

// Its level and its row, and the level that it is to go to.
template <typename Change>
void Lookahead::look_nearest(const Change& change) const noexcept {
  if (const Slot slot = state_.orders.find(change.order_id)) {
    const Order& order = state_.orders.at(slot);
    const InstrumentState& instrument = state_.instruments.at(order.instrument);
    instrument.book.prefetch(order.tick);
    prefetch_row(state_, order);
    if constexpr (requires { change.price; }) {
      prefetch_level(state_, instrument, change.price);
    }
  }
}

// -------------------------------------------------------------------------------------------------

void Lookahead::step(const CommandsAhead& ahead) noexcept {
  ++place_;
  with_request(ahead.farthest, [this](const auto& request) { look_farthest(request); });
  with_request(ahead.far, [this](const auto& request) { look_far(request); });
  with_request(ahead.near, [this](const auto& request) { look_near(request); });
  with_request(ahead.nearest, [this](const auto& request) { look_nearest(request); });
}

}  // namespace betex::matching

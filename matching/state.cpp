#include "matching/state.h"

namespace betex::matching {

Slot find_order(const State& state,
                AccountId account,
                OrderId order,
                const KeyedClOrdId& cl_ord_id) noexcept {
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

BetPlace place_of(const State& state, const Order& order) noexcept {
  return {.account = order.account,
          .market = order.market,
          .row = order.row,
          .runner = state.instruments.at(order.instrument).runner,
          .side = order.side};
}

OpenBet bet_of(const State& state, Slot slot, const Order& order) noexcept {
  const Ladder& ladder = state.instruments.at(order.instrument).book.ladder();
  return {.place = place_of(state, order),
          .terms = {.kind = ladder.market(),
                    .side = order.side,
                    .limit = ladder.price_of(order.tick),
                    // Others have none, and are not made to wait for the terms.
                    .max_cost = order.type == OrderType::Market ? state.orders.terms(slot).max_cost
                                                                : Money{}}};
}

OpenPart part_of(const State& state, Slot slot) noexcept {
  const Order& order = state.orders.at(slot);
  return open_part(bet_of(state, slot, order).terms, order.values);
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

#include "matching/state.h"

#include "matching/hash.h"

namespace betex::matching {

std::size_t Positions::place_of(AccountId account, MarketId market) const noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t i = mix(account.value(), market.value()) & mask;
  while (table_[i] != 0 && (positions_[table_[i] - 1].account != account ||
                            positions_[table_[i] - 1].market != market)) {
    i = (i + 1) & mask;
  }
  return i;
}

const Position* Positions::find(AccountId account, MarketId market) const noexcept {
  const std::uint32_t entry = table_[place_of(account, market)];
  return entry == 0 ? nullptr : &positions_[entry - 1];
}

Position& Positions::get(AccountId account, MarketId market) {
  const std::uint32_t entry = table_[place_of(account, market)];
  if (entry != 0) {
    return positions_[entry - 1];
  }
  positions_.push_back({.account = account, .market = market});
  if (positions_.size() * 2 > table_.size()) {
    table_.assign(table_.size() * 2, 0);
    for (std::size_t i = 0; i + 1 < positions_.size(); ++i) {
      table_[place_of(positions_[i].account, positions_[i].market)] =
          static_cast<std::uint32_t>(i + 1);
    }
  }
  table_[place_of(account, market)] = static_cast<std::uint32_t>(positions_.size());
  return positions_.back();
}

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

}  // namespace betex::matching

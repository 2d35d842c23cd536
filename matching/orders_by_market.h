// Orders by their markets, since an event that cancels many of them belongs to one.
#pragma once

#include <algorithm>
#include <span>
#include <tuple>
#include <vector>

#include "matching/state.h"
#include "matching/types.h"

namespace betex::matching {

// Calls `visit(market, ids)` for each market that has orders among them, in ascending order, with
// their ids in ascending order. Sorts `ids`, which must be of known orders.
template <typename Visitor>
void for_each_market(const State& state, std::vector<OrderId>& ids, Visitor&& visit) {
  const auto market_of = [&state](OrderId id) {
    return state.orders.at(state.orders.find(id)).market;
  };
  std::sort(ids.begin(), ids.end(), [&market_of](OrderId left, OrderId right) {
    return std::tuple{market_of(left), left} < std::tuple{market_of(right), right};
  });
  for (auto first = ids.begin(); first != ids.end();) {
    const MarketId market = market_of(*first);
    const auto last =
        std::find_if(first, ids.end(), [&](OrderId id) { return market_of(id) != market; });
    visit(market, std::span<const OrderId>{first, last});
    first = last;
  }
}

}  // namespace betex::matching

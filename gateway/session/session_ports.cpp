#include "gateway/session/session_ports.h"

#include <algorithm>
#include <iterator>

namespace betex::fix {

std::vector<CounterpartyState> SessionPorts::counterparties(
    std::span<const matching::Name> comp_ids) const {
  std::vector<CounterpartyState> states = orders_.counterparties();
  if (market_data_ != nullptr) {
    std::ranges::move(market_data_->counterparties(), std::back_inserter(states));
  }
  if (comp_ids.empty()) {
    return states;
  }
  std::vector<CounterpartyState> named;
  for (const matching::Name& comp_id : comp_ids) {
    const auto found = std::ranges::find(states, comp_id, &CounterpartyState::comp_id);
    if (found != states.end()) {
      named.push_back(*found);
    }
  }
  return named;
}

}  // namespace betex::fix

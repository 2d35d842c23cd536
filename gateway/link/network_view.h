// Who is on and how the node is, as only sessions and the process that they run in know: what an
// operator's question about them (BC) is answered from.
#pragma once

#include <span>
#include <vector>

#include "gateway/link/network_reports.h"
#include "matching/types.h"

namespace betex::gateway {

// *Thread-safe*; called on the report thread, so it waits for nobody's work: what it tells may be a
// moment old.
class NetworkView {
 public:
  virtual ~NetworkView() = default;

  // The configured sessions with these CompIDs in the order given, those that are not configured
  // left out; without any all of them, in the order of the configuration, those for market data
  // last. `suspended` stays false: the log says it.
  [[nodiscard]] virtual std::vector<fix::CounterpartyState> counterparties(
      std::span<const matching::Name> comp_ids) const = 0;

  [[nodiscard]] virtual fix::NodeState node() const = 0;
};

}  // namespace betex::gateway

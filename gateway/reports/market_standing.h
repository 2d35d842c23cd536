// What operators are told of how a market stands.
#pragma once

#include "gateway/link/operation_reports.h"
#include "matching/commands.h"

namespace betex::gateway {

// `told` has its version and its state; without a state it says nothing of a market.
template <typename Told>
void tell_market(fix::OperationsReport& report, const Told& told) {
  if (told.state != matching::MarketState{}) {
    report.market_version = told.version;
    report.market_state = told.state;
  }
}

}  // namespace betex::gateway

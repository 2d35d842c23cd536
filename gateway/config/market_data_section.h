// [market_data] of gateway.toml. What each key means stands in the shipped file.
#pragma once

#include "gateway/config/config.h"
#include "gateway/config/section_reader.h"

namespace betex::gateway {

// After [fix]: its address and its certificates are those of this port where nothing else is said.
void read_market_data(SectionReader reader, const FixConfig& fix, MarketDataConfig& market_data);

}  // namespace betex::gateway

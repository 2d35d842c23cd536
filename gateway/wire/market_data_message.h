// What md has made, as whole messages.
#pragma once

#include <string>

#include "gateway/link/market_data_link.h"
#include "gateway/wire/report_encoder.h"

namespace betex::fix {

// Appends the body with the header around it, and the checksum, to `out`. The body is copied, and
// not looked at.
void encode(const gateway::MarketDataBody& body, const OutboundHeader& header, std::string& out);

}  // namespace betex::fix

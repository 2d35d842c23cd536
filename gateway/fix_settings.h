// The configuration's part for the FIX side, in the FIX side's own structs.
#pragma once

#include <vector>

#include "gateway/config/config.h"
#include "gateway/fix/session_settings.h"

namespace betex::gateway {

[[nodiscard]] std::vector<fix::SessionSettings> session_settings(const Config& config);

[[nodiscard]] fix::TransportLimits transport_limits(const FixLimits& limits);

}  // namespace betex::gateway

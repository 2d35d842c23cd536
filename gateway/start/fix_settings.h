// The configuration's part for the FIX side, in the FIX side's own structs.
#pragma once

#include <optional>
#include <vector>

#include "gateway/config/config.h"
#include "gateway/session/session_settings.h"
#include "gateway/transport/tls_files.h"
#include "gateway/transport/transport_limits.h"

namespace betex::gateway {

[[nodiscard]] std::vector<fix::SessionSettings> session_settings(const Config& config);

// None where there is no TLS port.
[[nodiscard]] std::optional<fix::TlsFiles> tls_files(const Config& config);

[[nodiscard]] fix::TransportLimits transport_limits(const FixLimits& limits);

// Of the market data port, which has connections of its own.
[[nodiscard]] fix::TransportLimits market_data_limits(const Config& config);

}  // namespace betex::gateway

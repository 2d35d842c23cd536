// From the journal to all that a gateway begins with.
#pragma once

#include <functional>
#include <vector>

#include "gateway/start/retention.h"
#include "gateway/start/startup.h"
#include "gateway/time/gateway_clocks.h"
#include "matching/cl_ord_id_key.h"
#include "matching/engine.h"
#include "matching/info.h"
#include "matching/types.h"

namespace betex::gateway {

// From the log's last timestamp on.
using StartClocks = std::function<const GatewayClocks&(matching::Timestamp last)>;

// Held against what was recovered, before anything is written to the log.
using OpenCache = std::function<void(const matching::Engine& engine)>;

// Replays, makes room for what is to come, has the clocks started, then journals what every start
// has to say. Throws what these throw.
[[nodiscard]] Recovered start_from_journal(const RecoverySources& sources,
                                           Retention& retention,
                                           Epochs epochs,
                                           const OpenCache& open_cache,
                                           const StartClocks& start_clocks);

// Of this process, and told to nobody.
[[nodiscard]] matching::ClOrdIdKey new_key();

// After the start's commands, which end them all; `up` says which of them were on before.
[[nodiscard]] std::vector<matching::SessionInfo> sessions_of(const Recovered& recovered);

}  // namespace betex::gateway

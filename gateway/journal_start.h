// From the journal to all that a gateway begins with.
#pragma once

#include <functional>
#include <vector>

#include "gateway/reports/transaction_log.h"
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

// Returns when this node may write, and where to. In a cluster it follows another node's log until
// then, which goes on with what was recovered; it has prepared the journal's first segment, too.
using BecomeWriter = std::function<TransactionLog&(Recovered& recovered)>;

struct StartSteps {
  BecomeWriter become_writer;
  // It brings the journal up to the end of a log that others have: only behind that it may lack
  // what the witness knows of.
  bool catches_up = false;
  OpenCache open_cache;
  StartClocks start_clocks;
};

// Replays, waits until this node may write, makes room for what is to come, has the clocks started,
// then logs what every start has to say. Throws what these throw.
[[nodiscard]] Recovered start_from_journal(const RecoverySources& sources,
                                           Retention& retention,
                                           Epochs epochs,
                                           const StartSteps& steps);

// Of this process, and told to nobody.
[[nodiscard]] matching::ClOrdIdKey new_key();

// After the start's commands, which end them all; `up` says which of them were on before.
[[nodiscard]] std::vector<matching::SessionInfo> sessions_of(const Recovered& recovered);

}  // namespace betex::gateway

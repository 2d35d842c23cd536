// The configuration's part for each part of the gateway, in that part's own structs, where it takes
// more than the configuration to say it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "gateway/cluster/etcd_client.h"
#include "gateway/config/config.h"
#include "gateway/ring/wait_strategy.h"
#include "gateway/session/session_cache.h"
#include "gateway/start/journal_upkeep.h"
#include "gateway/start/retention.h"
#include "gateway/transport/transport_limits.h"
#include "journal/journal.h"

namespace betex::gateway {

[[nodiscard]] WaitKind wait_kind(WaitMode mode);

// Few processors: the stages take turns on one thread, and a round trip wakes two threads, not
// four.
[[nodiscard]] bool share_one_thread(StageThreads threads);

struct PortLimits {
  fix::TransportLimits orders;
  fix::TransportLimits market_data;
};

// As configured; where the system leaves file descriptors for fewer connections, as many fewer of
// each port's. Raises the process's limit.
[[nodiscard]] PortLimits limits_that_fit(const Config& config);

// Segments below the newest snapshot are retired as far as `retention` allows, which must outlive
// it.
[[nodiscard]] journal::JournalConfig journal_config(const Config& config, Retention& retention);

[[nodiscard]] SnapshotSettings snapshot_settings(const Config& config);

// Of this boot, of this log as it was recovered and before anything else is written to it.
// `last_writer`: of a cluster's log, whoever had it before this node took it over; none: the
// journal says whose its last record is. A cache of this node is good if it was of that writer: if
// another node has led since, its clients have seen what this cache has not.
[[nodiscard]] fix::CacheIdentity cache_identity(
    const journal::Journal& journal,
    std::optional<journal::WriterEpoch> last_writer = std::nullopt);

// Where the session cache is named: on a shared disk each node has one of its own, which an older
// writer may go on writing to.
[[nodiscard]] std::filesystem::path cache_folder(const Config& config);

[[nodiscard]] fix::CacheLimits cache_limits(const Config& config);

// Each call of the client ends within `deadline`. Throws ConfigError where the password cannot be
// read.
[[nodiscard]] cluster::EtcdSettings etcd_settings(const ClusterConfig& config,
                                                  std::chrono::milliseconds deadline);

// Of a call about the lease: one that is not answered leaves time for another, by another member,
// before the lease ends.
[[nodiscard]] std::chrono::milliseconds deadline_of_renewal(const ClusterConfig& config);

}  // namespace betex::gateway

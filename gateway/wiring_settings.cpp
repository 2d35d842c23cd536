#include "gateway/wiring_settings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "gateway/config/etcd_password.h"
#include "gateway/process/descriptor_budget.h"
#include "gateway/session/cache_place.h"
#include "gateway/start/fix_settings.h"
#include "journal/epoch_file.h"
#include "journal/format.h"
#include "journal/snapshot.h"
#include "matching/assert.h"

namespace betex::gateway {
namespace {

// To its part of the connections that fit, of those that are wanted of all ports together.
void shrink(fix::TransportLimits& limits, std::size_t fitting, std::size_t wanted) {
  const auto part_of = [=](std::size_t count) {
    return std::max<std::size_t>(count * fitting / wanted, 1);
  };
  limits.connections_before_logon = part_of(limits.connections_before_logon);
  limits.connections = part_of(limits.connections);
}

}  // namespace

WaitKind wait_kind(WaitMode mode) {
  switch (mode) {
    case WaitMode::BusySpin:
      return WaitKind::BusySpin;
    case WaitMode::Yield:
      return WaitKind::Yield;
    case WaitMode::Block:
      return WaitKind::Block;
  }
  BETEX_ASSERT(!"unknown wait mode");
}

bool share_one_thread(StageThreads threads) {
  constexpr unsigned kEnoughForAll = 6;
  switch (threads) {
    case StageThreads::Shared:
      return true;
    case StageThreads::Separate:
      return false;
    case StageThreads::Auto:
      return std::thread::hardware_concurrency() < kEnoughForAll;
  }
  BETEX_ASSERT(!"unknown thread layout");
}

PortLimits limits_that_fit(const Config& config) {
  PortLimits limits{.orders = transport_limits(config.fix.limits),
                    .market_data = market_data_limits(config)};
  const bool has_market_data = config.market_data.enabled;
  const std::size_t wanted =
      limits.orders.connections + (has_market_data ? limits.market_data.connections : 0);
  const std::size_t fitting = fitting_connections(wanted);
  shrink(limits.orders, fitting, wanted);
  if (has_market_data) {
    shrink(limits.market_data, fitting, wanted);
  }
  return limits;
}

journal::JournalConfig journal_config(const Config& config, Retention& retention) {
  const std::vector<matching::EventSeq> snapshots = journal::list_snapshots(config.wal.root);
  return {
      .wal_root = config.wal.root,
      .max_segment_events = config.wal.max_segment_events,
      .segment_map_size_bytes = config.wal.segment_map_size_bytes,
      .ring_size = config.rings.event_slots,
      .remote_file_systems = config.wal.remote_file_systems == RemoteFileSystems::Accept
                                 ? journal::JournalConfig::RemoteFileSystems::Accept
                                 : journal::JournalConfig::RemoteFileSystems::Refuse,
      .recovery_point = snapshots.empty() ? matching::EventSeq{0} : snapshots.back(),
      .floor = [&retention] { return retention.floor(); },
      .low_disk_bytes = config.wal.low_disk_bytes,
      .wal_id = {},
      .node = config.cluster.mode == ClusterMode::SharedDisk ? config.cluster.node : std::string{}};
}

SnapshotSettings snapshot_settings(const Config& config) {
  return {.wal_root = config.wal.root,
          .every_events = config.wal.snapshot_every_events,
          .at_multiples = config.cluster.mode == ClusterMode::Replicated,
          .max_segment_events = config.wal.max_segment_events,
          .segment_map_size_bytes = config.wal.segment_map_size_bytes};
}

fix::CacheIdentity cache_identity(const journal::Journal& journal,
                                  std::optional<journal::WriterEpoch> last_writer) {
  const auto& newest = journal.position().segment;
  const journal::WriterEpoch of_record = newest ? newest->epoch : journal::WriterEpoch{0};
  return {.boot_id = fix::read_boot_id(),
          .wal_id = journal::to_hex(journal.wal_id()),
          .writer = journal.epoch().value(),
          .last_writer = last_writer.value_or(of_record).value()};
}

std::filesystem::path cache_folder(const Config& config) {
  return config.wal.root / (config.cluster.mode == ClusterMode::SharedDisk
                                ? "cache-" + config.cluster.node
                                : std::string{"cache"});
}

// Of market data sessions nothing is kept.
fix::CacheLimits cache_limits(const Config& config) {
  const auto sessions = static_cast<std::uint32_t>(std::ranges::count_if(
      config.sessions,
      [](const SessionConfig& session) { return session.role != SessionRole::MarketData; }));
  const std::uint64_t bytes = config.session_cache.size_bytes;
  return {.file_bytes = bytes != 0 ? bytes : fix::proposed_cache_bytes(sessions),
          .sessions = sessions,
          .memory = config.session_cache.place == CachePlacement::Auto ? "/dev/shm" : "",
          .bounds = {.low_disk_bytes = config.wal.low_disk_bytes}};
}

cluster::EtcdSettings etcd_settings(const ClusterConfig& config,
                                    std::chrono::milliseconds deadline) {
  return {.endpoints = config.etcd.endpoints,
          .ca = config.etcd.ca,
          .certificate = config.etcd.certificate,
          .key = config.etcd.key,
          .user = config.etcd.user,
          .password = read_etcd_password(config.etcd.password_file),
          .deadline = deadline};
}

std::chrono::milliseconds deadline_of_renewal(const ClusterConfig& config) {
  return std::min(config.request_timeout, std::chrono::milliseconds{config.lease_ttl} / 4);
}

}  // namespace betex::gateway

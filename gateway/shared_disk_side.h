// The shared disk's side of the gateway, wired: the authority that the journal asks for the right
// to write, the standby that it is until it has it, and what is known of both. One cluster mode,
// ClusterMode::SharedDisk.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/cluster/cluster_figures.h"
#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/lease_authority.h"
#include "gateway/config/config.h"
#include "gateway/start/startup.h"
#include "gateway/start/warm_standby.h"
#include "journal/environment_pool.h"
#include "journal/writer_authority.h"
#include "matching/cl_ord_id_key.h"

namespace betex::gateway {

// *Owned by the main thread*, but for lease_left() and what the figures say.
class SharedDiskSide {
 public:
  // All must outlive it.
  struct Parts {
    const Config& config;
    journal::EnvironmentPool& segments;  // the process's one pool for the WAL
    matching::ClOrdIdKey key{};          // of the engine that recovery makes
    cluster::ClusterFigures& figures;
    std::string address;  // where clients connect, for who reads the lease
  };

  struct Calls {
    // Waits for so long; false: the program has been asked to end.
    std::function<bool(std::chrono::milliseconds)> pause;
    // Another node has the right, or nobody can say who has; once for each reason.
    std::function<void(const std::string& why)> standing_by;
    // The right is given: the journal is opened now.
    std::function<void()> leads;
  };

  // Throws ConfigError or std::runtime_error where a file that the configuration names cannot be
  // used.
  SharedDiskSide(const Parts& parts, Calls calls);

  // For JournalConfig::authority. acquire() blocks until the right is given, and throws
  // StoppedWhileWaiting when the program is to end. When the right is lost later, the process ends
  // (fail_stop).
  [[nodiscard]] journal::WriterAuthority& authority() noexcept { return *authority_; }

  // What this node has kept ready, after the journal was opened; null: nothing.
  [[nodiscard]] WarmStart* warm() noexcept { return warm_ ? &*warm_ : nullptr; }

  // The lease is renewed only while this says so; by the thread "lease". What it names must outlive
  // that thread: release() or the destructor. Without it the lease is always renewed, as while
  // the journal is replayed.
  void renew_while(std::function<bool()> healthy);

  // Thread-safe; 0: the right is not held.
  [[nodiscard]] std::chrono::nanoseconds lease_left() const noexcept;

 private:
  [[nodiscard]] cluster::AuthorityCalls authority_calls();
  [[nodiscard]] bool is_healthy() const;

  const Parts parts_;
  const Calls calls_;
  WarmStandby standby_;
  std::optional<WarmStart> warm_;
  mutable std::mutex mutex_;
  std::function<bool()> healthy_;                  // guarded by mutex_; empty: always
  std::unique_ptr<cluster::KeyValueStore> store_;  // null: Kubernetes
  std::unique_ptr<cluster::ExternalAuthority> authority_;
};

}  // namespace betex::gateway

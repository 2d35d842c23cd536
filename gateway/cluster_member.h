// This node as a member of a cluster, or of none: how it comes to be the one that writes, and what
// it owes the others then. The two kinds of cluster are cluster_side.h and shared_disk_side.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/cluster/cluster_figures.h"
#include "gateway/cluster_side.h"
#include "gateway/config/config.h"
#include "gateway/gateway.h"
#include "gateway/journal_start.h"
#include "gateway/process/health.h"
#include "gateway/process/metrics.h"
#include "gateway/reports/transaction_log.h"
#include "gateway/session/session_cache.h"
#include "gateway/session/spare_cache.h"
#include "gateway/shared_disk_side.h"
#include "gateway/start/retention.h"
#include "gateway/start/snapshot_thread.h"
#include "gateway/start/startup.h"
#include "gateway/start/warm_standby.h"
#include "gateway/time/gateway_clocks.h"
#include "gateway/time/machine_clock.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "matching/cl_ord_id_key.h"
#include "matching/engine.h"
#include "matching/types.h"

namespace betex::gateway {

// *Owned by the main thread.*
class ClusterMember {
 public:
  struct Parts {
    const Config& config;  // this and all that follows outlives it
    StartOptions options;
    Health& health;
    GatewayMetrics& metrics;
    const MachineClock& clock;
    journal::EnvironmentPool& segments;  // the process's one pool for the WAL
    matching::ClOrdIdKey key{};          // of the engine that recovery makes

    // ---- Not called by the constructor

    std::function<void()> start_telling;  // the service manager how this node is, from now on
    std::function<void()> tell;           // it is different now
    std::function<std::optional<std::uint16_t>()> http_port;  // of probes and metrics
  };

  // Connects to nothing yet. Throws ConfigError or std::runtime_error where an option or a file of
  // the settings can't be used.
  explicit ClusterMember(Parts parts);

  [[nodiscard]] bool has_others() const noexcept { return replicated_ || shared_disk_; }

  // ---- The start, in this order

  // Once. Waits for a store that does not answer. Throws as ClusterSide::find_log().
  [[nodiscard]] journal::JournalConfig journal_settings(Retention& retention);

  // Who is to hear of this node's snapshots; empty: nobody.
  [[nodiscard]] SnapshotThread::Told told_of_snapshots();

  // What it has kept ready while it stood by, after the journal was opened; null: nothing.
  [[nodiscard]] WarmStart* warm() noexcept;

  // What the start makes.
  struct Made {
    std::unique_ptr<TransactionLog> log;           // null until this node may write
    std::unique_ptr<fix::SpareCache> spare_cache;  // while it stands by; null: there is none
    std::optional<fix::SessionCache> cache;        // none until the journal is replayed
  };

  // All outlive the steps.
  struct Start {
    journal::Journal& journal;
    Retention& retention;
    SnapshotThread& snapshots;
    std::uint16_t fix_port;
    Made& made;
    std::optional<GatewayClocks>& clocks;  // none until the journal is replayed
  };

  // A node of a replicated cluster stays in them while another one leads, and follows it: days
  // perhaps. They must not outlive this.
  [[nodiscard]] StartSteps start_steps(const Start& start);

  // ---- While it writes

  // Snapshots are taken already: it stood by, or has led since it was made.
  [[nodiscard]] bool takes_snapshots() const noexcept { return replicated_ != nullptr; }

  // The service manager is told already: likewise.
  [[nodiscard]] bool is_told() const noexcept { return replicated_ || told_standby_; }

  // From now on the health goes by what the cluster says, and who hangs loses the lease.
  void watch();

  // The configuration has been read anew.
  void agree(const Config& config);

  // ---- The end, in this order

  // After the last commit: whoever follows need not wait for the rest.
  void give_back() noexcept;

  // After the journal was closed: likewise whoever waits for the disk.
  void release() noexcept;

  // Nobody logs afterwards.
  void end_board() noexcept;

  // The lease's thread asks no more about the others. Before these end, also without all that.
  void end_questions() noexcept;

 private:
  [[nodiscard]] std::unique_ptr<ClusterSide> make_cluster_side();
  [[nodiscard]] std::unique_ptr<SharedDiskSide> make_shared_disk_side();
  void stand_by(const std::string& why);
  [[nodiscard]] std::unique_ptr<TransactionLog> lead(const Start& start, Recovered& recovered);
  void prepare_cache(const Start& start, const matching::Engine& engine);
  void open_cache(const Start& start, const matching::Engine& engine);
  void check_clock(matching::Timestamp last);

  const Parts parts_;
  const Config& config_;
  const std::unique_ptr<ClusterSide> replicated_;  // null: this is no node of a replicated cluster
  cluster::ClusterFigures figures_;                // of a shared disk
  bool told_standby_ = false;
  const std::unique_ptr<SharedDiskSide> shared_disk_;  // null: the disk is no shared one
};

}  // namespace betex::gateway

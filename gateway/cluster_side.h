// A node of a replicated cluster, wired: the store, the quorum log in it, the lease and its thread.
// Made for ClusterMode::Replicated alone.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/cluster/cluster_figures.h"
#include "gateway/cluster/etcd_client.h"
#include "gateway/cluster/lease.h"
#include "gateway/cluster/replicated_log.h"
#include "gateway/cluster/store_keeper.h"
#include "gateway/cluster/stored_log.h"
#include "gateway/config/config.h"
#include "gateway/process/cluster_metrics.h"
#include "gateway/process/health.h"
#include "gateway/reports/transaction_log.h"
#include "journal/format.h"
#include "journal/journal.h"
#include "matching/transaction.h"

namespace betex::gateway {

// What a start does about the cluster's log.
enum class QuorumLogStart : std::uint8_t {
  Join,   // there is one
  Init,   // makes it of this node's journal
  Adopt,  // lets it go on from this node's journal
};

// *Owned by the main thread*, but for what find_log() and lead() say of other threads.
class ClusterSide {
 public:
  struct Parts {
    const ClusterConfig& config;  // outlives it
    Health& health;               // likewise
    QuorumLogStart start = QuorumLogStart::Join;
    // StartOptions::pause.
    std::function<bool(std::chrono::milliseconds)> pause;
    // The health has changed: for the service manager.
    std::function<void()> changed;
  };

  // Connects to nothing yet. Throws ConfigError or std::runtime_error where a file of the settings
  // can't be used.
  explicit ClusterSide(Parts parts);

  // Ends the lease's thread; the lease is not given back.
  ~ClusterSide() = default;
  ClusterSide(const ClusterSide&) = delete;
  ClusterSide& operator=(const ClusterSide&) = delete;
  ClusterSide(ClusterSide&&) = delete;
  ClusterSide& operator=(ClusterSide&&) = delete;

  // The id of the log that this node's journal is to be a copy of; none: it is to be made from this
  // node's. Once, before the journal is opened. Waits for a store that does not answer, and says
  // so. Throws StoppedWhileWaiting, and JournalError: QuorumLogMissing, QuorumLogExists.
  [[nodiscard]] std::optional<journal::WalId> find_log();

  struct Following {
    journal::Journal& journal;  // recovered; outlives what lead() returns
    std::string address;        // where clients of this node connect
    // Each transaction that has come to the journal.
    std::function<void(const matching::TransactionView&)> taken;
    // A few times a second, between transactions.
    std::function<void()> look;
    // Once, where another node leads: all that it had told by then has been taken over.
    std::function<void()> standing_by;
  };

  // After find_log(). Follows the log until this node leads, and says how far it is; then the
  // lease's thread runs, which ends the process (AuthorityLost) where another node has taken the
  // lease. What it returns is *owned by the journal thread*, and by this one before that one runs.
  // Throws StoppedWhileWaiting, with the journal closed, and JournalError.
  [[nodiscard]] std::unique_ptr<TransactionLog> lead(const Following& following);

  // Who had the log before this node took it over. After lead().
  [[nodiscard]] journal::WriterEpoch last_writer() const noexcept { return last_writer_; }

  // Why commits take so long that no order should come here; none: they do not. Thread-safe.
  [[nodiscard]] std::optional<std::string> why_stalled() const;

  // Thread-safe, as long as this is there.
  [[nodiscard]] ClusterSources metrics() const;

  // ---- The end

  // Ends the lease's thread, which asks the health about threads that are going to end.
  void end_thread() noexcept { lease_thread_.reset(); }

  // After the last commit: another node leads at once, and need not wait for the lease's end.
  void give_back() noexcept;

 private:
  void prepare_log(const journal::Journal& journal);
  void wait_for_no_leader();
  [[nodiscard]] cluster::Holder self() const;
  void wait_for_store(std::chrono::milliseconds time);
  void say(std::string what);
  void start_lease_thread();

  const Parts parts_;
  cluster::ClusterFigures figures_;
  cluster::EtcdClient log_store_;    // the journal thread's, and the main thread's before
  cluster::EtcdClient lease_store_;  // the lease's thread's, and the main thread's before and after
  cluster::Lease lease_;             // likewise
  cluster::StoreKeeper keeper_;      // the lease's thread's
  const cluster::StoredLogSettings log_settings_;
  std::optional<cluster::LogMeta> meta_;   // none before find_log(), or where there is no log yet
  std::optional<cluster::StoredLog> log_;  // none before lead()
  std::string address_;
  bool leads_ = false;  // changed before there is another thread
  std::string said_;
  journal::WriterEpoch last_writer_;
  std::optional<cluster::LeaseThread> lease_thread_;  // none before this node leads
};

}  // namespace betex::gateway

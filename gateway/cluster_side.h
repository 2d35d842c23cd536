// A node of a replicated cluster, wired: the store, the quorum log in it, the lease and its thread,
// and what nodes tell each other besides the log. Made for ClusterMode::Replicated alone.
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
#include "gateway/cluster/node_board.h"
#include "gateway/cluster/quorum_log.h"
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

namespace betex::cluster {
struct StandbyParts;
}

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
    std::uint64_t agreement = 0;  // agreement_hash() of the whole configuration
    QuorumLogStart start = QuorumLogStart::Join;
    // StartOptions::pause.
    std::function<bool(std::chrono::milliseconds)> pause;
    // The health has changed: for the service manager.
    std::function<void()> changed;
  };

  // Connects to nothing yet. Throws ConfigError or std::runtime_error where a file of the settings
  // can't be used.
  explicit ClusterSide(Parts parts);

  // Ends its threads; the lease is not given back.
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
  // lease. From now on the board's thread runs as well, which ends the process (StateDiffers) where
  // this node follows one that has come to another state. What it returns is *owned by the journal
  // thread*, and by this one before that one runs. Throws StoppedWhileWaiting, with the journal
  // closed, and JournalError: LeftBehind where the log is too short for this journal and there is a
  // seed_command.
  [[nodiscard]] std::unique_ptr<TransactionLog> lead(const Following& following);

  // While it follows: the newest entry of the log is another node's, as far as is known.
  [[nodiscard]] bool another_wrote() const {
    return log_ && log_->newest_known().node != parts_.config.node;
  }

  // Who had the log before this node took it over. After lead().
  [[nodiscard]] journal::WriterEpoch last_writer() const noexcept { return last_writer_; }

  // Why commits take so long that no order should come here; none: they do not. Thread-safe.
  [[nodiscard]] std::optional<std::string> why_stalled() const;

  // Thread-safe, as long as this is there.
  [[nodiscard]] ClusterSources metrics() const;

  // ---- For the other nodes; thread-safe

  void note_snapshot(const journal::SnapshotHeader& header) { board_.note_snapshot(header); }

  // The configuration has been read anew.
  void agree(std::uint64_t agreement) { board_.set_config(agreement); }

  // ---- The end

  // Ends the lease's thread, which asks the health about threads that are going to end. The board's
  // is not waited for.
  void end_thread() noexcept;

  // After the last commit: another node leads at once, and need not wait for the lease's end.
  void give_back() noexcept;

  // Waits for the board's thread, within the deadline of its store: it may log until then.
  void end_board() noexcept { board_thread_.reset(); }

 private:
  void prepare_log(const journal::Journal& journal);
  void wait_for_no_leader();
  [[nodiscard]] cluster::Holder self() const;
  void wait_for_store(std::chrono::milliseconds time);
  void say(std::string what);
  [[nodiscard]] cluster::QuorumLog::TakenOver follow(const cluster::StandbyParts& standby);
  void begin_to_lead(const cluster::QuorumLog::TakenOver& taken_over);
  void start_lease_thread();
  [[nodiscard]] std::string node_that_leads();

  const Parts parts_;
  cluster::ClusterFigures figures_;
  cluster::EtcdClient log_store_;    // the journal thread's, and the main thread's before
  cluster::EtcdClient lease_store_;  // the lease's thread's, and the main thread's before and after
  cluster::Lease lease_;             // likewise
  cluster::EtcdClient board_store_;  // the board's thread's
  cluster::StoreKeeper keeper_;      // the lease's thread's
  cluster::NodeBoard board_;
  const cluster::StoredLogSettings log_settings_;
  std::optional<cluster::LogMeta> meta_;   // none before find_log(), or where there is no log yet
  std::optional<cluster::StoredLog> log_;  // none before lead()
  std::string address_;
  bool leads_ = false;  // changed before there is another thread
  std::string said_;
  journal::WriterEpoch last_writer_;
  std::optional<cluster::LeaseThread> lease_thread_;      // none before this node leads
  std::optional<cluster::NodeBoardThread> board_thread_;  // none before lead()
};

}  // namespace betex::gateway

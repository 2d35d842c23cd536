#include "gateway/cluster_side.h"

#include <exception>
#include <thread>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/cluster/log_position.h"
#include "gateway/cluster/seeding.h"
#include "gateway/cluster/standby.h"
#include "gateway/config/cluster_section.h"
#include "gateway/config/command_line.h"
#include "gateway/config/config_error.h"
#include "gateway/process/fail_stop.h"
#include "gateway/time/clock_at_start.h"
#include "gateway/wiring_settings.h"
#include "journal/errors.h"

namespace betex::gateway {
namespace {

using cluster::LogMeta;
using journal::Fault;
using journal::JournalError;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kBetweenTries{250};
constexpr milliseconds kBetweenLooks{200};
constexpr const char* kNoAnswer = "the cluster's store does not answer";
constexpr const char* kRefuses = "the cluster's store refuses to answer";

std::string prefix_of(const ClusterConfig& config) {
  return "/betex/" + config.shard + "/";
}

cluster::LeaseSettings lease_settings(const ClusterConfig& config) {
  return {
      .key = prefix_of(config) + "leader", .ttl = config.lease_ttl, .margin = config.lease_margin};
}

cluster::StoredLogSettings stored_log_settings(const ClusterConfig& config,
                                               std::function<void(milliseconds)> pause,
                                               std::function<std::optional<cluster::KeyIs>()> claim,
                                               const std::atomic<std::uint32_t>& halvings) {
  cluster::StoredLogSettings settings;
  settings.prefix = prefix_of(config);
  settings.node = config.node;
  settings.append_bytes = config.append_bytes;
  settings.window_slots = config.window_slots;
  settings.window_bytes = config.window_bytes;
  settings.stall_exit = config.stall_exit;
  settings.pause = std::move(pause);
  settings.halvings = &halvings;
  settings.claim = std::move(claim);
  return settings;
}

// Whose the journal's last record is: a session cache of this node from before there was a cluster
// stays good. Of a journal without records it is this opening's.
journal::WriterEpoch first_epoch(const journal::Journal& journal) {
  const auto& newest = journal.position().segment;
  return newest ? newest->epoch : journal.epoch();
}

[[noreturn]] void throw_fault(Fault fault, std::string what, std::string place) {
  throw JournalError{{.fault = fault, .what = std::move(what), .segment = std::move(place)}};
}

// On the board's thread.
void stop_for_another_state(const JournalError& error) {
  fail_stop("board", std::make_exception_ptr(error));
}

// True at most that often.
class Pace {
 public:
  explicit Pace(milliseconds interval) noexcept : interval_{interval} {}

  [[nodiscard]] bool is_due() {
    const Steady::time_point now = Steady::now();
    if (last_ && now - *last_ < interval_) {
      return false;
    }
    last_ = now;
    return true;
  }

 private:
  const milliseconds interval_;
  std::optional<Steady::time_point> last_;
};

}  // namespace

ClusterSide::ClusterSide(Parts parts)
    : parts_{std::move(parts)},
      log_store_{etcd_settings(parts_.config, parts_.config.request_timeout)},
      lease_store_{etcd_settings(parts_.config, deadline_of_renewal(parts_.config))},
      lease_{lease_store_, lease_settings(parts_.config)},
      board_store_{etcd_settings(parts_.config, parts_.config.request_timeout)},
      keeper_{{.quota_bytes = parts_.config.etcd_quota_bytes,
               .revision = [this] { return log_ ? log_->revision() : 0; },
               .now = {}},
              figures_},
      board_{{.prefix = prefix_of(parts_.config),
              .node = parts_.config.node,
              .lease_key = lease_.settings().key,
              .version = std::string{program_version()}},
             parts_.agreement,
             figures_,
             stop_for_another_state},
      log_settings_{stored_log_settings(
          parts_.config,
          [this](milliseconds time) { wait_for_store(time); },
          [this] { return lease_.claim(); },  // before its thread runs
          keeper_.halvings())} {}

// Between two tries of a call. While this node leads it is the journal thread, or a start that has
// something to commit: neither looks for signals.
void ClusterSide::wait_for_store(milliseconds time) {
  if (leads_) {
    std::this_thread::sleep_for(time);
    return;
  }
  say(kNoAnswer);
  if (!parts_.pause(time)) {
    throw StoppedWhileWaiting{"asked to stop while waiting for the cluster's store"};
  }
}

// For probes and for people, where it is not what was said last.
void ClusterSide::say(std::string what) {
  if (what == said_) {
    return;
  }
  said_ = std::move(what);
  spdlog::info("standing by: {}", said_);
  parts_.health.wait_for(said_);
  parts_.changed();
}

std::optional<journal::WalId> ClusterSide::find_log() {
  for (;;) {
    try {
      meta_ = cluster::read_meta(log_store_, log_settings_);
      break;
    } catch (const JournalError& error) {
      if (error.fault() != Fault::AuthorityLost) {  // nobody has answered for long
        throw;
      }
      say(kNoAnswer);
      spdlog::error("{}: {}", kNoAnswer, error.sentence());
    } catch (const cluster::StoreUnknown& error) {
      say(std::string{kNoAnswer} + ": " + error.what());
    } catch (const cluster::StoreRefused& error) {
      say(std::string{kRefuses} + ": " + error.what());
    }
    if (!parts_.pause(kBetweenTries)) {
      throw StoppedWhileWaiting{"asked to stop while waiting for the cluster's store"};
    }
  }
  const bool init = parts_.start == QuorumLogStart::Init;
  if (!meta_ && !init) {
    throw_fault(Fault::QuorumLogMissing,
                "the store has no log for shard \"" + parts_.config.shard + "\"",
                log_settings_.prefix);
  }
  if (meta_ && init) {
    throw_fault(Fault::QuorumLogExists,
                "the store has a log for shard \"" + parts_.config.shard + "\" already",
                log_settings_.prefix);
  }
  if (!said_.empty()) {
    spdlog::info("the cluster's store answers");
    said_.clear();
    parts_.health.wait_for({});
    parts_.changed();
  }
  return meta_ ? std::optional{meta_->wal_id} : std::nullopt;
}

// What --init-quorum-log and --adopt-quorum-log are for.
void ClusterSide::prepare_log(const journal::Journal& journal) {
  const journal::Position end = cluster::without_segment(journal.position());
  switch (parts_.start) {
    case QuorumLogStart::Join:
      return;
    case QuorumLogStart::Init:
      meta_ = LogMeta{.wal_id = journal.wal_id()};
      if (!cluster::create_log(log_store_, log_settings_, *meta_, first_epoch(journal), end)) {
        throw_fault(Fault::QuorumLogExists,
                    "another node has made the log of shard \"" + parts_.config.shard + "\" now",
                    log_settings_.prefix);
      }
      spdlog::warn(
          "--init-quorum-log: the cluster's log begins behind event {}; start without the "
          "option from now on",
          end.last_seq.value());
      return;
    case QuorumLogStart::Adopt:
      wait_for_no_leader();
      cluster::adopt_log(log_store_, log_settings_, meta_.value(), journal.epoch(), end);
      spdlog::warn(
          "--adopt-quorum-log: the cluster's log goes on behind event {}; start without the "
          "option from now on",
          end.last_seq.value());
      return;
  }
}

// Who leads renews the lease all the time; who has led once, as a restored store may say, does not.
// Throws ConfigError where somebody leads.
void ClusterSide::wait_for_no_leader() {
  const Steady::duration patience = 3 * parts_.config.lease_ttl;
  Steady::time_point since = Steady::now();
  for (;;) {
    try {
      const std::optional<cluster::Holder> holder = lease_.holder();
      if (!holder) {
        return;
      }
      if (Steady::now() - since > patience) {
        throw ConfigError{{Finding{.file = "command line",
                                   .line = 0,
                                   .key = "--adopt-quorum-log",
                                   .problem = "node " + holder->node + " leads",
                                   .remedy = "stop it before, if this node's journal is to be the "
                                             "truth all the same"}}};
      }
      say("node " + holder->node + " has the lease, or had it: waiting for its end");
    } catch (const cluster::StoreUnknown&) {
      say(kNoAnswer);
      since = Steady::now();
    } catch (const cluster::StoreRefused& error) {
      say(std::string{kRefuses} + ": " + error.what());
      since = Steady::now();
    }
    if (!parts_.pause(kBetweenTries)) {
      throw StoppedWhileWaiting{"asked to stop while waiting for the end of a lease"};
    }
  }
}

std::unique_ptr<TransactionLog> ClusterSide::lead(const Following& following) {
  address_ = following.address;
  prepare_log(following.journal);
  log_.emplace(log_store_, log_settings_, meta_.value());
  parts_.health.enter(Phase::Standby);
  std::string waits_for = "catching up";
  bool told = false;
  Pace pace{kBetweenLooks};
  const auto look = [&] {
    const std::uint64_t behind = figures_.lag_events.load(std::memory_order_relaxed);
    parts_.health.wait_for(waits_for + "; " + std::to_string(behind) + " events behind");
    said_.clear();  // a store that does not answer has been said, and is to be said again
    following.look();
  };
  const auto pause = [&](milliseconds time) {
    if (pace.is_due()) {
      look();
    }
    return parts_.pause(time);
  };
  const auto waiting = [&](const std::string& what) {
    spdlog::info("standing by: {}", what);
    waits_for = what;
    look();
    parts_.changed();
    if (!std::exchange(told, true)) {
      following.standing_by();
    }
  };
  look();
  parts_.changed();
  const cluster::StandbyParts standby{.journal = following.journal,
                                      .quorum = *log_,
                                      .lease = lease_,
                                      .figures = figures_,
                                      .self = self(),
                                      .max_clock_lead = parts_.config.max_clock_lead,
                                      .window_slots = parts_.config.window_slots,
                                      .taken = following.taken,
                                      .pause = pause,
                                      .waiting = waiting};
  board_thread_.emplace(board_, board_store_);
  begin_to_lead(follow(standby));
  following.look();
  return std::make_unique<cluster::ReplicatedLog>(cluster::ReplicatedLog::Parts{
      .journal = following.journal, .quorum = *log_, .lease = lease_, .figures = figures_});
}

// Until this node leads. The journal is closed where it is asked to stop before.
cluster::QuorumLog::TakenOver ClusterSide::follow(const cluster::StandbyParts& standby) {
  std::optional<cluster::QuorumLog::TakenOver> taken_over;
  try {
    taken_over = cluster::follow_until_leader(standby);
  } catch (const StoppedWhileWaiting&) {  // while the store did not answer
    standby.journal.close();
    throw;
  } catch (const JournalError& error) {
    if (error.fault() != Fault::QuorumLogTooOld || parts_.config.seed_command.empty()) {
      throw;
    }
    throw cluster::LeftBehind{error, standby.journal.position().last_seq, node_that_leads()};
  }
  if (!taken_over) {
    standby.journal.close();
    throw StoppedWhileWaiting{"asked to stop while standing by"};
  }
  return *taken_over;
}

void ClusterSide::begin_to_lead(const cluster::QuorumLog::TakenOver& taken_over) {
  leads_ = true;
  last_writer_ = taken_over.last_writer;
  start_lease_thread();
  spdlog::info("node {} leads with epoch {}, from event {} on",
               parts_.config.node,
               taken_over.epoch.value(),
               taken_over.before.position.last_seq.next().value());
  parts_.health.wait_for("this node leads, and is about to listen");
  parts_.changed();
}

void ClusterSide::start_lease_thread() {
  lease_thread_.emplace(
      lease_,
      lease_store_,
      cluster::LeaseThread::Calls{
          .holder = [this] { return self(); },
          .healthy =
              [this] {
                return !parts_.health.why_not_live() &&
                       figures_.stalled_for() < parts_.config.stall_exit;
              },
          .lost =
              [] {
                fail_stop(
                    "lease",
                    std::make_exception_ptr(JournalError{{.fault = Fault::AuthorityLost,
                                                          .what = "the lease is another node's",
                                                          .segment = {}}}));
              },
          .idle = [this](cluster::KeyValueStore& store) { keeper_.look_after(store); }});
}

// For a command line, so nothing but what can be a node's name, whoever has written to the store.
// Empty: nobody, or nobody knows.
std::string ClusterSide::node_that_leads() {
  try {
    const std::optional<cluster::Holder> holder = lease_.holder();
    if (holder && holder->node != parts_.config.node && is_cluster_name(holder->node) &&
        !holder->node.starts_with('-')) {
      return holder->node;
    }
  } catch (const std::exception& error) {
    spdlog::warn("which node leads is unknown: {}", error.what());
  }
  return {};
}

cluster::Holder ClusterSide::self() const {
  return {.node = parts_.config.node,
          .address = address_,
          .wall_clock = std::chrono::system_clock::now().time_since_epoch()};
}

std::optional<std::string> ClusterSide::why_stalled() const {
  if (figures_.stalled_for() <= parts_.config.stall_unready) {
    return std::nullopt;
  }
  return "no majority of the quorum log answers";
}

ClusterSources ClusterSide::metrics() const {
  return {.figures = figures_, .lease_left = [&lease = lease_] { return lease.left(); }};
}

void ClusterSide::end_thread() noexcept {
  if (board_thread_) {
    board_thread_->ask_to_end();
  }
  lease_thread_.reset();
}

void ClusterSide::give_back() noexcept {
  end_thread();
  lease_.give_back();
}

}  // namespace betex::gateway

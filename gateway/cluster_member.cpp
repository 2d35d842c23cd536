#include "gateway/cluster_member.h"

#include <cstddef>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "gateway/config/agreement.h"
#include "gateway/config/config_error.h"
#include "gateway/pipeline/journal_link.h"
#include "gateway/process/cluster_metrics.h"
#include "gateway/time/clock_at_start.h"
#include "gateway/wiring_settings.h"
#include "matching/info.h"
#include "matching/transaction.h"

namespace betex::gateway {
namespace {

QuorumLogStart quorum_log_start(const Config& config, const StartOptions& options) {
  const auto refuse = [](const char* option, const char* problem, const char* remedy) {
    throw ConfigError{{Finding{
        .file = "command line", .line = 0, .key = option, .problem = problem, .remedy = remedy}}};
  };
  const char* const given = options.init_quorum_log ? "--init-quorum-log" : "--adopt-quorum-log";
  if (options.init_quorum_log && options.adopt_quorum_log) {
    refuse(given, "does not go with --adopt-quorum-log", "give one of them");
  }
  if ((options.init_quorum_log || options.adopt_quorum_log) &&
      config.cluster.mode != ClusterMode::Replicated) {
    refuse(given, "there is no quorum log", "set mode = \"replicated\" in [cluster]");
  }
  if (options.init_quorum_log) {
    return QuorumLogStart::Init;
  }
  return options.adopt_quorum_log ? QuorumLogStart::Adopt : QuorumLogStart::Join;
}

}  // namespace

ClusterMember::ClusterMember(Parts parts)
    : parts_{std::move(parts)},
      config_{parts_.config},
      replicated_{make_cluster_side()},
      shared_disk_{make_shared_disk_side()} {}

std::unique_ptr<ClusterSide> ClusterMember::make_cluster_side() {
  const QuorumLogStart start = quorum_log_start(config_, parts_.options);
  if (config_.cluster.mode != ClusterMode::Replicated) {
    return nullptr;
  }
  return std::make_unique<ClusterSide>(ClusterSide::Parts{.config = config_.cluster,
                                                          .health = parts_.health,
                                                          .agreement = agreement_hash(config_),
                                                          .start = start,
                                                          .pause = parts_.options.pause,
                                                          .changed = parts_.tell});
}

std::unique_ptr<SharedDiskSide> ClusterMember::make_shared_disk_side() {
  if (config_.cluster.mode != ClusterMode::SharedDisk) {
    return nullptr;
  }
  auto side = std::make_unique<SharedDiskSide>(
      SharedDiskSide::Parts{
          .config = config_,
          .segments = parts_.segments,
          .key = parts_.key,
          .figures = figures_,
          .address = config_.fix.address + ":" + std::to_string(config_.fix.port)},
      SharedDiskSide::Calls{
          .pause = parts_.options.pause,
          .standing_by = [this](const std::string& why) { stand_by(why); },
          .leads = [this] {  // in the phase that it is in: who was ready is watched from then on
            parts_.health.wait_for("this node leads, and replays the journal");
            parts_.tell();
          }});
  parts_.metrics.read_from(ClusterSources{
      .figures = figures_, .lease_left = [&side = *side] { return side.lease_left(); }});
  return side;
}

// By the shared disk's side, while the journal waits for the right to be opened.
void ClusterMember::stand_by(const std::string& why) {
  parts_.health.enter(Phase::Standby);
  parts_.health.wait_for("standing by: " + why);
  if (std::exchange(told_standby_, true)) {
    parts_.tell();
    return;
  }
  parts_.start_telling();
  parts_.options.standing_by(parts_.http_port());
}

journal::JournalConfig ClusterMember::journal_settings(Retention& retention) {
  journal::JournalConfig settings = journal_config(config_, retention);
  if (replicated_) {
    parts_.metrics.read_from(replicated_->metrics());
    settings.wal_id = replicated_->find_log();
  }
  if (shared_disk_) {
    settings.authority = &shared_disk_->authority();
  }
  return settings;
}

// Where there is no quorum log no other node has the same ones.
SnapshotThread::Told ClusterMember::told_of_snapshots() {
  if (!replicated_) {
    return {};
  }
  return
      [&side = *replicated_](const journal::SnapshotHeader& header) { side.note_snapshot(header); };
}

WarmStart* ClusterMember::warm() noexcept {
  return shared_disk_ ? shared_disk_->warm() : nullptr;
}

StartSteps ClusterMember::start_steps(const Start& start) {
  return {
      .become_writer = [this, start](Recovered& recovered) -> TransactionLog& {
        start.made.log =
            replicated_ ? lead(start, recovered) : std::make_unique<JournalLog>(start.journal);
        return *start.made.log;
      },
      .catches_up =
          replicated_ && !parts_.options.init_quorum_log && !parts_.options.adopt_quorum_log,
      .open_cache = [this, start](const matching::Engine& engine) { open_cache(start, engine); },
      .start_clocks = [this, start](matching::Timestamp last) -> const GatewayClocks& {
        check_clock(last);
        return start.clocks.emplace(parts_.clock, last);
      }};
}

// While it follows, snapshots are taken and segments retired, and probes, metrics and the service
// manager hear how it is.
std::unique_ptr<TransactionLog> ClusterMember::lead(const Start& start, Recovered& recovered) {
  prepare_first_segment(snapshot_settings(config_), start.journal);
  start.snapshots.start(start.retention.newest_snapshot());
  parts_.start_telling();
  std::unique_ptr<TransactionLog> log = replicated_->lead(
      {.journal = start.journal,
       .address = config_.fix.address + ":" + std::to_string(start.fix_port),
       .taken = [&](const matching::TransactionView& each) { take(recovered, each); },
       .look = [&] { gateway::tell(recovered, start.retention); },
       .standing_by =
           [&] {
             prepare_cache(start, recovered.engine);
             parts_.options.standing_by(parts_.http_port());
           }});
  find_left_up(recovered);
  return log;
}

// What a takeover would have its clients wait for: hundreds of MiB where there are many sessions.
void ClusterMember::prepare_cache(const Start& start, const matching::Engine& engine) {
  if (!replicated_->another_wrote()) {
    return;  // this node's own cache may be good yet
  }
  std::size_t sessions = 0;
  engine.visit_sessions([&](const matching::SessionInfo&) { ++sessions; });
  const fix::CacheIdentity identity = cache_identity(start.journal);
  fix::discard_cache(cache_folder(config_), identity);
  start.made.spare_cache =
      fix::SpareCache::make(cache_folder(config_), identity, sessions, cache_limits(config_));
}

void ClusterMember::open_cache(const Start& start, const matching::Engine& engine) {
  std::vector<matching::SessionInfo> sessions;
  engine.visit_sessions([&](const matching::SessionInfo& session) { sessions.push_back(session); });
  start.made.cache.emplace(cache_folder(config_),
                           replicated_ ? cache_identity(start.journal, replicated_->last_writer())
                                       : cache_identity(start.journal),
                           fix::RecoveredSessions{.sessions = sessions,
                                                  .last_seq = engine.last_seq(),
                                                  .new_epochs = parts_.options.new_epochs},
                           cache_limits(config_),
                           start.made.spare_cache.get());
  start.made.spare_cache.reset();
}

// Returns when it may be taken over.
void ClusterMember::check_clock(matching::Timestamp last) {
  const StartClockCheck check{.last = last,
                              .rules = {.require_synchronised = config_.clock.require_synchronised,
                                        .accept_clock = parts_.options.accept_clock}};
  if (has_others()) {  // nobody else leads: to wait would help nobody
    const auto why = check.why_not(parts_.clock.read().wall, parts_.clock.synchronised());
    if (why) {
      spdlog::error("{}: this node leads, and goes on all the same", *why);
    }
    return;
  }
  wait_for_clock(check,
                 parts_.clock,
                 {.pause = parts_.options.pause, .waiting = [this](const std::string& why) {
                    parts_.health.wait_for(why);
                    parts_.tell();
                  }});
}

void ClusterMember::watch() {
  if (replicated_) {
    parts_.health.watch_commits([&side = *replicated_] { return side.why_stalled(); });
  }
  if (shared_disk_) {
    shared_disk_->renew_while([&health = parts_.health] { return !health.why_not_live(); });
  }
}

void ClusterMember::agree(const Config& config) {
  if (replicated_) {
    replicated_->agree(agreement_hash(config));
  }
}

void ClusterMember::give_back() noexcept {
  if (replicated_) {
    replicated_->give_back();
  }
}

void ClusterMember::release() noexcept {
  if (shared_disk_) {
    shared_disk_->authority().release();
  }
}

void ClusterMember::end_board() noexcept {
  if (replicated_) {
    replicated_->end_board();
  }
}

void ClusterMember::end_questions() noexcept {
  if (replicated_) {
    replicated_->end_thread();
  }
  if (shared_disk_) {
    shared_disk_->renew_while({});
  }
}

}  // namespace betex::gateway

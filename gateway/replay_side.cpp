#include "gateway/replay_side.h"

#include <string_view>

#include <spdlog/spdlog.h>

#include "gateway/pipeline/journal_link.h"
#include "gateway/process/fail_stop.h"
#include "gateway/start/startup.h"

namespace betex::gateway {
namespace {

// As the snapshot thread: the lowest.
constexpr int kNiceness = 19;
// They are owed; but orders come first.
constexpr int kNicenessOfLate = 5;

}  // namespace

ReplayStage::Parts replay_parts(const ReplaySources& sources, WaitStrategy& wait) {
  return {
      .wait = wait,
      .open_source = retiring_journal_sources(sources.config.wal.root, sources.segments),
      .load_state =
          [&config = sources.config, &journal = sources.journal](matching::EventSeq limit) {
            return reports_as_of(config.wal.root, journal, config, limit);
          },
      .available_from = [&retention = sources.retention] { return retention.told_again_from(); }};
}

ReplayStage::Parts earlier_parts(const ReplaySources& sources, WaitStrategy& wait) {
  ReplayStage::Parts parts = replay_parts(sources, wait);
  parts.again = false;
  return parts;
}

// Orders, their reports and the process go on.
void lose_replays(ReplayStage& stage, const std::exception_ptr& error) noexcept {
  try {
    spdlog::critical(
        "replay failed: no reports are told again from now on, everything else goes on; to have it "
        "again, start the gateway again when it suits: {}",
        text_of(error));
    stage.fail();
  } catch (const std::exception& further) {
    spdlog::critical("sessions that were told reports again could not be told of it: {}",
                     further.what());
  }
}

// Orders, all other reports and the process go on.
void lose_earlier(ReplayStage& stage, const std::exception_ptr& error) noexcept {
  try {
    spdlog::critical(
        "late reports failed: a session that lacks some of before the snapshot that this start "
        "began with gets none from now on, everything else goes on; start the gateway again: {}",
        text_of(error));
    stage.fail();
  } catch (const std::exception& further) {
    spdlog::critical("sessions that lack reports could not be told of it: {}", further.what());
  }
}

ReplaySide::ReplaySide(const Parts& parts)
    : replay_{replay_parts(parts, wait_)},
      earlier_{earlier_parts(parts, earlier_wait_)},
      runner_{{.thread_name = "replay", .agents = {&replay_}, .niceness = kNiceness},
              wait_,
              [this](std::string_view /*agent*/, const std::exception_ptr& error) {
                lose_replays(replay_, error);
              }},
      earlier_runner_{
          {.thread_name = "late-reports", .agents = {&earlier_}, .niceness = kNicenessOfLate},
          earlier_wait_,
          [this](std::string_view /*agent*/, const std::exception_ptr& error) {
            lose_earlier(earlier_, error);
          }} {}

void ReplaySide::start(ReplaySink& sink, ReplaySink& earlier) {
  replay_.connect(sink);
  earlier_.connect(earlier);
  runner_.start();
  earlier_runner_.start();
}

}  // namespace betex::gateway

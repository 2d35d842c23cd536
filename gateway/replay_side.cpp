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

}  // namespace

ReplaySide::ReplaySide(const Parts& parts)
    : stage_{{.wait = wait_,
              .open_source = retiring_journal_sources(parts.config.wal.root, parts.segments),
              .load_state =
                  [&config = parts.config, &journal = parts.journal](matching::EventSeq limit) {
                    return reports_as_of(config.wal.root, journal, config, limit);
                  },
              .available_from = [&retention =
                                     parts.retention] { return retention.told_again_from(); }}},
      runner_{
          {.thread_name = "replay", .agents = {&stage_}, .niceness = kNiceness},
          wait_,
          [this](std::string_view /*agent*/, const std::exception_ptr& error) { lose(error); }} {}

void ReplaySide::start(ReplaySink& sink) {
  stage_.connect(sink);
  runner_.start();
}

// Orders, their reports and the process go on.
void ReplaySide::lose(const std::exception_ptr& error) noexcept {
  try {
    spdlog::critical(
        "replay failed: no reports are told again from now on, everything else goes on; to have it "
        "again, start the gateway again when it suits: {}",
        text_of(error));
    stage_.fail();
  } catch (const std::exception& further) {
    spdlog::critical("sessions that were told reports again could not be told of it: {}",
                     further.what());
  }
}

}  // namespace betex::gateway

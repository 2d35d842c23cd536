#include "gateway/cluster/seeding.h"

#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/cluster/shell_command.h"
#include "journal/format.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "journal/writer_lock.h"

namespace betex::cluster {
namespace {

using journal::EventSeq;
using journal::JournalError;
using std::chrono::milliseconds;

constexpr milliseconds kBetweenLooks{100};

[[noreturn]] void fail(const LeftBehind& behind, const std::string& why) {
  throw JournalError{{.fault = behind.fault(),
                      .what = behind.sentence() + "; " + why,
                      .segment = behind.segment(),
                      .key = behind.key()}};
}

std::string with_words(const std::string& why, const std::string& said) {
  return why + (said.empty() ? ", and has said nothing" : "; it said: " + said);
}

// A log without events is as nobody had ever opened it: what is imported may then begin behind a
// snapshot, which it may not in a log that had a writer.
void forget_opening(const std::filesystem::path& wal_root) {
  const journal::WriterLock lock{wal_root};
  if (journal::list_segments(wal_root / journal::kSegmentsFolder).empty() &&
      journal::list_snapshots(wal_root).empty()) {
    std::filesystem::remove(wal_root / journal::kEpochFile);
  }
}

}  // namespace

LeftBehind::LeftBehind(const JournalError& error, EventSeq last, std::string leader)
    : JournalError{error}, last_{last}, leader_{std::move(leader)} {}

Seeder::Seeder(Settings settings) : settings_{std::move(settings)} {}

bool Seeder::seed(const LeftBehind& behind) {
  if (last_ != behind.last()) {
    last_ = behind.last();
    since_moved_ = 0;
  }
  const std::string end = "event " + std::to_string(behind.last().value());
  if (since_moved_ == kMostInVain) {
    fail(behind,
         with_words("seed_command has ended with 0 " + std::to_string(kMostInVain) +
                        " times, and this journal still ends at " + end,
                    said_));
  }
  ++since_moved_;
  spdlog::warn("{}", behind.sentence());
  spdlog::warn("this node was away for too long: seed_command is run, its journal ends at {}, {}",
               end,
               behind.leader().empty() ? "and who leads is unknown"
                                       : "and node " + behind.leader() + " leads");
  if (behind.last() == EventSeq{0}) {
    forget_opening(settings_.wal_root);
  }
  const std::optional<int> status = run(behind);
  if (!status) {
    spdlog::warn("seed_command is killed: this node was asked to stop");
    return false;
  }
  if (*status != 0) {
    fail(behind, with_words("seed_command has failed, " + text_of_status(*status), said_));
  }
  spdlog::info("seed_command has ended with 0: this node starts again");
  return true;
}

// None: asked to end.
std::optional<int> Seeder::run(const LeftBehind& behind) {
  said_.clear();
  try {
    ShellCommand command{
        {.name = "seed_command",
         .command = settings_.command,
         .arguments = {settings_.wal_root.string(),
                       std::to_string(behind.last().value()),
                       behind.leader()},
         .line = [](const std::string& line) { spdlog::info("seed_command: {}", line); }}};
    std::optional<int> status;
    while (!(status = command.status())) {
      if (!settings_.pause(kBetweenLooks)) {
        return std::nullopt;
      }
    }
    said_ = command.said();
    return status;
  } catch (const std::system_error& error) {
    fail(behind, std::string{"seed_command cannot be run: "} + error.what());
  }
}

}  // namespace betex::cluster

#include "gateway/start/warm_standby.h"

#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "journal/epoch_file.h"
#include "journal/format.h"
#include "journal/recovery.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"

namespace betex::gateway {
namespace {

using matching::EventSeq;

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kAfterAFault{30};
constexpr int kTransactionsPerClock = 16;  // as often the time is looked at

}  // namespace

void WarmStandby::work(std::chrono::milliseconds most) noexcept {
  if (finished_) {
    return;
  }
  try {
    read_on(Steady::now() + most);
  } catch (const std::exception& error) {
    give_up(error.what());
  }
}

void WarmStandby::finish() noexcept {
  finished_ = true;
  try {
    close_reader();
  } catch (const std::exception& error) {
    give_up(error.what());
  }
}

std::optional<WarmStart> WarmStandby::take() {
  return std::exchange(state_, std::nullopt);
}

void WarmStandby::read_on(Steady::time_point until) {
  if (Steady::now() >= next_look_) {
    next_look_ = Steady::now() + kLookEvery;
    look_for_sealed();
  }
  if (!state_ || state_->engine.last_seq() >= sealed_) {
    return;
  }
  if (!reader_) {
    open_reader();
  }
  // Behind the sealed ones the reader would open the live one: it is not asked any more there.
  for (int read = 1; state_->engine.last_seq() < sealed_; ++read) {
    const auto transaction = reader_->next();
    if (!transaction) {
      throw std::runtime_error{"the log ends at event " +
                               std::to_string(state_->engine.last_seq().value()) +
                               ", within the segments that are sealed"};
    }
    state_->engine.apply(*transaction);
    state_->reports.take(*transaction);
    if (read % kTransactionsPerClock == 0 && Steady::now() >= until) {
      return;
    }
  }
  close_reader();
}

// A segment is sealed when there is one that begins later: its writer has finished with it before
// it has made that one.
void WarmStandby::look_for_sealed() {
  const std::vector<journal::SegmentName> segments =
      journal::list_segments(sources_.wal_root / journal::kSegmentsFolder);
  sealed_ = segments.empty() ? EventSeq{0} : EventSeq{segments.back().first_seq.value() - 1};
  if (!state_) {
    begin();
  }
}

void WarmStandby::begin() {
  const std::optional<journal::EpochRecord> log = journal::read_epoch_file(sources_.wal_root);
  if (!log) {
    return;
  }
  std::vector<std::string> warnings;
  std::optional<journal::Snapshot> snapshot =
      journal::newest_snapshot({sources_.wal_root, log->wal_id, warnings, sources_.key},
                               EventSeq{std::numeric_limits<std::uint64_t>::max()});
  for (const std::string& warning : warnings) {
    spdlog::warn("standby: {}", warning);
  }
  if (!snapshot) {
    snapshot.emplace(
        journal::Snapshot{.wal_id = log->wal_id, .engine = matching::Engine{sources_.key}});
  }
  state_.emplace(beginning_at(std::move(*snapshot), sources_.config));
}

void WarmStandby::open_reader() {
  reader_ = std::make_unique<journal::JournalReader>(
      sources_.wal_root, sources_.pool, state_->position.last_seq.next());
  const journal::Position place = reader_->seek();
  if (place.last_seq != state_->position.last_seq || place.chain != state_->position.chain) {
    throw std::runtime_error{"the log does not go on from event " +
                             std::to_string(state_->position.last_seq.value())};
  }
}

// Also between two looks nothing is kept mapped.
void WarmStandby::close_reader() {
  if (reader_) {
    state_->position = reader_->position();
    reader_.reset();
  }
}

void WarmStandby::give_up(std::string_view why) noexcept {
  reader_.reset();
  state_.reset();
  next_look_ = Steady::now() + kAfterAFault;
  try {
    spdlog::warn("standby: the log is not kept ready, {}; a takeover reads it from a snapshot on",
                 why);
  } catch (...) {  // a log that cannot be written is no reason to give up more
  }
}

}  // namespace betex::gateway

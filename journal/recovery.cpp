#include "journal/recovery.h"

#include <system_error>
#include <utility>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"

namespace betex::journal {
namespace {

constexpr EventSeq kNoLimit{std::numeric_limits<std::uint64_t>::max()};

// Or an empty engine at the log's start.
Snapshot newest_or_empty(const SnapshotSearch& search) {
  std::optional<Snapshot> newest = newest_snapshot(search, kNoLimit);
  return newest ? std::move(*newest) : Snapshot{.engine = matching::Engine{search.key}};
}

void check_wal(const Snapshot& snapshot, const WalId& wal_id) {
  if (snapshot.wal_id != wal_id) {
    throw JournalError{
        {.fault = Fault::SnapshotMismatch,
         .what = "it is a snapshot of the log " + to_hex(snapshot.wal_id) + ", not of " +
                 to_hex(wal_id),
         .segment = "snapshot " + std::to_string(snapshot.position.last_seq.value())}};
  }
}

// An older program's snapshot has not all of the state that the log gives by now, so where that
// still begins with its first event it is replayed from there.
bool is_passed_over(const Snapshot& snapshot, const std::filesystem::path& wal_root) {
  if (snapshot.format_version == kFormatVersion) {
    return false;
  }
  std::error_code error;
  for (const auto& folder :
       std::filesystem::directory_iterator{wal_root / kSegmentsFolder, error}) {
    const auto name = SegmentName::parse(folder.path().filename().string());
    if (name && name->first_seq == EventSeq{1}) {
      return true;
    }
  }
  return false;
}

// The end of a transaction that has come as far as the task asks, or of the log. None: stopped.
std::optional<Position> replay(JournalReader& reader,
                               matching::Engine& engine,
                               const SnapshotTask& task) {
  while (engine.last_seq() < task.up_to) {
    const auto transaction = reader.next();
    if (!transaction) {
      break;
    }
    engine.apply(*transaction);
    if (!task.progress(transaction->last_seq())) {
      return std::nullopt;
    }
  }
  return reader.position();
}

}  // namespace

std::optional<Snapshot> newest_snapshot(const SnapshotSearch& search, EventSeq limit) {
  const std::vector<EventSeq> sequences = list_snapshots(search.wal_root);
  for (auto seq = sequences.rbegin(); seq != sequences.rend(); ++seq) {
    if (*seq > limit) {
      continue;
    }
    try {
      Snapshot snapshot = load_snapshot(search.wal_root, *seq, search.key);
      check_wal(snapshot, search.wal_id);
      if (is_passed_over(snapshot, search.wal_root)) {
        continue;
      }
      return snapshot;
    } catch (const JournalError& error) {
      if (error.fault() != Fault::SnapshotDamaged) {
        throw;
      }
      search.warnings.emplace_back(error.what());
    }
  }
  return std::nullopt;
}

std::optional<EventSeq> take_snapshot(const std::filesystem::path& wal_root,
                                      EnvironmentPool& pool,
                                      const SnapshotTask& task) {
  const std::optional<EpochRecord> epoch_file = read_epoch_file(wal_root);
  if (!epoch_file) {
    throw JournalError{{.fault = Fault::EpochFileMissing,
                        .what = "there is no file `epoch`",
                        .segment = wal_root.string()}};
  }
  std::vector<std::string> unused_warnings;
  Snapshot snapshot = newest_or_empty({wal_root, epoch_file->wal_id, unused_warnings});
  const Position before = snapshot.position;
  JournalReader reader{wal_root, pool, before.last_seq.next()};
  const Position start = reader.seek();
  if (start.last_seq != before.last_seq || start.chain != before.chain) {
    throw JournalError{{.fault = Fault::SnapshotMismatch,
                        .what = "the log does not go on from it",
                        .segment = "snapshot " + std::to_string(before.last_seq.value())}};
  }
  const std::optional<Position> end = replay(reader, snapshot.engine, task);
  if (!end || end->last_seq == before.last_seq) {
    return std::nullopt;
  }
  snapshot.position = *end;
  snapshot.wal_id = epoch_file->wal_id;
  snapshot.note = task.note(end->last_seq);
  write_snapshot(wal_root, snapshot, task.may_write);
  return end->last_seq;
}

}  // namespace betex::journal

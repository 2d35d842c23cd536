#include "journal/recovery.h"

#include <utility>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"

namespace betex::journal {
namespace {

// The newest snapshot that is whole, or an empty engine at the log's start.
Snapshot newest_snapshot(const std::filesystem::path& wal_root,
                         std::vector<std::string>& warnings) {
  const std::vector<EventSeq> sequences = list_snapshots(wal_root);
  for (auto seq = sequences.rbegin(); seq != sequences.rend(); ++seq) {
    try {
      return load_snapshot(wal_root, *seq);
    } catch (const JournalError& error) {
      if (error.fault() != Fault::SnapshotDamaged) {
        throw;
      }
      warnings.emplace_back(error.what());
    }
  }
  return {};
}

void check_wal(const Snapshot& snapshot, const WalId& wal_id) {
  if (snapshot.position.last_seq.value() != 0 && snapshot.wal_id != wal_id) {
    throw JournalError{
        {.fault = Fault::SnapshotMismatch,
         .what = "it is a snapshot of the log " + to_hex(snapshot.wal_id) + ", not of " +
                 to_hex(wal_id),
         .segment = "snapshot " + std::to_string(snapshot.position.last_seq.value())}};
  }
}

}  // namespace

RecoveredEngine recover_engine(Journal& journal, const std::filesystem::path& wal_root) {
  std::vector<std::string> warnings;
  Snapshot start = newest_snapshot(wal_root, warnings);
  check_wal(start, journal.wal_id());
  RecoveredEngine recovered{.engine = std::move(start.engine),
                            .snapshot = start.position.last_seq,
                            .warnings = std::move(warnings)};
  journal.recover(start.position, [&](const matching::TransactionView& transaction) {
    recovered.engine.apply(transaction);
  });
  return recovered;
}

std::optional<EventSeq> take_snapshot(const std::filesystem::path& wal_root,
                                      EnvironmentPool& pool,
                                      const SnapshotProgress& progress) {
  const std::optional<EpochRecord> epoch_file = read_epoch_file(wal_root);
  if (!epoch_file) {
    throw JournalError{{.fault = Fault::EpochFileMissing,
                        .what = "there is no file `epoch`",
                        .segment = wal_root.string()}};
  }
  std::vector<std::string> unused_warnings;
  Snapshot snapshot = newest_snapshot(wal_root, unused_warnings);
  check_wal(snapshot, epoch_file->wal_id);
  JournalReader reader{wal_root, pool, snapshot.position.last_seq.next()};
  const Position start = reader.seek();
  if (start.last_seq != snapshot.position.last_seq || start.chain != snapshot.position.chain) {
    throw JournalError{
        {.fault = Fault::SnapshotMismatch,
         .what = "the log does not go on from it",
         .segment = "snapshot " + std::to_string(snapshot.position.last_seq.value())}};
  }
  while (const auto transaction = reader.next()) {
    snapshot.engine.apply(*transaction);
    if (!progress(transaction->last_seq())) {
      return std::nullopt;
    }
  }
  const Position end = reader.position();
  if (end.last_seq == snapshot.position.last_seq) {
    return std::nullopt;
  }
  write_snapshot(wal_root, epoch_file->wal_id, end, snapshot.engine);
  return end.last_seq;
}

}  // namespace betex::journal

// The write-ahead log as its one writer sees it: open, recover, then append and commit.
//
//   EnvironmentPool pool;
//   Journal journal{config, pool};                         // takes the lock
//   journal.recover(EventSeq{0}, [&](auto& transaction) { engine.apply(transaction); });
//   journal.append(transaction); ... journal.commit();     // durable when commit returns
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/environment_pool.h"
#include "journal/position.h"
#include "journal/recovery_plan.h"
#include "journal/writer_authority.h"
#include "matching/transaction.h"

namespace betex::journal {

struct JournalConfig {
  enum class Sync : std::uint8_t { Always, Never };  // Never: only for tests
  enum class RemoteFileSystems : std::uint8_t { Refuse, Accept };

  std::filesystem::path wal_root;
  // A hint, looked at after each commit: the next commit then begins a new segment.
  std::uint64_t max_segment_events = 5000;
  std::size_t segment_map_size_bytes = std::size_t{2} << 30U;
  // Slots of the event ring: the most transactions that one commit can hold.
  std::size_t ring_size = 32768;
  Sync sync = Sync::Always;
  RemoteFileSystems remote_file_systems = RemoteFileSystems::Refuse;
  // Must outlive the journal; null: the lock is enough. An external one is asked first, may keep
  // the constructor waiting for as long as another node has the right, and is released by the
  // destructor after a clean stop.
  WriterAuthority* authority = nullptr;
  // Retirement. Where a recovery can begin without the events up to there, a snapshot's sequence:
  // after a successful recovery the segments wholly at or below it are retired. 0: nowhere. It is
  // where advance_recovery_point() goes on from.
  EventSeq recovery_point;
  // Segments above what it returns are never retired; asked by the journal thread. Empty: no limit.
  std::function<EventSeq()> floor;
  std::uint64_t low_disk_bytes = std::uint64_t{1} << 30U;  // see disk_is_low()
  // Of the log that this journal is to be a copy of. A WAL that is made gets this id, one that is
  // there must have it (SegmentForeign). None: its own.
  std::optional<WalId> wal_id;
  // With an external authority: the name of this machine's node. The lock is the node's then, not
  // the log's: who stands still on another machine, or on this one, must not keep the lock from who
  // has the right. Empty: the lock is the log's.
  std::string node{};
};

// Why a map could be too small for one full poll batch, with the arithmetic, for the operator's
// log; empty where it is large enough.
[[nodiscard]] std::string sizing_warning(const JournalConfig& config);

// Owned by the journal thread; durable_seq() may be called from any thread. Every failure but those
// of the constructor and recover() leaves the log's end unknown: the process must end (fail-stop).
class Journal {
 public:
  using Visitor = std::function<void(const matching::TransactionView&)>;

  // Creates the WAL where there is none, takes the writer lock and checks that the segments make
  // one log. With an external authority the newest segment is adopted by copy. `pool` must outlive
  // the journal and be the process's one pool for this WAL.
  Journal(JournalConfig config, EnvironmentPool& pool);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  Journal(Journal&&) = delete;
  Journal& operator=(Journal&&) = delete;

  // Gives every transaction after `after` (0: all; a snapshot's sequence: the rest) to `visit`, in
  // order, verified. Exactly once, before the first append; then the writer's new epoch is durable.
  void recover(EventSeq after, const Visitor& visit);

  // The same from a snapshot's position, which must be one of this log (SnapshotMismatch). A log
  // that has never been written to here, with `wal_id` given or a file `epoch` of epoch 0, begins
  // behind that snapshot: the one that it is seeded with.
  void recover(const Position& after, const Visitor& visit);

  // Takes a copy. It must follow the transaction before it: sequence, tx id and time.
  void append(const matching::TransactionView& transaction);

  // Makes all that was appended durable, as one record. Without an append it does nothing. Where
  // the right to write was lost meanwhile it throws AuthorityLost: what it was to write may be in
  // the log, or void, and counts as neither.
  void commit();

  // What follows is written under this epoch, which must be above the one before, in a segment of
  // its own. Nothing may be pending. Durable when it returns.
  void raise_epoch(WriterEpoch epoch);

  // A recovery can begin after `seq` now. The point is this process's own, not the watermark that
  // operators move, and never goes back. Sealed segments wholly at or below it, and the floor, are
  // retired after the next natural rotation (by hint, pages or a full map), oldest first.
  // Thread-safe.
  void advance_recovery_point(EventSeq seq) noexcept;

  // At the last look less than low_disk_bytes were free: time to refuse new orders, so that there
  // is room for cancels. Thread-safe.
  [[nodiscard]] bool disk_is_low() const noexcept;

  // Free on the disk at the last look: after each commit, and whenever somebody asks for it.
  // Thread-safe.
  [[nodiscard]] std::uint64_t disk_free_bytes() const noexcept;

  // Looks now: without commits nobody would see that room was made. Thread-safe; JournalError where
  // the disk does not say.
  void look_at_disk();

  // A clean stop, after the last commit: notes which segment is the newest, so that its loss would
  // be seen. The lock is released by the destructor.
  void close();

  // The last event that is durable; 0 in an empty log.
  [[nodiscard]] EventSeq durable_seq() const noexcept;

  // Is the right to write still held? To be asked before anything else in the log's folder is
  // changed. Thread-safe.
  [[nodiscard]] bool may_write() const noexcept;

  // What this opening has found that was written without the right to; no reader is shown it. For
  // the operator's log.
  [[nodiscard]] const std::vector<VoidRecords>& voids() const noexcept;

  // The end of what is durable; before recover(), of what there is.
  [[nodiscard]] const Position& position() const noexcept;

  // The end of what was appended.
  [[nodiscard]] const Position& appended() const noexcept;

  [[nodiscard]] WriterEpoch epoch() const noexcept;
  [[nodiscard]] const WalId& wal_id() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::journal

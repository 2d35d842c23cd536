// What can go wrong with a journal. Every failure is a JournalError: it says where (segment, key),
// what, and what an operator can do, and it knows the process's exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace betex::journal {

// Exit codes of a process that a JournalError ends (sysexits.h).
inline constexpr int kExitCorrupt = 65;
inline constexpr int kExitAuthorityLost = 69;
inline constexpr int kExitIo = 74;
inline constexpr int kExitLockHeld = 75;
inline constexpr int kExitConfiguration = 78;

enum class Fault : std::uint8_t {
  // The place and the right to write in it
  BadConfiguration,
  RemoteFileSystem,
  NoJournal,      // a reader found no journal at this path
  LockHeld,       // another writer, in this process or another one
  AuthorityLost,  // the WriterAuthority says so
  // The machine
  Io,
  DiskFull,
  PermissionDenied,
  OutOfMemory,
  TooManyOpenFiles,
  CommitFailed,  // the outcome of the commit is unknown until the log is read again
  Lmdb,          // an LMDB error that is none of the others
  MapFull,       // inside the journal this is handled, never seen outside
  // The folders
  NotARegularFile,  // a link, a pipe or a device in place of a file
  ForeignLink,      // a folder is a link that somebody else owns
  EpochFileMissing,
  EpochFileDamaged,
  EpochFileStale,  // a segment bears a later epoch than the file
  StrayEntry,      // a name in segments/ that no segment can have
  SegmentMissing,
  SegmentFork,  // two segments hold records for the same sequence
  SegmentRetired,
  RetiredNameTaken,
  SequenceNotAvailable,
  SnapshotAhead,
  SnapshotDamaged,
  SnapshotMismatch,  // of another history than the log's
  CacheAhead,        // the session cache knows of what the log does not
  WitnessAhead,      // so does the witness
  WitnessForeign,    // it is of another log
  WitnessDamaged,
  // The quorum log that this one is a copy of
  QuorumLogMissing,
  QuorumLogExists,
  QuorumLogForeign,  // of another log
  QuorumLogNewer,    // a later program has written it, and this one does not know all of it
  QuorumLogDamaged,
  QuorumLogWentBack,  // it ends before this one
  QuorumLogTooOld,    // it does not have any more what comes after this one's end
  StateDiffers,       // the same events have led to another state on another node
  // A segment
  SegmentWithoutData,  // an empty folder
  MetaDamaged,
  FileTruncated,
  PageDamaged,
  HeaderMissing,
  HeaderDamaged,
  UnknownVersion,
  SegmentForeign,  // of another log
  SegmentMisnamed,
  StaleWriter,          // an older writer's segment after a newer writer's
  PredecessorMismatch,  // not the successor of the segment before
  // A record
  RecordMissing,
  RecordDamaged,
  RecordLost,  // the newest meta page knows of more commits than there are records
  ChainBroken,
  EventMalformed,
  // What the log says of an account
  NoSuchAccount,
  BalanceMismatch,  // its amounts do not make its balance
  // A signed statement over the log
  KeyUnusable,
  SealUnusable,
  SealMismatch,  // the log is not the one that it was made of
  // What another node has exported
  ExportUnusable,
  ExportMismatch,  // the log does not end where it begins
};

// The fault's name, for logs and tests. Static storage, like the remedy: what an operator can do.
[[nodiscard]] std::string_view name_of(Fault fault) noexcept;
[[nodiscard]] std::string_view remedy_of(Fault fault) noexcept;
[[nodiscard]] int exit_code_of(Fault fault) noexcept;

class JournalError : public std::runtime_error {
 public:
  struct Details {
    Fault fault;
    std::string what;     // one sentence without a full stop
    std::string segment;  // a segment's name or a path; may be empty
    std::optional<std::uint64_t> key{};
  };

  explicit JournalError(Details details);

  [[nodiscard]] Fault fault() const noexcept { return details_.fault; }

  // What is wrong, without the place and the remedy, which what() adds.
  [[nodiscard]] const std::string& sentence() const noexcept { return details_.what; }

  [[nodiscard]] const std::string& segment() const noexcept { return details_.segment; }

  [[nodiscard]] std::optional<std::uint64_t> key() const noexcept { return details_.key; }

  [[nodiscard]] int exit_code() const noexcept { return exit_code_of(details_.fault); }

 private:
  Details details_;
};

}  // namespace betex::journal

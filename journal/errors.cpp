#include "journal/errors.h"

namespace betex::journal {
namespace {

struct FaultInfo {
  std::string_view name;
  int exit_code;
  std::string_view remedy;
};

constexpr std::string_view kRestore =
    "stop here, keep the folder as it is, and restore it from a replica or a backup; "
    "`betex-journal verify` shows how far the log is whole";
constexpr std::string_view kRestoreOrBeginAgain =
    "restore the newest records; if they are lost, start with --new-epochs and have the clients "
    "begin again";
constexpr std::string_view kDisk =
    "check the disk and the kernel's log, then start again: recovery reads what is really there";

// One row a fault: the place to look up what the journal can complain about.
constexpr FaultInfo info_of(Fault fault) noexcept {
  switch (fault) {
    case Fault::BadConfiguration:
      return {"BadConfiguration", kExitConfiguration, "correct the setting"};
    case Fault::RemoteFileSystem:
      return {"RemoteFileSystem",
              kExitConfiguration,
              "put the WAL on a local file system or on single-attach block storage"};
    case Fault::NoJournal:
      return {"NoJournal", kExitConfiguration, "check the path of the WAL"};
    case Fault::LockHeld:
      return {"LockHeld", kExitLockHeld, "stop the other writer, or use another WAL folder"};
    case Fault::AuthorityLost:
      return {"AuthorityLost",
              kExitAuthorityLost,
              "another node may have taken over; in a cluster start again, as a standby; otherwise "
              "find out who writes first"};
    case Fault::Io:
      return {"Io", kExitIo, kDisk};
    case Fault::DiskFull:
      return {"DiskFull",
              kExitIo,
              "free space (archive what is in retired/), then start again: nothing that was "
              "reported is lost"};
    case Fault::PermissionDenied:
      return {"PermissionDenied",
              kExitIo,
              "let the user that runs this program own the WAL's folder and what is in it, and see "
              "that the file system is mounted for writing"};
    case Fault::OutOfMemory:
      return {"OutOfMemory",
              kExitIo,
              "let it have more memory or address space (MemoryMax=, `ulimit -v`), or lower "
              "segment_map_size_bytes: a map is reserved as a whole"};
    case Fault::TooManyOpenFiles:
      return {"TooManyOpenFiles",
              kExitIo,
              "raise the limit of open files (LimitNOFILE=, `ulimit -n`; of the whole machine: "
              "fs.file-max)"};
    case Fault::CommitFailed:
      return {"CommitFailed", kExitIo, kDisk};
    case Fault::Lmdb:
      return {"Lmdb", kExitIo, kDisk};
    case Fault::MapFull:
      return {"MapFull", kExitIo, "raise the map size"};
    case Fault::NotARegularFile:
      return {"NotARegularFile",
              kExitCorrupt,
              "nobody but the journal makes files here, and it makes no such thing: find out who "
              "did, and put the file itself in its place"};
    case Fault::ForeignLink:
      return {"ForeignLink",
              kExitConfiguration,
              "give the link to the user that runs this program or to root (`chown -h`), or name "
              "the folder itself"};
    case Fault::EpochFileMissing:
      return {"EpochFileMissing",
              kExitCorrupt,
              "restore the file `epoch` from a replica or a backup of the same WAL"};
    case Fault::EpochFileDamaged:
      return {"EpochFileDamaged",
              kExitCorrupt,
              "restore the file `epoch` from a replica or a backup of the same WAL"};
    case Fault::EpochFileStale:
      return {"EpochFileStale",
              kExitCorrupt,
              "the file `epoch` is older than the segments: restore the folder as one whole"};
    case Fault::StrayEntry:
      return {"StrayEntry", kExitCorrupt, "move it out of the folder if it is not the journal's"};
    case Fault::SegmentMissing:
      return {"SegmentMissing",
              kExitCorrupt,
              "look for it in retired/ and in backups and move it back into segments/"};
    case Fault::SegmentFork:
      return {"SegmentFork",
              kExitCorrupt,
              "two histories exist: decide which is the true one before moving the other away"};
    case Fault::SegmentRetired:
      return {"SegmentRetired",
              kExitCorrupt,
              "start the reader again above the retired segments, or at a snapshot"};
    case Fault::RetiredNameTaken:
      return {"RetiredNameTaken",
              kExitCorrupt,
              "move the older folder of that name out of retired/ and find out where it is from"};
    case Fault::SequenceNotAvailable:
      return {"SequenceNotAvailable",
              kExitCorrupt,
              "start at a sequence that segments/ holds, or move segments back from retired/"};
    case Fault::SnapshotAhead:
      return {"SnapshotAhead",
              kExitCorrupt,
              "the newest segments are missing: restore the folder as one whole"};
    case Fault::SnapshotDamaged:
      return {"SnapshotDamaged",
              kExitCorrupt,
              "move it out of snapshots/: an older one, or the whole log, gives the same state"};
    case Fault::SnapshotMismatch:
      return {"SnapshotMismatch",
              kExitCorrupt,
              "snapshots/ and segments/ are not of one history: restore the folder as one whole"};
    case Fault::CacheAhead:
      return {"CacheAhead", kExitCorrupt, kRestoreOrBeginAgain};
    case Fault::WitnessAhead:
      return {"WitnessAhead", kExitCorrupt, kRestoreOrBeginAgain};
    case Fault::WitnessForeign:
      return {"WitnessForeign",
              kExitCorrupt,
              "give the root of the log that it is of; to go on with this one, start with "
              "--new-epochs"};
    case Fault::WitnessDamaged:
      return {"WitnessDamaged",
              kExitCorrupt,
              "find out whether this log is the newest one, then move the witness away; if it is "
              "not, start with --new-epochs"};
    case Fault::QuorumLogMissing:
      return {"QuorumLogMissing",
              kExitConfiguration,
              "check etcd and shard in [cluster]; at the very first start of a cluster, start the "
              "node whose journal is to be the truth, or any where there is none, once with "
              "--init-quorum-log"};
    case Fault::QuorumLogExists:
      return {"QuorumLogExists",
              kExitConfiguration,
              "start without --init-quorum-log: the cluster's log has been made"};
    case Fault::QuorumLogForeign:
      return {"QuorumLogForeign",
              kExitCorrupt,
              "check etcd and shard in [cluster], and root in [wal]: this journal is of another "
              "log"};
    case Fault::QuorumLogNewer:
      return {"QuorumLogNewer",
              kExitCorrupt,
              "keep the folder as it is, install the version of the program that the other nodes "
              "run, and start again"};
    case Fault::QuorumLogDamaged:
      return {"QuorumLogDamaged",
              kExitCorrupt,
              "stop here and keep everything as it is; the nodes' journals have what was "
              "acknowledged: compare them by `betex-journal verify`, then start the one that is "
              "farthest with --adopt-quorum-log"};
    case Fault::QuorumLogWentBack:
      return {
          "QuorumLogWentBack",
          kExitCorrupt,
          "the store was restored from an older copy: compare the nodes' journals by "
          "`betex-journal verify`, then start the one that is farthest with --adopt-quorum-log"};
    case Fault::QuorumLogTooOld:
      return {"QuorumLogTooOld",
              kExitCorrupt,
              "this node was away for too long: on another node `betex-journal export --after` "
              "this journal's last event, here `betex-journal import`, then start it again"};
    case Fault::StateDiffers:
      return {"StateDiffers",
              kExitCorrupt,
              "keep both nodes' folders and report a fault of the program; this node must not "
              "lead: have it begin anew from an export of the other"};
    case Fault::SegmentWithoutData:
      return {"SegmentWithoutData", kExitCorrupt, kRestore};
    case Fault::MetaDamaged:
      return {"MetaDamaged", kExitCorrupt, kRestore};
    case Fault::FileTruncated:
      return {"FileTruncated", kExitCorrupt, kRestore};
    case Fault::PageDamaged:
      return {"PageDamaged", kExitCorrupt, kRestore};
    case Fault::HeaderMissing:
      return {"HeaderMissing", kExitCorrupt, kRestore};
    case Fault::HeaderDamaged:
      return {"HeaderDamaged", kExitCorrupt, kRestore};
    case Fault::UnknownVersion:
      return {"UnknownVersion",
              kExitCorrupt,
              "keep the folder as it is, for the version of the program that wrote it; this one "
              "starts with a new WAL_ROOT"};
    case Fault::SegmentForeign:
      return {"SegmentForeign",
              kExitCorrupt,
              "it belongs to another WAL: move it there, and look for this WAL's own segment"};
    case Fault::SegmentMisnamed:
      return {"SegmentMisnamed",
              kExitCorrupt,
              "its header says what it is: give it that name again, if no other segment has it"};
    case Fault::StaleWriter:
      return {"StaleWriter",
              kExitCorrupt,
              "a writer that had lost its authority wrote it: keep it for the inquiry, and restore "
              "the folder from the rightful writer's copy"};
    case Fault::PredecessorMismatch:
      return {"PredecessorMismatch", kExitCorrupt, kRestore};
    case Fault::RecordMissing:
      return {"RecordMissing", kExitCorrupt, kRestore};
    case Fault::RecordDamaged:
      return {"RecordDamaged", kExitCorrupt, kRestore};
    case Fault::RecordLost:
      return {"RecordLost", kExitCorrupt, kRestore};
    case Fault::ChainBroken:
      return {"ChainBroken", kExitCorrupt, kRestore};
    case Fault::EventMalformed:
      return {"EventMalformed", kExitCorrupt, kRestore};
    case Fault::NoSuchAccount:
      return {"NoSuchAccount",
              kExitConfiguration,
              "check the account's name: `betex-journal dump WAL` has an AccountCreated of each"};
    case Fault::BalanceMismatch:
      return {"BalanceMismatch",
              kExitCorrupt,
              "the log says two things about one account: let nothing be paid by it, and keep the "
              "folder as it is for the inquiry"};
    case Fault::KeyUnusable:
      return {"KeyUnusable",
              kExitConfiguration,
              "name a PEM file with an Ed25519 key: to seal the private one, made by `openssl "
              "genpkey -algorithm ed25519`, to verify the public one, by `openssl pkey -pubout`"};
    case Fault::SealUnusable:
      return {"SealUnusable",
              kExitCorrupt,
              "take the statement as it was filed, and the key that belongs to it"};
    case Fault::SealMismatch:
      return {"SealMismatch",
              kExitCorrupt,
              "somebody changed the log after it was sealed: keep it for the inquiry, and restore "
              "the folder from a copy that agrees with the statement"};
    case Fault::ExportUnusable:
      return {"ExportUnusable",
              kExitCorrupt,
              "what was whole is in the log: export again, --after the log's last event, as "
              "`betex-journal verify` tells it"};
    case Fault::ExportMismatch:
      return {"ExportMismatch",
              kExitCorrupt,
              "nothing was changed: export --after the last event of the log that is to be "
              "continued; a new node's WAL must be empty"};
  }
  return {"", kExitIo, ""};
}

std::string compose(const JournalError::Details& details) {
  std::string text = "journal: ";
  if (!details.segment.empty()) {
    text += details.segment;
    if (details.key) {
      text += ", key " + std::to_string(*details.key);
    }
    text += ": ";
  }
  text += details.what;
  text += " [";
  text += info_of(details.fault).name;
  text += "]; remedy: ";
  text += info_of(details.fault).remedy;
  return text;
}

}  // namespace

std::string_view name_of(Fault fault) noexcept {
  return info_of(fault).name;
}

std::string_view remedy_of(Fault fault) noexcept {
  return info_of(fault).remedy;
}

int exit_code_of(Fault fault) noexcept {
  return info_of(fault).exit_code;
}

JournalError::JournalError(Details details)
    : std::runtime_error{compose(details)}, details_{std::move(details)} {}

}  // namespace betex::journal

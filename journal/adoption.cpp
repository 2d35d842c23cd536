#include "journal/adoption.h"

#include <cstdint>
#include <optional>
#include <string>

#include "journal/data_file.h"
#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/record.h"
#include "journal/recovery_plan.h"
#include "journal/retirement.h"
#include "journal/safe_path.h"
#include "journal/segment.h"
#include "journal/segment_catalog.h"

namespace betex::journal {
namespace {

// In segments/: a WAL of its own, so that the copy is opened as any segment is.
constexpr std::string_view kCopies = ".new-adopted";
constexpr int kAttempts = 10;

struct Adopted {
  bool granted = false;
  bool has_records = false;
};

// Each record follows the one before, and none is missing.
Adopted verify(Segment& segment) {
  Position position = segment.start();
  std::uint64_t txn_id = kHeaderTxnId;
  while (const auto record = segment.first_at_or_after(position.last_seq.next())) {
    const auto [header, end] = check_record(*record, position);
    if (header.lmdb_txn_id != txn_id + 1) {
      throw JournalError{{.fault = Fault::RecordMissing,
                          .what = "LMDB's commit " + std::to_string(header.lmdb_txn_id) +
                                  " wrote it, after commit " + std::to_string(txn_id),
                          .segment = segment.text(),
                          .key = record->key.value()}};
    }
    txn_id = header.lmdb_txn_id;
    position = end;
  }
  if (txn_id != segment.view_id()) {
    throw JournalError{{.fault = Fault::RecordLost,
                        .what = "its meta page knows of commit " +
                                std::to_string(segment.view_id()) +
                                ", but the last record is of commit " + std::to_string(txn_id),
                        .segment = segment.text(),
                        .key = position.last_seq.next().value()}};
  }
  return {.granted = (segment.header().flags & kEpochGranted) != 0,
          .has_records = txn_id != kHeaderTxnId};
}

class Adoption {
 public:
  Adoption(const std::filesystem::path& wal_root,
           WriterEpoch epoch,
           const WriterAuthority& authority,
           EnvironmentPool& pool)
      : wal_root_{wal_root},
        copies_{wal_root / kSegmentsFolder / kCopies},
        epoch_{epoch},
        authority_{authority},
        pool_{pool} {}

  std::vector<SegmentName> run() {
    std::vector<SegmentName> names = list_segments(wal_root_ / kSegmentsFolder);
    sort_by_writer(names);
    std::vector<SegmentName> granted;
    std::vector<SegmentName> adopted;
    for (const SegmentName& name : names) {
      const std::optional<EventSeq> limit = void_from(name.epoch, granted);
      if (limit && name.first_seq >= *limit) {
        continue;  // recovery moves it away
      }
      const Adopted found = adopt(name);
      adopted.push_back(name);
      if (found.has_records) {
        break;
      }
      if (found.granted) {
        granted.push_back(name);
      }
    }
    clean();
    return adopted;
  }

 private:
  void require_authority() const {
    if (!authority_.still_held()) {
      lost("the right to write was lost while the log was being adopted");
    }
  }

  [[noreturn]] void lost(const std::string& what) const {
    throw JournalError{
        {.fault = Fault::AuthorityLost, .what = what, .segment = wal_root_.string()}};
  }

  void clean() const {
    require_authority();
    std::filesystem::remove_all(copies_);
  }

  Adopted adopt(const SegmentName& name) {
    const std::filesystem::path folder = wal_root_ / kSegmentsFolder / name.text();
    check_source(folder, name);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (const std::optional<Adopted> found = copy(folder, name)) {
        put_in_place(folder, name);
        return *found;
      }
    }
    lost("another writer goes on writing into segment " + name.text());
  }

  static void check_source(const std::filesystem::path& folder, const SegmentName& name) {
    check_folder(folder);
    check_file(folder / kDataFile);
    if (!std::filesystem::exists(folder / kDataFile)) {
      throw JournalError{{.fault = Fault::SegmentWithoutData,
                          .what = "the segment's folder holds no data.mdb",
                          .segment = name.text()}};
    }
  }

  // None where the segment was written to meanwhile.
  [[nodiscard]] std::optional<Adopted> copy(const std::filesystem::path& folder,
                                            const SegmentName& name) {
    clean();
    const std::filesystem::path source = folder / kDataFile;
    const std::filesystem::path made = copies_ / kSegmentsFolder / name.text();
    create_folder(made);
    drop_cached_pages(source);  // what is on the disk counts, not what this machine remembers
    const DataFileEnd before = check_metas(source, name.text());
    copy_file(source, made / kDataFile, before.bytes);
    sync_folder(made);
    if (check_metas(source, name.text()) != before) {
      return std::nullopt;
    }
    Segment segment{copies_, name, Segment::State::Sealed, pool_};
    return verify(segment);
  }

  // One step changes what is in segments/: before it the log is as it was, behind it adopted.
  void put_in_place(const std::filesystem::path& folder, const SegmentName& name) const {
    require_authority();
    const std::filesystem::path aside = place_aside(wal_root_, name, epoch_);
    rename_folder(copies_ / kSegmentsFolder / name.text(), aside);
    require_authority();
    exchange_folders(folder, aside);
  }

  const std::filesystem::path& wal_root_;
  const std::filesystem::path copies_;
  const WriterEpoch epoch_;
  const WriterAuthority& authority_;
  EnvironmentPool& pool_;
};

}  // namespace

std::vector<SegmentName> adopt_by_copy(const std::filesystem::path& wal_root,
                                       WriterEpoch epoch,
                                       const WriterAuthority& authority,
                                       EnvironmentPool& pool) {
  return Adoption{wal_root, epoch, authority, pool}.run();
}

}  // namespace betex::journal

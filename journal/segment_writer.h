// The segment that is being written: made whole under a temporary name, renamed into place, then
// appended to, one LMDB commit a record, until it is sealed by letting go of it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "journal/environment_pool.h"
#include "journal/format.h"
#include "journal/position.h"

namespace betex::journal {

// Bytes of a segment's map that are not there for records: LMDB's meta pages, tree and free list.
inline constexpr std::size_t kMapReserve = std::size_t{256} << 10U;

// Owned by the journal thread.
class SegmentWriter {
 public:
  struct Setup {
    std::filesystem::path wal_root;
    WalId wal_id{};
    WriterEpoch epoch;
    bool granted = false;  // the epoch, by an external authority
    Position before;       // the log's end; without a segment: its beginning, or a snapshot's
    std::size_t map_size = 0;
    EnvironmentOptions::Sync sync = EnvironmentOptions::Sync::Always;
  };

  // The segment is in segments/, with its header, and both are durable.
  SegmentWriter(const Setup& setup, EnvironmentPool& pool);

  // Writes one record, durable when it returns. False where the map has no room for it: nothing was
  // written then. `header`'s txn id is filled in here.
  [[nodiscard]] bool write(EventSeq key,
                           BatchHeader header,
                           std::span<const std::byte> transactions);

  [[nodiscard]] SegmentName name() const noexcept { return name_; }

  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

  // 75 % of the map's pages are used: the time to seal it.
  [[nodiscard]] bool is_nearly_full() const;

  // Gives the file's zeros behind the last page in use back, when nothing more will be written.
  void cut_off_unused() const;

 private:
  SegmentName name_;
  std::shared_ptr<Environment> environment_;
  std::uint64_t events_ = 0;
};

}  // namespace betex::journal

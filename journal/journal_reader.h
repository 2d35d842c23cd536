// Reads the log: whole transactions, in order, verified, straight from the map. Takes no writer
// lock; works beside a live writer (in this process or another) and on a read-only copy.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "journal/environment_pool.h"
#include "journal/position.h"
#include "matching/transaction.h"

namespace betex::journal {

// Used by one thread at a time, any thread. What it finds wrong it throws, as a JournalError that
// says where; it has then stopped for good, and nothing after the fault is ever given out.
class JournalReader {
 public:
  // Starts at the transaction that holds the event `from` (or will hold it: `from` may be one past
  // the end). `pool` must outlive the reader and be the process's one pool for this WAL.
  JournalReader(const std::filesystem::path& wal_root,
                EnvironmentPool& pool,
                EventSeq from = EventSeq{1});
  ~JournalReader();
  JournalReader(JournalReader&&) noexcept;
  JournalReader& operator=(JournalReader&&) noexcept;

  // Finds the place without reading on: the position behind which next() will go on. Only before
  // the first next(). Zeros in an empty log; in one that has nothing yet behind the snapshot that
  // it was seeded with, that snapshot's.
  Position seek();

  // The next transaction, or none at the end of what is committed; asking again later goes on from
  // there, also into segments that were begun since. The view is valid until the next call of this
  // reader. Holding it can stop the process's other readers of the same segment with an LmdbError
  // (MDB_MAP_RESIZED), if a writer in another process lets the segment's map grow meanwhile.
  [[nodiscard]] std::optional<matching::TransactionView> next();

  // Behind the last transaction that next() gave, or before the first one it will give. Known from
  // the first next() on.
  [[nodiscard]] Position position() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::journal

// LMDB, thinly: environments, transactions and cursors that close themselves, spans instead of
// MDB_val, and exceptions instead of codes. The only file pair of the product that knows <lmdb.h>.
//
// Of an environment only the main database is used, with integers as keys (MDB_INTEGERKEY). An
// environment may be used by several threads, a transaction or cursor by one at a time. Spans point
// into the map: valid until the transaction ends, or (in a write transaction) is changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "journal/errors.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace betex::journal {

using Bytes = std::span<const std::byte>;

// An LMDB call that failed on the environment at segment(). Its fault is MapFull, DiskFull, Io,
// or Lmdb; `code` is LMDB's or the system's own number.
class LmdbError : public JournalError {
 public:
  LmdbError(int code, const std::string& call, const std::filesystem::path& path);

  [[nodiscard]] int code() const noexcept { return code_; }

 private:
  LmdbError(int code, const std::string& call, const std::filesystem::path& path, bool short_write);

  int code_;
};

// MDB_MAP_FULL: nothing was changed, the write transaction can only be aborted.
class MapFullError : public LmdbError {
 public:
  using LmdbError::LmdbError;
};

struct EnvironmentOptions {
  enum class Access : std::uint8_t { ReadOnly, ReadWrite };
  enum class Sync : std::uint8_t { Always, Never };  // Never: tests, and logs that may be lost
  // None: only for files that nobody writes any more (also works in read-only folders).
  enum class Locking : std::uint8_t { ReaderTable, None };

  Access access = Access::ReadOnly;
  Sync sync = Sync::Always;
  Locking locking = Locking::ReaderTable;
  std::size_t map_size = 0;  // bytes; 0: as the file says
};

// An open environment. Open each path at most once per process at a time: closing one of two
// drops the locks of the other (EnvironmentPool sees to it). Thread-safe.
class Environment {
 public:
  // `folder` must exist; ReadWrite creates data.mdb and lock.mdb in it. Throws NotARegularFile
  // where something else stands in their places: LMDB would write through a link, or wait for a
  // pipe.
  Environment(const std::filesystem::path& folder, const EnvironmentOptions& options);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  Environment(Environment&&) = delete;
  Environment& operator=(Environment&&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  [[nodiscard]] EnvironmentOptions::Access access() const noexcept { return access_; }

  // The folder was renamed under the open environment; only names in messages change.
  void set_folder(const std::filesystem::path& folder) { folder_ = folder; }

  [[nodiscard]] std::size_t map_size() const;
  [[nodiscard]] std::size_t used_bytes() const;  // of the map, up to the last page ever used

  // Frees the reader slots of dead processes; without it they pin old pages. Returns how many.
  int clear_dead_readers();

  [[nodiscard]] MDB_env* handle() const noexcept { return env_; }

 private:
  friend class ReadTransaction;

  // Calls `begin`, which begins or renews an LMDB view. Where another process has let the map grow
  // (MDB_MAP_RESIZED) the new size is taken over first. That moves the map, so it is an error while
  // this process holds another view.
  void begin_view(const char* call, const std::function<int()>& begin) const;
  void end_view() const noexcept;

  MDB_env* env_ = nullptr;
  std::filesystem::path folder_;
  EnvironmentOptions::Access access_;
  mutable std::mutex views_mutex_;
  mutable std::size_t views_ = 0;  // begun and not ended; guarded by views_mutex_
};

// A consistent view of the last commit, until it ends, or is reset and renewed. Where another
// process lets the map grow, the process's other views of it must have ended when one is begun.
class ReadTransaction {
 public:
  explicit ReadTransaction(const Environment& environment);
  ~ReadTransaction();
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  ReadTransaction(ReadTransaction&&) = delete;
  ReadTransaction& operator=(ReadTransaction&&) = delete;

  // Of the commit that is seen: LMDB counts them from 1.
  [[nodiscard]] std::uint64_t id() const noexcept;

  [[nodiscard]] std::optional<Bytes> get(Bytes key) const;

  void reset() noexcept;  // lets go of the view, if there is one, and keeps the reader slot
  void renew();           // after reset: sees the last commit

  [[nodiscard]] const Environment& environment() const noexcept { return *environment_; }

  [[nodiscard]] MDB_txn* handle() const noexcept { return txn_; }

 private:
  const Environment* environment_;
  MDB_txn* txn_ = nullptr;
  bool has_view_ = false;
};

// The environment's one writer; aborts when destroyed before commit(). One thread from begin to
// end.
class WriteTransaction {
 public:
  explicit WriteTransaction(Environment& environment);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  WriteTransaction(WriteTransaction&&) = delete;
  WriteTransaction& operator=(WriteTransaction&&) = delete;

  [[nodiscard]] std::uint64_t id() const noexcept;  // of the commit that this will be

  void append(Bytes key, Bytes value);  // key must be the greatest so far

  // Like append, but the caller fills the returned bytes, all of them, before the next call.
  [[nodiscard]] std::span<std::byte> append_reserved(Bytes key, std::size_t size);
  bool erase(Bytes key);  // false: was not there

  // Durable when it returns (with Sync::Always). After a failure other than MapFullError the
  // outcome is unknown.
  void commit();

 private:
  Environment* environment_;
  MDB_txn* txn_ = nullptr;
};

// Walks the records in key order. End it before its transaction ends; after ReadTransaction::renew
// call renew() as well.
class Cursor {
 public:
  struct Entry {
    Bytes key;
    Bytes value;
  };

  explicit Cursor(const ReadTransaction& transaction);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  Cursor(Cursor&&) = delete;
  Cursor& operator=(Cursor&&) = delete;

  [[nodiscard]] std::optional<Entry> last();
  [[nodiscard]] std::optional<Entry> previous();       // the last on a fresh cursor
  [[nodiscard]] std::optional<Entry> seek(Bytes key);  // the first at or after `key`

  void renew(const ReadTransaction& transaction);

 private:
  [[nodiscard]] std::optional<Entry> get(int operation, Bytes key);

  const Environment* environment_;
  MDB_cursor* cursor_ = nullptr;
};

// A key.
class IntegerKey {
 public:
  explicit IntegerKey(std::uint64_t value) noexcept : value_{value} {}

  // Points into this object.
  [[nodiscard]] Bytes bytes() const noexcept { return std::as_bytes(std::span{&value_, 1}); }

 private:
  std::uint64_t value_;
};

// The integer of an 8-byte key; none where the key has another size.
[[nodiscard]] std::optional<std::uint64_t> integer_key(Bytes key) noexcept;

}  // namespace betex::journal

// LMDB, thinly: environments, transactions and cursors that close themselves, spans instead of
// MDB_val, and exceptions instead of codes. The only file pair that knows <lmdb.h>.
//
// An environment may be used by several threads, a transaction or cursor by one at a time. Spans
// point into the map: valid until the transaction ends, or (in a write transaction) is changed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

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

// Handle of one database of an environment; a value, valid as long as the environment.
class Database {
 public:
  explicit Database(unsigned handle) noexcept : handle_{handle} {}

  [[nodiscard]] unsigned handle() const noexcept { return handle_; }

 private:
  unsigned handle_;
};

enum class KeyOrder : std::uint8_t {
  Lexicographic,  // by bytes: composite keys made by big_endian_key()
  Integer,        // 8-byte native integers made by IntegerKey
};

struct EnvironmentOptions {
  enum class Access : std::uint8_t { ReadOnly, ReadWrite };
  enum class Sync : std::uint8_t { Always, Never };  // Never: tests, and caches that may be lost
  // None: only for files that nobody writes any more (also works in read-only folders).
  enum class Locking : std::uint8_t { ReaderTable, None };

  Access access = Access::ReadOnly;
  Sync sync = Sync::Always;
  Locking locking = Locking::ReaderTable;
  std::size_t map_size = 0;   // bytes; 0: as the file says
  unsigned file_mode = 0640;  // of files that are made
  unsigned max_readers = 126;
  unsigned max_databases = 0;                         // named ones; 0: only the main database
  KeyOrder main_key_order = KeyOrder::Lexicographic;  // of the main database
};

class ReadTransaction;
class WriteTransaction;

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

  [[nodiscard]] Database main_database() const noexcept;

  // Opens a named database, creating it where needed. Once, before other threads use it.
  [[nodiscard]] Database open_database(WriteTransaction& transaction,
                                       const std::string& name,
                                       KeyOrder order);

  // One that is there, read-only. As above.
  [[nodiscard]] Database open_database(const ReadTransaction& transaction,
                                       const std::string& name,
                                       KeyOrder order);

  // LMDB's own list of pages that may be used again, for a walk by a ReadTransaction: commits, each
  // with a number of pages and then the pages.
  [[nodiscard]] Database free_pages() const noexcept;

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  [[nodiscard]] EnvironmentOptions::Access access() const noexcept { return access_; }

  [[nodiscard]] KeyOrder main_key_order() const noexcept { return main_key_order_; }

  // The folder was renamed under the open environment; only names in messages change.
  void set_folder(const std::filesystem::path& folder) { folder_ = folder; }

  [[nodiscard]] std::size_t map_size() const;
  [[nodiscard]] std::size_t used_bytes() const;  // of the map, up to the last page ever used
  [[nodiscard]] std::size_t page_size() const;

  // Grows the map. No transaction of this process may be open on the environment; other processes
  // see it when they begin their next view.
  void grow_map(std::size_t bytes);

  void sync();  // for Sync::Never

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
  KeyOrder main_key_order_;
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

  [[nodiscard]] std::optional<Bytes> get(Database database, Bytes key) const;

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

  [[nodiscard]] std::optional<Bytes> get(Database database, Bytes key) const;
  void put(Database database, Bytes key, Bytes value);     // inserts or replaces
  void append(Database database, Bytes key, Bytes value);  // key must be the greatest so far

  // Like put and append, but the caller fills the returned bytes, all of them, before the next
  // call.
  [[nodiscard]] std::span<std::byte> put_reserved(Database database, Bytes key, std::size_t size);
  [[nodiscard]] std::span<std::byte> append_reserved(Database database,
                                                     Bytes key,
                                                     std::size_t size);
  bool erase(Database database, Bytes key);  // false: was not there

  // Durable when it returns (with Sync::Always). After a failure other than MapFullError the
  // outcome is unknown.
  void commit();

  [[nodiscard]] const Environment& environment() const noexcept { return *environment_; }

  [[nodiscard]] MDB_txn* handle() const noexcept { return txn_; }

 private:
  [[nodiscard]] std::span<std::byte> reserve(Database database,
                                             Bytes key,
                                             std::size_t size,
                                             unsigned flags);

  Environment* environment_;
  MDB_txn* txn_ = nullptr;
};

// Walks a database in key order. End it before its transaction ends; after ReadTransaction::renew
// call renew() as well.
class Cursor {
 public:
  struct Entry {
    Bytes key;
    Bytes value;
  };

  Cursor(const ReadTransaction& transaction, Database database);
  Cursor(const WriteTransaction& transaction, Database database);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  Cursor(Cursor&&) = delete;
  Cursor& operator=(Cursor&&) = delete;

  [[nodiscard]] std::optional<Entry> first();
  [[nodiscard]] std::optional<Entry> last();
  [[nodiscard]] std::optional<Entry> next();           // the first on a fresh cursor
  [[nodiscard]] std::optional<Entry> previous();       // the last on a fresh cursor
  [[nodiscard]] std::optional<Entry> seek(Bytes key);  // the first at or after `key`

  // Deletes the current entry, in a write transaction; next() then gives the one after it.
  void erase();

  void renew(const ReadTransaction& transaction);

 private:
  [[nodiscard]] std::optional<Entry> get(int operation, Bytes key);

  const Environment* environment_;
  MDB_cursor* cursor_ = nullptr;
};

// A key of a KeyOrder::Integer database.
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

// The bytes of unsigned integers, one after the other, each with its highest byte first: ordered
// lexicographically they are ordered as the tuple is.
template <typename... Parts>
[[nodiscard]] constexpr auto big_endian_key(Parts... parts) noexcept {
  static_assert((std::is_unsigned_v<Parts> && ...));
  std::array<std::byte, (sizeof(Parts) + ... + 0)> key{};
  std::size_t at = 0;
  const auto add = [&](auto part) {
    for (std::size_t i = sizeof(part); i-- > 0;) {
      key[at++] = static_cast<std::byte>((part >> (8 * i)) & 0xffU);
    }
  };
  (add(parts), ...);
  return key;
}

// Reads one part back; `offset` is its position in bytes.
template <typename Part>
[[nodiscard]] constexpr Part big_endian_part(Bytes key, std::size_t offset) noexcept {
  static_assert(std::is_unsigned_v<Part>);
  Part part = 0;
  for (std::size_t i = 0; i < sizeof(Part); ++i) {
    part = static_cast<Part>((part << 8U) | std::to_integer<Part>(key[offset + i]));
  }
  return part;
}

}  // namespace betex::journal

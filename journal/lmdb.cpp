#include "journal/lmdb.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <lmdb.h>

#include "journal/file_system.h"
#include "journal/safe_path.h"
#include "matching/assert.h"

namespace betex::journal {
namespace {

constexpr MDB_dbi kMainDatabase = 1;  // LMDB's MAIN_DBI, what mdb_dbi_open gives for no name

Fault fault_of(int code) noexcept {
  if (code == MDB_MAP_FULL) {
    return Fault::MapFull;
  }
  return code > 0 ? fault_of_system_error(code) : Fault::Lmdb;  // LMDB's own codes are negative
}

// A write that a full disk has cut short LMDB tells as EIO. Then there is no room for another one.
bool is_short_write(int code, const std::filesystem::path& path) {
  constexpr std::uint64_t kOneWrite = 65536;
  try {
    return code == EIO && free_disk_bytes(path) < kOneWrite;
  } catch (const JournalError&) {
    return false;  // nobody knows
  }
}

void check(int code, const char* call, const std::filesystem::path& path) {
  if (code == MDB_SUCCESS) {
    return;
  }
  if (code == MDB_MAP_FULL) {
    throw MapFullError{code, call, path};
  }
  throw LmdbError{code, call, path};
}

// LMDB does not write through the key and value that it is given to read.
MDB_val to_val(Bytes bytes) noexcept {
  return {bytes.size(), const_cast<std::byte*>(bytes.data())};
}

Bytes to_bytes(const MDB_val& value) noexcept {
  return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

unsigned open_flags(const EnvironmentOptions& options) noexcept {
  // Reader slots belong to transactions, not threads: a reader may move between threads.
  unsigned flags = MDB_NOTLS;
  if (options.access == EnvironmentOptions::Access::ReadOnly) {
    flags |= MDB_RDONLY;
  }
  if (options.sync == EnvironmentOptions::Sync::Never) {
    flags |= MDB_NOSYNC;
  }
  if (options.locking == EnvironmentOptions::Locking::None) {
    flags |= MDB_NOLOCK;
  }
  return flags;
}

// Calls `begin`, which begins an LMDB transaction while there is none in this process. Where
// another process has let the map grow, the size that the file tells is taken over.
int begin_first(MDB_env* env, const std::function<int()>& begin) {
  int code = begin();
  while (code == MDB_MAP_RESIZED) {
    code = mdb_env_set_mapsize(env, 0);
    if (code == MDB_SUCCESS) {
      code = begin();
    }
  }
  return code;
}

// Tells LMDB that the main database's keys are integers, before anybody uses the environment. It is
// stored with the first commit (WriteTransaction sees to that), and costs none of its own.
int open_main_database(MDB_env* env, const EnvironmentOptions& options) {
  const bool writes = options.access == EnvironmentOptions::Access::ReadWrite;
  MDB_txn* txn = nullptr;
  int code =
      begin_first(env, [&] { return mdb_txn_begin(env, nullptr, writes ? 0U : MDB_RDONLY, &txn); });
  if (code == MDB_SUCCESS) {
    MDB_dbi main = 0;
    code = mdb_dbi_open(txn, nullptr, MDB_INTEGERKEY, &main);
    mdb_txn_abort(txn);
  }
  return code;
}

// LMDB opens its files itself: they are looked at before, and made where they are not there, so
// that they belong to whom they should.
void prepare_file(const std::filesystem::path& file, const EnvironmentOptions& options) {
  check_file(file);
  if (std::filesystem::exists(file)) {
    return;
  }
  try {
    const FileDescriptor made{file, O_RDWR | O_CREAT, kFileMode};
  } catch (const JournalError& error) {
    // A reader can do without a reader table where LMDB finds that nobody can write.
    if (error.fault() != Fault::PermissionDenied ||
        options.access == EnvironmentOptions::Access::ReadWrite) {
      throw;
    }
  }
}

void prepare_files(const std::filesystem::path& folder, const EnvironmentOptions& options) {
  check_folder(folder);
  if (!std::filesystem::is_directory(folder)) {
    return;  // LMDB says so
  }
  if (options.access == EnvironmentOptions::Access::ReadWrite) {
    prepare_file(folder / "data.mdb", options);
  } else {
    check_file(folder / "data.mdb");
  }
  if (options.locking == EnvironmentOptions::Locking::ReaderTable) {
    prepare_file(folder / "lock.mdb", options);
  }
}

}  // namespace

LmdbError::LmdbError(int code, const std::string& call, const std::filesystem::path& path)
    : LmdbError{code, call, path, is_short_write(code, path)} {}

LmdbError::LmdbError(int code,
                     const std::string& call,
                     const std::filesystem::path& path,
                     bool short_write)
    : JournalError{{.fault = short_write ? Fault::DiskFull : fault_of(code),
                    .what = call + " failed: " + mdb_strerror(code) +
                            (short_write ? ", and the disk is full" : ""),
                    .segment = path.string()}},
      code_{code} {}

Environment::Environment(const std::filesystem::path& folder, const EnvironmentOptions& options)
    : folder_{folder}, access_{options.access} {
  prepare_files(folder, options);
  const char* call = "mdb_env_create";
  int code = mdb_env_create(&env_);
  const auto step = [&](const char* name, auto&& function) {
    if (code == MDB_SUCCESS) {
      call = name;
      code = function();
    }
  };
  step("mdb_env_set_mapsize", [&] {
    return options.map_size == 0 ? MDB_SUCCESS : mdb_env_set_mapsize(env_, options.map_size);
  });
  step("mdb_env_open",
       [&] { return mdb_env_open(env_, folder.c_str(), open_flags(options), kFileMode); });
  step("opening the main database", [&] { return open_main_database(env_, options); });
  if (code != MDB_SUCCESS) {
    mdb_env_close(env_);
    throw LmdbError{code, call, folder};
  }
}

Environment::~Environment() {
  mdb_env_close(env_);
}

std::size_t Environment::map_size() const {
  MDB_envinfo info{};
  check(mdb_env_info(env_, &info), "mdb_env_info", folder_);
  return info.me_mapsize;
}

std::size_t Environment::used_bytes() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  check(mdb_env_info(env_, &info), "mdb_env_info", folder_);
  check(mdb_env_stat(env_, &stat), "mdb_env_stat", folder_);
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

int Environment::clear_dead_readers() {
  int dead = 0;
  check(mdb_reader_check(env_, &dead), "mdb_reader_check", folder_);
  return dead;
}

void Environment::begin_view(const char* call, const std::function<int()>& begin) const {
  const std::lock_guard lock{views_mutex_};
  const int code = views_ == 0 ? begin_first(env_, begin) : begin();
  if (code == MDB_MAP_RESIZED) {
    throw LmdbError{code, std::string{call} + " beside another view of the smaller map", folder_};
  }
  check(code, call, folder_);
  ++views_;
}

void Environment::end_view() const noexcept {
  const std::lock_guard lock{views_mutex_};
  --views_;
}

ReadTransaction::ReadTransaction(const Environment& environment) : environment_{&environment} {
  environment.begin_view("mdb_txn_begin", [&] {
    return mdb_txn_begin(environment.handle(), nullptr, MDB_RDONLY, &txn_);
  });
  has_view_ = true;
}

ReadTransaction::~ReadTransaction() {
  reset();
  mdb_txn_abort(txn_);
}

std::uint64_t ReadTransaction::id() const noexcept {
  return mdb_txn_id(txn_);
}

std::optional<Bytes> ReadTransaction::get(Bytes key) const {
  MDB_val wanted = to_val(key);
  MDB_val found{};
  const int code = mdb_get(txn_, kMainDatabase, &wanted, &found);
  if (code == MDB_NOTFOUND) {
    return std::nullopt;
  }
  check(code, "mdb_get", environment_->folder());
  return to_bytes(found);
}

void ReadTransaction::reset() noexcept {
  if (std::exchange(has_view_, false)) {
    mdb_txn_reset(txn_);
    environment_->end_view();
  }
}

void ReadTransaction::renew() {
  BETEX_ASSERT(!has_view_);
  environment_->begin_view("mdb_txn_renew", [&] { return mdb_txn_renew(txn_); });
  has_view_ = true;
}

WriteTransaction::WriteTransaction(Environment& environment) : environment_{&environment} {
  check(mdb_txn_begin(environment.handle(), nullptr, 0, &txn_),
        "mdb_txn_begin",
        environment.folder());
  if (id() == 1) {
    MDB_dbi main = 0;
    check(mdb_dbi_open(txn_, nullptr, MDB_INTEGERKEY, &main), "mdb_dbi_open", environment.folder());
  }
}

WriteTransaction::~WriteTransaction() {
  if (txn_ != nullptr) {
    mdb_txn_abort(txn_);
  }
}

std::uint64_t WriteTransaction::id() const noexcept {
  return mdb_txn_id(txn_);
}

void WriteTransaction::append(Bytes key, Bytes value) {
  MDB_val new_key = to_val(key);
  MDB_val new_value = to_val(value);
  check(mdb_put(txn_, kMainDatabase, &new_key, &new_value, MDB_APPEND),
        "mdb_put",
        environment_->folder());
}

std::span<std::byte> WriteTransaction::append_reserved(Bytes key, std::size_t size) {
  MDB_val new_key = to_val(key);
  MDB_val value{size, nullptr};
  check(mdb_put(txn_, kMainDatabase, &new_key, &value, MDB_APPEND | MDB_RESERVE),
        "mdb_put",
        environment_->folder());
  return {static_cast<std::byte*>(value.mv_data), size};
}

bool WriteTransaction::erase(Bytes key) {
  MDB_val wanted = to_val(key);
  const int code = mdb_del(txn_, kMainDatabase, &wanted, nullptr);
  if (code == MDB_NOTFOUND) {
    return false;
  }
  check(code, "mdb_del", environment_->folder());
  return true;
}

void WriteTransaction::commit() {
  BETEX_ASSERT(txn_ != nullptr);
  // LMDB frees the transaction, whatever the outcome.
  check(mdb_txn_commit(std::exchange(txn_, nullptr)), "mdb_txn_commit", environment_->folder());
}

Cursor::Cursor(const ReadTransaction& transaction) : environment_{&transaction.environment()} {
  check(mdb_cursor_open(transaction.handle(), kMainDatabase, &cursor_),
        "mdb_cursor_open",
        environment_->folder());
}

Cursor::~Cursor() {
  mdb_cursor_close(cursor_);
}

std::optional<Cursor::Entry> Cursor::get(int operation, Bytes key) {
  MDB_val found_key = to_val(key);
  MDB_val found{};
  const int code =
      mdb_cursor_get(cursor_, &found_key, &found, static_cast<MDB_cursor_op>(operation));
  if (code == MDB_NOTFOUND) {
    return std::nullopt;
  }
  check(code, "mdb_cursor_get", environment_->folder());
  return Entry{.key = to_bytes(found_key), .value = to_bytes(found)};
}

std::optional<Cursor::Entry> Cursor::last() {
  return get(MDB_LAST, {});
}

std::optional<Cursor::Entry> Cursor::previous() {
  return get(MDB_PREV, {});
}

std::optional<Cursor::Entry> Cursor::seek(Bytes key) {
  return get(MDB_SET_RANGE, key);
}

void Cursor::renew(const ReadTransaction& transaction) {
  check(
      mdb_cursor_renew(transaction.handle(), cursor_), "mdb_cursor_renew", environment_->folder());
}

std::optional<std::uint64_t> integer_key(Bytes key) noexcept {
  std::uint64_t value = 0;
  if (key.size() != sizeof(value)) {
    return std::nullopt;
  }
  std::memcpy(&value, key.data(), sizeof(value));
  return value;
}

}  // namespace betex::journal

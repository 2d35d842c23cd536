#include "gateway/session/cache_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/errors.h"

namespace betex::fix {

using cache::Table;

namespace {

void take_room(const journal::FileDescriptor& file,
               std::size_t size,
               const std::filesystem::path& path) {
  if (::fallocate(file.get(), 0, 0, static_cast<off_t>(size)) != 0 && errno != EOPNOTSUPP) {
    journal::throw_io_error(errno, "fallocate", path);
  }
}

// Room that was only taken may be found missing when it is first written to, on some file systems.
void fill_with_zeros(const journal::FileDescriptor& file,
                     std::size_t begin,
                     std::size_t end,
                     const std::filesystem::path& path) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  const std::vector<std::byte> zeros(std::min(end - begin, kPiece));
  for (std::size_t at = begin; at < end; at += zeros.size()) {
    journal::write_at(file, std::span{zeros}.first(std::min(zeros.size(), end - at)), at, path);
  }
}

// For as long as it is open: who clears up leaves it alone. Nobody waits for it.
void mark_in_use(const journal::FileDescriptor& file) {
  ::flock(file.get(), LOCK_SH | LOCK_NB);
}

template <typename Value>
cache::Cell<Value>* cells_at(std::byte* table) noexcept {
  return static_cast<cache::Cell<Value>*>(static_cast<void*>(table));
}

}  // namespace

void check_own_file(const journal::FileDescriptor& file, const std::filesystem::path& path) {
  constexpr uid_t kRoot = 0;

  struct stat info {};

  struct stat folder {};

  if (::fstat(file.get(), &info) != 0 || ::stat(path.parent_path().c_str(), &folder) != 0) {
    journal::throw_io_error(errno, "stat", path);
  }
  const uid_t user = ::geteuid();
  // What root makes gets the owner of its folder.
  const bool own = info.st_uid == user || (user == kRoot && info.st_uid == folder.st_uid);
  if (!own) {
    throw journal::JournalError{{.fault = journal::Fault::PermissionDenied,
                                 .what = "it belongs to user " + std::to_string(info.st_uid),
                                 .segment = path.string()}};
  }
}

void Unmap::operator()(std::byte* map) const noexcept {
  ::munmap(map, size);
}

// The header comes first, so that what a kill leaves is known for what it is; nothing names the
// file before it is whole.
CacheFile CacheFile::make(const std::filesystem::path& path, cache::Header header) {
  std::filesystem::remove(path);
  journal::FileDescriptor file{path, O_RDWR | O_CREAT | O_EXCL, journal::kPrivateFileMode};
  check_own_file(file, path);
  mark_in_use(file);
  header.checksum = cache::checksum_of(header);
  try {
    journal::write_at(file, std::as_bytes(std::span{&header, 1}), 0, path);
    take_room(file, cache::file_bytes(header), path);
    fill_with_zeros(file, sizeof header, cache::file_bytes(header), path);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    throw;
  }
  CacheFile made{path, std::move(file), header};
  made.make_empty<cache::Writers>(Table::Writers, cache::kWritersAt, 1);
  made.make_empty<cache::SessionValue>(Table::Sessions, cache::kSessionsAt, header.sessions);
  made.make_empty<cache::BlockValue>(
      Table::Blocks, cache::blocks_table_at(header.sessions), header.blocks);
  return made;
}

CacheFile::CacheFile(const std::filesystem::path& path,
                     journal::FileDescriptor file,
                     const cache::Header& header)
    : file_{std::move(file)},
      header_{header},
      first_block_{cache::first_block_at(header.sessions, header.blocks)} {
  const std::size_t size = cache::file_bytes(header);
  mark_in_use(file_);
  void* const map =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file_.get(), 0);
  if (map == MAP_FAILED) {
    journal::throw_io_error(errno, "mmap", path);
  }
  map_ = {static_cast<std::byte*>(map), Unmap{size}};
}

template <typename Value>
void CacheFile::store_in(Table table,
                         std::size_t at,
                         std::uint32_t index,
                         std::uint64_t version,
                         const Value& value) noexcept {
  cache::Cell<Value>* const cells = cells_at<Value>(map_.get() + at);
  cache::store(cells[index], cache::seed_of(header_.key, table, index), version, value);
}

template <typename Value>
void CacheFile::make_empty(Table table, std::size_t at, std::uint32_t count) noexcept {
  cache::Cell<Value>* const cells = cells_at<Value>(map_.get() + at);
  for (std::uint32_t index = 0; index < count; ++index) {
    cells[index].word = cache::word_of(cache::seed_of(header_.key, table, index), 0);
  }
}

void CacheFile::store_writers(std::uint64_t version, const cache::Writers& value) noexcept {
  store_in(Table::Writers, cache::kWritersAt, 0, version, value);
}

void CacheFile::store_session(std::uint32_t cell,
                              std::uint64_t version,
                              const cache::SessionValue& value) noexcept {
  store_in(Table::Sessions, cache::kSessionsAt, cell, version, value);
}

void CacheFile::store_block(std::uint32_t block,
                            std::uint64_t version,
                            const cache::BlockValue& value) noexcept {
  store_in(Table::Blocks, cache::blocks_table_at(header_.sessions), block, version, value);
}

}  // namespace betex::fix

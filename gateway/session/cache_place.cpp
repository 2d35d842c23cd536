#include "gateway/session/cache_place.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <random>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/session/cache_file.h"
#include "gateway/session/cache_scan.h"
#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/safe_path.h"

namespace betex::fix {

namespace {

// The identity stands in a file of its own: it says where the cache is, and after a power loss
// nothing of that one need be looked at.
constexpr std::string_view kIdentityFile = "identity";
constexpr std::string_view kFormat = "betex-cache-3";
constexpr std::string_view kFile = "messages-0";
constexpr std::string_view kPrefixInMemory = "betex-";

std::string owner_text(const CacheIdentity& identity) {
  return fmt::format("{} {} {} ", kFormat, identity.boot_id, identity.wal_id);
}

std::string key_text(std::uint64_t key) {
  return fmt::format("{:016x}", key);
}

// Empty where there is none.
std::string read_identity(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kIdentityFile;
  journal::check_file(file);
  return std::filesystem::exists(file) ? journal::read_file(file) : std::string{};
}

// 0 where nobody says.
std::uint64_t mount_namespace() {
  struct stat info {};

  return ::stat("/proc/self/ns/mnt", &info) == 0 ? info.st_ino : 0;
}

std::string_view folder_in(const cache::Header& header) {
  const std::string_view text{header.folder.data(), header.folder.size()};
  return text.substr(0, text.find('\0'));
}

// Without the pages of nothing: a cache is mostly empty.
void copy_sparsely(const std::filesystem::path& from, const std::filesystem::path& to) {
  const journal::FileDescriptor source{from, O_RDONLY};
  const journal::FileDescriptor copy{to, O_WRONLY | O_CREAT | O_EXCL, journal::kPrivateFileMode};
  std::vector<std::byte> piece(cache::kBlockBytes);
  std::uint64_t at = 0;
  for (;;) {
    const std::size_t size = journal::read_at(source, piece.data(), piece.size(), at);
    const auto bytes = std::span<const std::byte>{piece}.first(size);
    if (std::ranges::any_of(bytes, [](std::byte byte) { return byte != std::byte{0}; })) {
      journal::write_at(copy, bytes, at, to);
    }
    at += size;
    if (size < piece.size()) {
      break;
    }
  }
  if (::ftruncate(copy.get(), static_cast<off_t>(at)) != 0) {
    journal::throw_io_error(errno, "ftruncate", to);
  }
}

bool is_in(const std::filesystem::path& folder, const std::filesystem::path& file) {
  return file.parent_path() == folder;
}

// Its log has gone, or goes on with another cache.
bool is_stale(const cache::Header& header) {
  const std::filesystem::path folder = folder_in(header);
  if (folder.empty() || header.mounts == 0 || header.mounts != mount_namespace()) {
    return false;
  }
  std::error_code error;
  const auto status = std::filesystem::status(folder / kIdentityFile, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return true;
  }
  return std::filesystem::is_regular_file(status) &&
         read_identity(folder).find(key_text(header.key)) == std::string::npos;
}

void remove_if_stale(const std::filesystem::path& path) {
  const journal::FileDescriptor file{path, O_RDONLY};
  check_own_file(file, path);
  if (is_stale(read_header(file)) && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
    std::filesystem::remove(path);
    spdlog::info("the session cache {} was removed: its log is gone, or has another one",
                 path.string());
  }
}

}  // namespace

std::string read_boot_id() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  file >> id;
  if (id.empty()) {
    throw std::runtime_error{
        "/proc/sys/kernel/random/boot_id cannot be read: without it nobody knows whether the "
        "session cache has survived; mount /proc"};
  }
  return id;
}

std::optional<CachePlace> find_cache(const std::filesystem::path& folder,
                                     const CacheIdentity& identity) {
  const std::string text = read_identity(folder);
  const std::string owner = owner_text(identity);
  const std::size_t file_at = owner.size() + key_text(0).size() + 1;
  if (!text.starts_with(owner) || text.size() < file_at + 2 || text.back() != '\n') {
    return std::nullopt;
  }
  CachePlace place{.file = folder / text.substr(file_at, text.size() - file_at - 1)};
  const char* const end = text.data() + file_at - 1;
  const auto [read_to, error] = std::from_chars(text.data() + owner.size(), end, place.key, 16);
  if (error != std::errc{} || read_to != end) {
    return std::nullopt;
  }
  return place;
}

void name_cache(const std::filesystem::path& folder,
                const CacheIdentity& identity,
                const CachePlace& place) {
  const std::filesystem::path file = is_in(folder, place.file) ? place.file.filename() : place.file;
  journal::replace_file(folder / kIdentityFile,
                        owner_text(identity) + key_text(place.key) + ' ' + file.string() + '\n',
                        journal::kPrivateFileMode);
}

std::filesystem::path choose_place(const std::filesystem::path& folder,
                                   const CacheIdentity& identity,
                                   std::size_t bytes,
                                   const std::filesystem::path& memory) {
  constexpr std::uint64_t kParts = 4;

  struct stat root {};

  std::error_code error;
  if (memory.empty() || !std::filesystem::is_directory(memory, error) ||
      ::stat(folder.parent_path().c_str(), &root) != 0) {
    return folder / kFile;
  }
  const std::filesystem::path file =
      memory /
      fmt::format("{}{}-{:x}-{:x}-0", kPrefixInMemory, identity.wal_id, root.st_dev, root.st_ino);
  std::filesystem::remove(file, error);  // of another cache of this log
  const std::uint64_t free = journal::free_disk_bytes(memory);
  if (error || ::access(memory.c_str(), W_OK | X_OK) != 0 || bytes > free - free / kParts) {
    return folder / kFile;
  }
  return file;
}

void make_own(cache::Header& header, const std::filesystem::path& folder) {
  std::random_device random;
  header.key = std::uint64_t{random()} << 32 | random();
  header.mounts = mount_namespace();
  const std::string text = folder.string();
  if (text.size() < header.folder.size()) {
    std::ranges::copy(text, header.folder.begin());
  }
}

// Only the newest void cache is kept: it is of use to people only.
void move_aside(const std::filesystem::path& folder,
                const std::optional<CachePlace>& place,
                bool keep) {
  const std::filesystem::path aside = folder.string() + ".void";
  std::filesystem::remove_all(aside);
  if (keep) {
    std::filesystem::rename(folder, aside);
  } else {
    std::filesystem::remove_all(folder);
  }
  std::error_code error;
  if (!place || is_in(folder, place->file) ||
      std::filesystem::symlink_status(place->file, error).type() !=
          std::filesystem::file_type::regular) {
    return;
  }
  if (keep) {
    try {
      copy_sparsely(place->file, aside / kFile);
    } catch (const journal::JournalError& failed) {
      spdlog::warn("the session cache {} is not kept: {}", place->file.string(), failed.what());
    }
  }
  std::filesystem::remove(place->file, error);
}

void remove_stale_caches(const std::filesystem::path& memory) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry{memory, error};
       !error && entry != std::filesystem::directory_iterator{};
       entry.increment(error)) {
    if (!entry->path().filename().string().starts_with(kPrefixInMemory)) {
      continue;
    }
    try {
      remove_if_stale(entry->path());
    } catch (const std::exception&) {  // somebody else's, or none of ours: it stays
    }
  }
}

}  // namespace betex::fix

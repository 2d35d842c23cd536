// The session cache's file in memory: made whole beforehand, mapped, written by plain stores. What
// is stored is there after a kill of this process, in the order in which it was stored; nothing is
// synced, so no power cut is survived.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "gateway/session/cache_layout.h"
#include "journal/file_system.h"

namespace betex::fix {

// What lets go of a mapping.
struct Unmap {
  std::size_t size = 0;

  void operator()(std::byte* map) const noexcept;
};

// *Each cell and each block is owned by one thread at a time*, and several threads may have
// different ones. A file that somebody cuts off while it is mapped ends the process (SIGBUS); the
// next start finds it damaged.
class CacheFile {
 public:
  // Makes the file with empty cells and nobody's blocks, in place of one that is there. All of it
  // is allocated and written, so that no later store needs room. Throws journal::JournalError,
  // DiskFull where there is none: then there is no file.
  [[nodiscard]] static CacheFile make(const std::filesystem::path& path, cache::Header header);

  // Maps an open one that scan_cache() has found whole.
  CacheFile(const std::filesystem::path& path,
            journal::FileDescriptor file,
            const cache::Header& header);

  [[nodiscard]] const cache::Header& header() const noexcept { return header_; }

  // `version`: the cell's next one.
  void store_writers(std::uint64_t version, const cache::Writers& value) noexcept;
  void store_session(std::uint32_t cell,
                     std::uint64_t version,
                     const cache::SessionValue& value) noexcept;
  void store_block(std::uint32_t block,
                   std::uint64_t version,
                   const cache::BlockValue& value) noexcept;

  [[nodiscard]] std::span<std::byte> block(std::uint32_t index) noexcept {
    return {map_.get() + first_block_ + std::size_t{index} * header_.block_bytes,
            header_.block_bytes};
  }

  [[nodiscard]] std::span<const std::byte> block(std::uint32_t index) const noexcept {
    return {map_.get() + first_block_ + std::size_t{index} * header_.block_bytes,
            header_.block_bytes};
  }

 private:
  template <typename Value>
  void store_in(cache::Table table,
                std::size_t at,
                std::uint32_t index,
                std::uint64_t version,
                const Value& value) noexcept;
  template <typename Value>
  void make_empty(cache::Table table, std::size_t at, std::uint32_t count) noexcept;

  journal::FileDescriptor file_;  // holds the lock that says that it is in use
  cache::Header header_;
  std::size_t first_block_;
  std::unique_ptr<std::byte, Unmap> map_;
};

// Throws journal::JournalError (PermissionDenied) where the file is somebody else's.
void check_own_file(const journal::FileDescriptor& file, const std::filesystem::path& path);

}  // namespace betex::fix

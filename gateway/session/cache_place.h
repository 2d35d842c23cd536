// Where a session cache is: its file in memory (/dev/shm) where it fits, else in WAL_ROOT/cache;
// and the file `identity` in WAL_ROOT/cache, which says which one it is and what it belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "gateway/session/cache_layout.h"

namespace betex::fix {

// Of this boot of the machine (random, made by the kernel).
[[nodiscard]] std::string read_boot_id();

// What the cache belongs to.
struct CacheIdentity {
  std::string boot_id;
  std::string wal_id;             // as text, without blanks
  std::uint32_t writer = 1;       // of the log, that opens the cache
  std::uint32_t last_writer = 0;  // of the log's last record before; 0: it had none
};

// The cache that a folder has, by its `identity`.
struct CachePlace {
  std::uint64_t key = 0;  // of the file, that no other one has
  std::filesystem::path file;
};

// None where the folder has no cache of this boot and this log. Throws journal::JournalError where
// `identity` is no regular file.
[[nodiscard]] std::optional<CachePlace> find_cache(const std::filesystem::path& folder,
                                                   const CacheIdentity& identity);

// The file is whole: from now on the folder has this cache. Durable.
void name_cache(const std::filesystem::path& folder,
                const CacheIdentity& identity,
                const CachePlace& place);

// For a new file of `bytes`: in `memory` where that leaves a quarter of what is free there, else in
// `folder`. The name in memory is of this log in this place: two copies of a log never share it.
[[nodiscard]] std::filesystem::path choose_place(const std::filesystem::path& folder,
                                                 const CacheIdentity& identity,
                                                 std::size_t bytes,
                                                 const std::filesystem::path& memory);

// A random key, and whose the file will be.
void make_own(cache::Header& header, const std::filesystem::path& folder);

// Keeps the folder with its file, which may stand elsewhere, for people to look at, in place of
// what was kept before; or, without `keep`, removes both.
void move_aside(const std::filesystem::path& folder,
                const std::optional<CachePlace>& place,
                bool keep);

// Removes what gateways of this user have left in `memory` whose log, in its folder, is gone or has
// another cache by now. What is in use stays, and what cannot be judged.
void remove_stale_caches(const std::filesystem::path& memory);

}  // namespace betex::fix

// A session cache's file that is made beforehand. It has hundreds of MiB where there are many
// sessions, and a node that takes over would have its clients wait while it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "gateway/session/cache_file.h"
#include "gateway/session/cache_place.h"

namespace betex::fix {

struct CacheLimits;

// The header of a new cache for so many sessions; how many blocks it has is not said yet.
[[nodiscard]] cache::Header new_cache_header(const std::filesystem::path& folder,
                                             std::size_t known_sessions,
                                             const CacheLimits& limits);

// *Owned by one thread.*
class SpareCache {
 public:
  // For the cache that the folder is to have, in memory beside its place. Null: there is no room
  // for it there; then it is made when it is needed.
  [[nodiscard]] static std::unique_ptr<SpareCache> make(const std::filesystem::path& folder,
                                                        const CacheIdentity& identity,
                                                        std::size_t known_sessions,
                                                        const CacheLimits& limits);

  // Removes the file, unless it was taken.
  ~SpareCache();
  SpareCache(const SpareCache&) = delete;
  SpareCache& operator=(const SpareCache&) = delete;
  SpareCache(SpareCache&&) = delete;
  SpareCache& operator=(SpareCache&&) = delete;

  struct Taken {
    std::filesystem::path place;
    CacheFile file;
  };

  // The file, at the cache's place. None: it is not for so many sessions, or it is gone. Once.
  [[nodiscard]] std::optional<Taken> take(std::size_t known_sessions, std::uint32_t block_bytes);

 private:
  SpareCache(std::filesystem::path place, CacheFile file);

  std::filesystem::path place_;
  std::optional<CacheFile> file_;  // none: it was taken
};

// What the folder has is void in any case: another node has gone on with the log since.
void discard_cache(const std::filesystem::path& folder, const CacheIdentity& identity);

}  // namespace betex::fix

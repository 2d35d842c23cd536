#include "gateway/session/spare_cache.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/session/session_cache.h"
#include "journal/errors.h"

namespace betex::fix {
namespace {

// For sessions that are added while it runs, and by later starts of this boot.
constexpr std::uint32_t kSpareSessions = 256;

std::filesystem::path spare_of(const std::filesystem::path& place) {
  return place.string() + ".spare";
}

}  // namespace

cache::Header new_cache_header(const std::filesystem::path& folder,
                               std::size_t known_sessions,
                               const CacheLimits& limits) {
  cache::Header header;
  header.block_bytes = limits.block_bytes;
  header.sessions =
      2 * std::max(limits.sessions, static_cast<std::uint32_t>(known_sessions)) + kSpareSessions;
  make_own(header, folder);
  return header;
}

std::unique_ptr<SpareCache> SpareCache::make(const std::filesystem::path& folder,
                                             const CacheIdentity& identity,
                                             std::size_t known_sessions,
                                             const CacheLimits& limits) {
  std::filesystem::path place = choose_place(folder, identity, limits.file_bytes, limits.memory);
  if (place.parent_path() == folder) {
    return nullptr;
  }
  cache::Header header = new_cache_header(folder, known_sessions, limits);
  header.blocks = cache::blocks_in(limits.file_bytes, header.sessions, header.block_bytes);
  try {
    CacheFile file = CacheFile::make(spare_of(place), header);
    return std::unique_ptr<SpareCache>{new SpareCache{std::move(place), std::move(file)}};
  } catch (const journal::JournalError& error) {
    spdlog::warn("the session cache is not made beforehand: {}", error.what());
    return nullptr;
  }
}

SpareCache::SpareCache(std::filesystem::path place, CacheFile file)
    : place_{std::move(place)}, file_{std::move(file)} {}

SpareCache::~SpareCache() {
  if (file_) {
    std::error_code ignored;
    std::filesystem::remove(spare_of(place_), ignored);
  }
}

std::optional<SpareCache::Taken> SpareCache::take(std::size_t known_sessions,
                                                  std::uint32_t block_bytes) {
  if (!file_ || file_->header().sessions < known_sessions ||
      file_->header().block_bytes != block_bytes) {
    return std::nullopt;
  }
  std::error_code gone;
  std::filesystem::rename(spare_of(place_), place_, gone);
  if (gone) {
    return std::nullopt;
  }
  Taken taken{.place = place_, .file = *std::move(file_)};
  file_.reset();
  return taken;
}

void discard_cache(const std::filesystem::path& folder, const CacheIdentity& identity) {
  if (std::filesystem::exists(folder)) {
    move_aside(folder, find_cache(folder, identity), false);
  }
}

}  // namespace betex::fix

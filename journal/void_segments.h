// Which segments are void, for who reads a log: a writer without the right may have begun them
// (FORMAT.md, "Void records"). Asks the names first, and looks into a segment only where these say
// that somebody was left behind.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "journal/environment_pool.h"
#include "journal/format.h"
#include "journal/segment.h"

namespace betex::journal {

// Used by one thread at a time.
class VoidSegments {
 public:
  using Names = std::vector<SegmentName>;

  // `pool` must outlive it and be the process's one pool for this WAL.
  VoidSegments(std::filesystem::path wal_root, EnvironmentPool& pool);

  // `names`, all that there are, ascending, without those that are void.
  [[nodiscard]] Names without_void(const Names& names);

  // The first event up to `key` at which a newer writer's segment makes the records of segment
  // `name` void. Throws what is wrong with the newer one.
  [[nodiscard]] std::optional<EventSeq> cut_of(SegmentName name, EventSeq key, const Names& names);

 private:
  enum class Damaged : bool { IsAnError, IsNotGranted };

  [[nodiscard]] bool is_void(SegmentName name, const Names& names);
  [[nodiscard]] bool is_granted(SegmentName name, const Names& names, Damaged damaged);

  std::filesystem::path wal_root_;
  EnvironmentPool& pool_;
  std::map<SegmentName, bool> granted_;  // known of these; it never changes
};

// Opens one of `names`, all that there are. SegmentRetired where it was retired meanwhile.
[[nodiscard]] std::unique_ptr<Segment> open_segment(const std::filesystem::path& wal_root,
                                                    SegmentName name,
                                                    const std::vector<SegmentName>& names,
                                                    EnvironmentPool& pool);

}  // namespace betex::journal

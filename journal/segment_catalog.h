// Which segments there are, by the names of their folders.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "journal/format.h"

namespace betex::journal {

// The segments in `folder` (segments/ or retired/), ascending; a missing folder holds none.
// Unfinished ones (`.new-…`) are left out; StrayEntry for any other name.
[[nodiscard]] std::vector<SegmentName> list_segments(const std::filesystem::path& folder);

// The last event of the oldest of these segments, which are ascending: of two that begin alike one
// is empty. None where it is the newest one too, which may still be written.
[[nodiscard]] std::optional<EventSeq> end_of_oldest(const std::vector<SegmentName>& segments);

// The same for retired/, which is the operators': names that are no segment's are left out, too.
[[nodiscard]] std::vector<SegmentName> list_retired(const std::filesystem::path& wal_root);

// Leaves out what an older writer has begun at or after the beginning of a newer writer's segment.
// In a log that no writer was left behind in, only empty segments can be such. `names` ascending.
[[nodiscard]] std::vector<SegmentName> without_older_writers(const std::vector<SegmentName>& names);

// The segment of the newest writer that begins last: only it may have a live writer. `names` not
// empty.
[[nodiscard]] SegmentName newest_of(const std::vector<SegmentName>& names);

// Newest writers first, and of one writer what it began last.
void sort_by_writer(std::vector<SegmentName>& names);

// What was set aside, see FORMAT.md: a folder in retired/void-EPOCH/.
struct SetAside {
  WriterEpoch by;    // the opening that did it
  std::string name;  // of the folder
};

[[nodiscard]] std::vector<SetAside> list_set_aside(const std::filesystem::path& wal_root);

// retired/void-EPOCH.
[[nodiscard]] std::filesystem::path folder_of_voids(const std::filesystem::path& wal_root,
                                                    WriterEpoch by);

// Does `folder` hold a segment that begins at `first_seq`? Ignores names that are no segment's:
// retired/ is the operators'.
[[nodiscard]] bool holds_segment_from(const std::filesystem::path& folder, EventSeq first_seq);

// Leftovers of a process that was killed while it made a segment or a snapshot, whose folder this
// is; they never held a record, nor a whole snapshot.
[[nodiscard]] std::vector<std::filesystem::path> list_unfinished(
    const std::filesystem::path& folder);

}  // namespace betex::journal

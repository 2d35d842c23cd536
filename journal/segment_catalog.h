// Which segments there are, by the names of their folders.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "journal/format.h"

namespace betex::journal {

// The segments in `folder` (segments/ or retired/), ascending; a missing folder holds none.
// Unfinished ones (`.new-…`) are left out; StrayEntry for any other name.
[[nodiscard]] std::vector<SegmentName> list_segments(const std::filesystem::path& folder);

// The last event of the oldest of these segments, which are ascending: of two that begin alike one
// is empty. None where it is the newest one too, which may still be written.
[[nodiscard]] std::optional<EventSeq> end_of_oldest(const std::vector<SegmentName>& segments);

// Does `folder` hold a segment that begins at `first_seq`? Ignores names that are no segment's:
// retired/ is the operators'.
[[nodiscard]] bool holds_segment_from(const std::filesystem::path& folder, EventSeq first_seq);

// Leftovers of a writer that was killed while it made a segment; they never held a record.
[[nodiscard]] std::vector<std::filesystem::path> list_unfinished(
    const std::filesystem::path& folder);

}  // namespace betex::journal

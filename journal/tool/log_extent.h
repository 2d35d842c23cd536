// Where a log begins and how far it goes, as the names of its segments tell.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "journal/format.h"

namespace betex::journal {

// Oldest first. Throws NoJournal where there is no journal in the folder.
[[nodiscard]] std::vector<SegmentName> segments_of(const std::filesystem::path& wal_root);

// The first event that is not retired; 1 in an empty log.
[[nodiscard]] EventSeq oldest_event(const std::filesystem::path& wal_root);

// Where the newest segment begins: enough for a progress bar.
[[nodiscard]] std::uint64_t rough_end(const std::filesystem::path& wal_root);

}  // namespace betex::journal

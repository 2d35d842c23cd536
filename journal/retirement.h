// Moves segments that nobody needs any more from segments/ to retired/, by rename. Nothing is ever
// deleted there: retired/ belongs to the operator.
#pragma once

#include <filesystem>
#include <vector>

#include "journal/format.h"

namespace betex::journal {

// Durable when it returns. RetiredNameTaken where retired/ has the name already.
void retire_segment(const std::filesystem::path& wal_root, const SegmentName& name);

// Retires the oldest segments that lie wholly at or below `limit`, oldest first, and returns them.
// The newest one stays, whatever the limit: its successor's header will name it. Only for the
// holder of the writer lock, and when no segment is empty.
std::vector<SegmentName> retire_up_to(const std::filesystem::path& wal_root, EventSeq limit);

}  // namespace betex::journal

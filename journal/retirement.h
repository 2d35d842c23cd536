// Moves segments that nobody needs any more from segments/ to retired/, by rename. Nothing is ever
// deleted there: retired/ belongs to the operator.
#pragma once

#include <filesystem>
#include <vector>

#include "journal/format.h"

namespace betex::journal {

// Durable when it returns. RetiredNameTaken where retired/ has the name already.
void retire_segment(const std::filesystem::path& wal_root, const SegmentName& name);

// Moves a segment that is void, as the opening `by` has found, to retired/void-EPOCH/, under a name
// that is not taken. Durable when it returns.
void set_aside(const std::filesystem::path& wal_root, const SegmentName& name, WriterEpoch by);

// Where set_aside() would put it. Makes the folder.
[[nodiscard]] std::filesystem::path place_aside(const std::filesystem::path& wal_root,
                                                const SegmentName& name,
                                                WriterEpoch by);

// Retires the oldest segments that lie wholly at or below `limit`, oldest first, and returns them.
// The newest one stays, whatever the limit: its successor's header will name it. What an older
// writer has begun after a newer one is left alone. Only for the holder of the writer lock, and
// when the newest segment is not empty or begins above `limit` + 1.
std::vector<SegmentName> retire_up_to(const std::filesystem::path& wal_root, EventSeq limit);

}  // namespace betex::journal

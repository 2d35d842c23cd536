#include "journal/tool/log_extent.h"

#include "journal/errors.h"
#include "journal/segment_catalog.h"

namespace betex::journal {

std::vector<SegmentName> segments_of(const std::filesystem::path& wal_root) {
  std::vector<SegmentName> names = list_segments(wal_root / kSegmentsFolder);
  if (!std::filesystem::exists(wal_root / kEpochFile)) {
    throw JournalError{{.fault = Fault::NoJournal,
                        .what = "there is no journal in this folder",
                        .segment = wal_root.string()}};
  }
  return names;
}

EventSeq oldest_event(const std::filesystem::path& wal_root) {
  const std::vector<SegmentName> names = segments_of(wal_root);
  return names.empty() ? EventSeq{1} : names.front().first_seq;
}

std::uint64_t rough_end(const std::filesystem::path& wal_root) {
  const std::vector<SegmentName> names = segments_of(wal_root);
  return names.empty() ? 1 : names.back().first_seq.value();
}

}  // namespace betex::journal

#include "journal/retirement.h"

#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/safe_path.h"
#include "journal/segment_catalog.h"

namespace betex::journal {

void retire_segment(const std::filesystem::path& wal_root, const SegmentName& name) {
  check_folder(wal_root / kRetiredFolder);
  const std::filesystem::path to = wal_root / kRetiredFolder / name.text();
  if (std::filesystem::exists(to)) {
    throw JournalError{{.fault = Fault::RetiredNameTaken,
                        .what = "retired/ already holds a segment of this name",
                        .segment = name.text()}};
  }
  rename_folder(wal_root / kSegmentsFolder / name.text(), to);
}

std::vector<SegmentName> retire_up_to(const std::filesystem::path& wal_root, EventSeq limit) {
  const std::vector<SegmentName> names = list_segments(wal_root / kSegmentsFolder);
  std::vector<SegmentName> retired;
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    // Each segment ends where the next one begins.
    if (names[i + 1].first_seq > limit.next()) {
      break;
    }
    retire_segment(wal_root, names[i]);
    retired.push_back(names[i]);
  }
  return retired;
}

}  // namespace betex::journal

#include "journal/retirement.h"

#include <string>

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

std::filesystem::path place_aside(const std::filesystem::path& wal_root,
                                  const SegmentName& name,
                                  WriterEpoch by) {
  check_folder(wal_root / kRetiredFolder);
  const std::filesystem::path folder = folder_of_voids(wal_root, by);
  create_folder(folder);
  std::filesystem::path place = folder / name.text();
  for (int number = 1; std::filesystem::exists(place); ++number) {
    place = folder / (name.text() + "." + std::to_string(number));
  }
  return place;
}

void set_aside(const std::filesystem::path& wal_root, const SegmentName& name, WriterEpoch by) {
  const std::filesystem::path place = place_aside(wal_root, name, by);
  rename_folder(wal_root / kSegmentsFolder / name.text(), place);
}

std::vector<SegmentName> retire_up_to(const std::filesystem::path& wal_root, EventSeq limit) {
  const std::vector<SegmentName> names =
      without_older_writers(list_segments(wal_root / kSegmentsFolder));
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

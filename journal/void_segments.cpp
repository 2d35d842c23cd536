#include "journal/void_segments.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "journal/errors.h"
#include "journal/segment_catalog.h"

namespace betex::journal {

VoidSegments::VoidSegments(std::filesystem::path wal_root, EnvironmentPool& pool)
    : wal_root_{std::move(wal_root)}, pool_{pool} {}

VoidSegments::Names VoidSegments::without_void(const Names& names) {
  const Names clear = without_older_writers(names);
  if (clear.size() == names.size()) {
    return clear;
  }
  Names kept;
  for (const SegmentName& name : names) {
    if (std::binary_search(clear.begin(), clear.end(), name) || !is_void(name, names)) {
      kept.push_back(name);
    }
  }
  return kept;
}

std::optional<EventSeq> VoidSegments::cut_of(SegmentName name, EventSeq key, const Names& names) {
  for (const SegmentName& newer : names) {  // ascending by first event
    if (newer.epoch > name.epoch && newer.first_seq > name.first_seq && newer.first_seq <= key &&
        is_granted(newer, names, Damaged::IsAnError)) {
      return newer.first_seq;
    }
  }
  return std::nullopt;
}

bool VoidSegments::is_void(SegmentName name, const Names& names) {
  return std::any_of(names.begin(), names.end(), [&](const SegmentName& newer) {
    return newer.epoch > name.epoch && newer.first_seq <= name.first_seq &&
           is_granted(newer, names, Damaged::IsNotGranted);
  });
}

bool VoidSegments::is_granted(SegmentName name, const Names& names, Damaged damaged) {
  if (const auto known = granted_.find(name); known != granted_.end()) {
    return known->second;
  }
  try {
    const bool granted =
        (open_segment(wal_root_, name, names, pool_)->header().flags & kEpochGranted) != 0;
    granted_.emplace(name, granted);
    return granted;
  } catch (const JournalError&) {
    if (damaged == Damaged::IsAnError) {
      throw;
    }
    return false;  // whoever comes to it will be told
  }
}

std::unique_ptr<Segment> open_segment(const std::filesystem::path& wal_root,
                                      SegmentName name,
                                      const std::vector<SegmentName>& names,
                                      EnvironmentPool& pool) {
  const bool newest = name == newest_of(names);
  try {
    return std::make_unique<Segment>(
        wal_root, name, newest ? Segment::State::MaybeLive : Segment::State::Sealed, pool);
  } catch (const JournalError&) {
    if (std::filesystem::exists(wal_root / kRetiredFolder / name.text())) {
      throw JournalError{{.fault = Fault::SegmentRetired,
                          .what = "the segment was retired while it was being opened",
                          .segment = name.text()}};
    }
    throw;
  }
}

}  // namespace betex::journal

#include "journal/segment_catalog.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <tuple>

#include "journal/errors.h"
#include "journal/file_system.h"

namespace betex::journal {
namespace {

constexpr std::size_t kEpochDigits = 10;

// Of retired/void-EPOCH.
std::optional<WriterEpoch> epoch_of_voids(std::string_view name) {
  if (!name.starts_with(kVoidPrefix) || name.size() != kVoidPrefix.size() + kEpochDigits) {
    return std::nullopt;
  }
  std::uint32_t epoch = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + kVoidPrefix.size(), end, epoch);
  return error == std::errc{} && rest == end ? std::optional{WriterEpoch{epoch}} : std::nullopt;
}

// Ascending by (epoch, first event).
bool is_older(const SegmentName& left, const SegmentName& right) {
  return std::tie(left.epoch, left.first_seq) < std::tie(right.epoch, right.first_seq);
}

// Calls `visit(path, name)` for each entry.
template <typename Visitor>
void for_each_entry(const std::filesystem::path& folder, Visitor&& visit) {
  std::error_code error;
  std::filesystem::directory_iterator entry{folder, error};
  while (!error && entry != std::filesystem::directory_iterator{}) {
    visit(entry->path(), entry->path().filename().string());
    entry.increment(error);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw_io_error(error.value(), "reading the folder", folder);
  }
}

}  // namespace

std::vector<SegmentName> list_segments(const std::filesystem::path& folder) {
  std::vector<SegmentName> names;
  for_each_entry(folder, [&](const std::filesystem::path& path, const std::string& text) {
    if (text.starts_with(kNewPrefix)) {
      return;
    }
    const std::optional<SegmentName> name = SegmentName::parse(text);
    if (!name) {
      throw JournalError{{.fault = Fault::StrayEntry,
                          .what = "no segment can have this name",
                          .segment = path.string()}};
    }
    names.push_back(*name);
  });
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<EventSeq> end_of_oldest(const std::vector<SegmentName>& segments) {
  for (const SegmentName& later : segments) {
    if (later.first_seq > segments.front().first_seq) {
      return EventSeq{later.first_seq.value() - 1};
    }
  }
  return std::nullopt;
}

std::vector<SegmentName> list_retired(const std::filesystem::path& wal_root) {
  std::vector<SegmentName> names;
  for_each_entry(wal_root / kRetiredFolder,
                 [&](const std::filesystem::path&, const std::string& text) {
                   if (const auto name = SegmentName::parse(text)) {
                     names.push_back(*name);
                   }
                 });
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<SegmentName> without_older_writers(const std::vector<SegmentName>& names) {
  std::vector<SegmentName> kept;
  WriterEpoch highest;
  for (std::size_t i = 0; i < names.size(); ++i) {
    // Of those that begin alike the newest writer's comes last.
    const bool has_newer = i + 1 < names.size() && names[i + 1].first_seq == names[i].first_seq;
    if (names[i].epoch >= highest && !has_newer) {
      kept.push_back(names[i]);
    }
    highest = std::max(highest, names[i].epoch);
  }
  return kept;
}

SegmentName newest_of(const std::vector<SegmentName>& names) {
  return *std::max_element(names.begin(), names.end(), is_older);
}

void sort_by_writer(std::vector<SegmentName>& names) {
  std::sort(names.begin(), names.end(), [](const SegmentName& left, const SegmentName& right) {
    return is_older(right, left);
  });
}

std::vector<SetAside> list_set_aside(const std::filesystem::path& wal_root) {
  std::vector<SetAside> found;
  for_each_entry(wal_root / kRetiredFolder,
                 [&](const std::filesystem::path& path, const std::string& text) {
                   const std::optional<WriterEpoch> by = epoch_of_voids(text);
                   if (!by) {
                     return;
                   }
                   for_each_entry(path, [&](const std::filesystem::path&, const std::string& name) {
                     found.push_back({.by = *by, .name = name});
                   });
                 });
  std::sort(found.begin(), found.end(), [](const SetAside& left, const SetAside& right) {
    return std::tie(left.by, left.name) < std::tie(right.by, right.name);
  });
  return found;
}

std::filesystem::path folder_of_voids(const std::filesystem::path& wal_root, WriterEpoch by) {
  char epoch[kEpochDigits + 1];
  std::snprintf(epoch, sizeof(epoch), "%010u", by.value());
  return wal_root / kRetiredFolder / (std::string{kVoidPrefix} + epoch);
}

bool holds_segment_from(const std::filesystem::path& folder, EventSeq first_seq) {
  bool found = false;
  for_each_entry(folder, [&](const std::filesystem::path&, const std::string& text) {
    const std::optional<SegmentName> name = SegmentName::parse(text);
    found = found || (name && name->first_seq == first_seq);
  });
  return found;
}

std::vector<std::filesystem::path> list_unfinished(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> unfinished;
  for_each_entry(folder, [&](const std::filesystem::path& path, const std::string& text) {
    if (text.starts_with(kNewPrefix)) {
      unfinished.push_back(path);
    }
  });
  return unfinished;
}

}  // namespace betex::journal

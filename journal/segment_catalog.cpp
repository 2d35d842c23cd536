#include "journal/segment_catalog.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "journal/errors.h"
#include "journal/file_system.h"

namespace betex::journal {
namespace {

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

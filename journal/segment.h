// One segment, open for reading: its header, and its records through a view of the last commit.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "journal/environment_pool.h"
#include "journal/format.h"
#include "journal/lmdb.h"
#include "journal/record.h"

namespace betex::journal {

// Used by one thread at a time. Records point into the view: valid until it is released or renewed.
class Segment {
 public:
  // May somebody still write to it? Only of the newest segment one cannot know.
  enum class State : std::uint8_t { Sealed, MaybeLive };

  // Opens segments/`name` and checks the file's structure and the header. Throws a JournalError
  // that says what is wrong; SegmentMissing where the folder is not there.
  Segment(const std::filesystem::path& wal_root,
          SegmentName name,
          State state,
          EnvironmentPool& pool);

  [[nodiscard]] SegmentName name() const noexcept { return name_; }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  [[nodiscard]] const SegmentHeader& header() const noexcept { return header_; }

  // The position before its first record.
  [[nodiscard]] Position start() const noexcept;

  void release_view() noexcept;  // lets the writer reuse old pages
  void renew_view();             // sees the last commit

  // LMDB's id of the commit that the view sees.
  [[nodiscard]] std::uint64_t view_id() const noexcept { return view_->id(); }

  [[nodiscard]] std::optional<RecordPlace> first_at_or_after(EventSeq key);
  [[nodiscard]] std::optional<RecordPlace> last_at_or_before(EventSeq key);

 private:
  void open_environment(const std::filesystem::path& wal_root, State state, EnvironmentPool& pool);
  void read_header();
  [[nodiscard]] std::optional<RecordPlace> place(const std::optional<Cursor::Entry>& entry) const;

  SegmentName name_;
  std::string text_;
  std::filesystem::path folder_;
  SegmentHeader header_;
  std::shared_ptr<Environment> environment_;
  std::unique_ptr<ReadTransaction> view_;
  std::unique_ptr<Cursor> cursor_;
};

}  // namespace betex::journal

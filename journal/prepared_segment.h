// The next segment's folder, made ahead of time with a data file full of zeros: a commit into it
// does not let the file grow, and so takes fewer writes. Whoever has the time prepares it; the
// writer takes it when it begins a segment, and makes one itself where none is ready.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace betex::journal {

struct PreparedSegment {
  std::filesystem::path wal_root;
  std::size_t map_size = 0;        // of the writer's configuration
  std::uint64_t filled_bytes = 0;  // size of the data file
  // False where the right to write was lost: nothing is prepared then. Empty: nobody can lose it.
  std::function<bool()> may_write{};
};

// Is one ready? Any thread.
[[nodiscard]] bool is_prepared(const std::filesystem::path& wal_root);

// Makes one where none is ready; durable when it returns. By one thread at a time, beside the
// writer or not, but only once the journal has recovered: that removes what an earlier writer left.
void prepare_segment(const PreparedSegment& wanted);

// Lets the writer have it as `folder`. False where none is ready.
[[nodiscard]] bool take_prepared_segment(const std::filesystem::path& wal_root,
                                         const std::filesystem::path& folder);

}  // namespace betex::journal

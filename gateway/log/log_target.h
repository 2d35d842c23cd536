// Where the lines of the log end: standard error, or a file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace betex::gateway {

// *Owned by one thread at a time*: whoever makes it, then the log's own. Writing may block, as long
// as whoever reads the other end likes.
class LogTarget {
 public:
  // A descriptor of somebody else's, which stays as it is: open, and blocking if it was.
  explicit LogTarget(int descriptor) noexcept : descriptor_{descriptor} {}

  // Appends to `file`. A new one is for its owner, and its group to read, whatever the umask.
  // Throws std::system_error.
  explicit LogTarget(std::filesystem::path file);

  ~LogTarget();
  LogTarget(LogTarget&& other) noexcept;
  LogTarget& operator=(LogTarget&&) = delete;

  // Writes whole lines. Returns how many of them were lost because writing failed.
  std::size_t write(std::string_view lines) noexcept;

  // Opens the file at the path again: what was there may have been renamed or deleted. Throws
  // std::system_error, and goes on with the old one. Does nothing to a descriptor.
  void reopen();

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  std::filesystem::path file_;  // empty: a descriptor of somebody else's
  int descriptor_ = -1;
  bool torn_ = false;  // the last write ended within a line
};

}  // namespace betex::gateway

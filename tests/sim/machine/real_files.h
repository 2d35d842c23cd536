// The kernel's own file calls, for who stands in for the C library's (libc_files.cpp): these are
// never interposed, whatever Machine exists. They answer as the calls whose names they bear, errno
// included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace betex::sim::real {

int openat(int at, const char* path, int flags, mode_t mode = 0) noexcept;
int close(int file) noexcept;
ssize_t write(int file, const void* bytes, std::size_t size) noexcept;
ssize_t writev(int file, const iovec* pieces, int count) noexcept;
ssize_t pwrite(int file, const void* bytes, std::size_t size, std::uint64_t offset) noexcept;
ssize_t pwritev(int file, const iovec* pieces, int count, std::uint64_t offset) noexcept;
ssize_t sendfile(int to, int from, off_t* offset, std::size_t size) noexcept;
int fsync(int file) noexcept;
int fdatasync(int file) noexcept;
int ftruncate(int file, std::uint64_t length) noexcept;
int truncate(const char* path, std::uint64_t length) noexcept;
int fallocate(int file, int mode, std::uint64_t offset, std::uint64_t size) noexcept;
int fadvise(int file, std::uint64_t offset, std::uint64_t size, int advice) noexcept;
int renameat2(int at, const char* from, int to_at, const char* to, unsigned flags) noexcept;
int unlinkat(int at, const char* path, int flags) noexcept;
int mkdirat(int at, const char* path, mode_t mode) noexcept;
int linkat(int at, const char* from, int to_at, const char* to, int flags) noexcept;

// ---- On top of them. They throw std::system_error that names the path, or the call.

// An open file of who stands in, closed with it.
class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0);
  // What descriptor `file` has open, once more, with these flags: also where its name is gone.
  File(int file, int flags);

  ~File() { close(file_); }

  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int get() const noexcept { return file_; }

 private:
  int file_;
};

[[nodiscard]] std::uint64_t length_of(int file);
void set_length(int file, std::uint64_t length);

// Fewer bytes where the file ends before.
[[nodiscard]] std::string read_at(int file, std::uint64_t offset, std::uint64_t size);
void write_at(int file, std::uint64_t offset, const char* bytes, std::size_t size);

void make_folder(const std::filesystem::path& path, mode_t mode);
void rename(const std::filesystem::path& from, const std::filesystem::path& to);

// With its mode; holes stay holes.
void copy_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace betex::sim::real

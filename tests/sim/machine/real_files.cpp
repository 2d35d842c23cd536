#include "tests/sim/machine/real_files.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace betex::sim::real {
namespace {

template <typename... Arguments>
int call(long number, Arguments... arguments) noexcept {
  return static_cast<int>(::syscall(number, arguments...));
}

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

}  // namespace

int openat(int at, const char* path, int flags, mode_t mode) noexcept {
  return call(SYS_openat, at, path, flags, mode);
}

int close(int file) noexcept {
  return call(SYS_close, file);
}

ssize_t write(int file, const void* bytes, std::size_t size) noexcept {
  return ::syscall(SYS_write, file, bytes, size);
}

ssize_t writev(int file, const iovec* pieces, int count) noexcept {
  return ::syscall(SYS_writev, file, pieces, count);
}

ssize_t pwrite(int file, const void* bytes, std::size_t size, std::uint64_t offset) noexcept {
  return ::syscall(SYS_pwrite64, file, bytes, size, offset);
}

// The kernel takes an offset in two halves, of which the second is of no use where the first one
// has 64 bits.
ssize_t pwritev(int file, const iovec* pieces, int count, std::uint64_t offset) noexcept {
  return ::syscall(SYS_pwritev, file, pieces, count, offset, 0L);
}

ssize_t sendfile(int to, int from, off_t* offset, std::size_t size) noexcept {
  return ::syscall(SYS_sendfile, to, from, offset, size);
}

int fsync(int file) noexcept {
  return call(SYS_fsync, file);
}

int fdatasync(int file) noexcept {
  return call(SYS_fdatasync, file);
}

int ftruncate(int file, std::uint64_t length) noexcept {
  return call(SYS_ftruncate, file, length);
}

int truncate(const char* path, std::uint64_t length) noexcept {
  return call(SYS_truncate, path, length);
}

int fallocate(int file, int mode, std::uint64_t offset, std::uint64_t size) noexcept {
  return call(SYS_fallocate, file, mode, offset, size);
}

int fadvise(int file, std::uint64_t offset, std::uint64_t size, int advice) noexcept {
  return call(SYS_fadvise64, file, offset, size, advice);
}

int renameat2(int at, const char* from, int to_at, const char* to, unsigned flags) noexcept {
  return call(SYS_renameat2, at, from, to_at, to, flags);
}

int unlinkat(int at, const char* path, int flags) noexcept {
  return call(SYS_unlinkat, at, path, flags);
}

int mkdirat(int at, const char* path, mode_t mode) noexcept {
  return call(SYS_mkdirat, at, path, mode);
}

int linkat(int at, const char* from, int to_at, const char* to, int flags) noexcept {
  return call(SYS_linkat, at, from, to_at, to, flags);
}

File::File(const std::filesystem::path& path, int flags, mode_t mode)
    : file_{openat(AT_FDCWD, path.c_str(), flags | O_CLOEXEC, mode)} {
  if (file_ < 0) {
    fail("open " + path.string());
  }
}

File::File(int file, int flags) : File{"/proc/self/fd/" + std::to_string(file), flags} {}

std::uint64_t length_of(int file) {
  struct stat info {};

  if (::fstat(file, &info) != 0) {
    fail("fstat");
  }
  return static_cast<std::uint64_t>(info.st_size);
}

void set_length(int file, std::uint64_t length) {
  if (ftruncate(file, length) != 0) {
    fail("ftruncate");
  }
}

std::string read_at(int file, std::uint64_t offset, std::uint64_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (got < 0) {
      fail("pread");
    }
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

void write_at(int file, std::uint64_t offset, const char* bytes, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t written = pwrite(file, bytes + done, size - done, offset + done);
    if (written <= 0) {
      fail("pwrite");
    }
    done += static_cast<std::size_t>(written);
  }
}

void make_folder(const std::filesystem::path& path, mode_t mode) {
  if (mkdirat(AT_FDCWD, path.c_str(), mode) != 0) {
    fail("mkdir " + path.string());
  }
}

void rename(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) != 0) {
    fail("rename " + from.string());
  }
}

void copy_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 20U;
  const File source{from, O_RDONLY};
  const File copy{to, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR};

  struct stat info {};

  if (::fstat(source.get(), &info) != 0 || ::fchmod(copy.get(), info.st_mode & ALLPERMS) != 0) {
    fail("copying " + from.string());
  }
  const auto length = static_cast<std::uint64_t>(info.st_size);
  for (std::uint64_t at = 0; at < length;) {
    const off_t data = ::lseek(source.get(), static_cast<off_t>(at), SEEK_DATA);
    if (data < 0) {
      break;  // a hole to the end
    }
    const auto end = static_cast<std::uint64_t>(::lseek(source.get(), data, SEEK_HOLE));
    for (at = static_cast<std::uint64_t>(data); at < end;) {
      const std::string piece = read_at(source.get(), at, std::min(kPiece, end - at));
      write_at(copy.get(), at, piece.data(), piece.size());
      at += piece.size();
    }
  }
  set_length(copy.get(), length);
}

}  // namespace betex::sim::real

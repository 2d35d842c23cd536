// The C library's file calls: those for files of the simulated disk end there (disk_inside.h). What
// <cstdio> writes by itself, behind fopen(3), is not seen: it counts as synced. Nothing that is
// simulated writes its files so; a std::ofstream does not.
#include "tests/sim/machine/libc_files.h"

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/sim/machine/disk_inside.h"
#include "tests/sim/machine/interposed.h"
#include "tests/sim/machine/real_files.h"

namespace betex::sim {
namespace {

constexpr std::string_view kBootId = "/proc/sys/kernel/random/boot_id";
constexpr decltype(statfs::f_type) kExt4 = 0xef53;  // statfs(2): a local file system

Disk::Inside* disk() noexcept {
  return Disk::Inside::current();
}

using OpenStream = std::FILE*(const char*, const char*);
using Map = void*(void*, std::size_t, int, int, int, off_t);
template <typename Info>
using TellOfPath = int(const char*, Info*);
template <typename Info>
using TellOfFile = int(int, Info*);

constinit const RealCall<OpenStream> real_fopen{"fopen"};
constinit const RealCall<OpenStream> real_fopen64{"fopen64"};
constinit const RealCall<Map> real_mmap{"mmap"};
constinit const RealCall<Map> real_mmap64{"mmap64"};
constinit const RealCall<TellOfPath<struct statvfs>> real_statvfs{"statvfs"};
constinit const RealCall<TellOfPath<struct statvfs64>> real_statvfs64{"statvfs64"};
constinit const RealCall<TellOfFile<struct statvfs>> real_fstatvfs{"fstatvfs"};
constinit const RealCall<TellOfFile<struct statvfs64>> real_fstatvfs64{"fstatvfs64"};
constinit const RealCall<TellOfPath<struct statfs>> real_statfs{"statfs"};
constinit const RealCall<TellOfPath<struct statfs64>> real_statfs64{"statfs64"};
constinit const RealCall<TellOfFile<struct statfs>> real_fstatfs{"fstatfs"};
constinit const RealCall<TellOfFile<struct statfs64>> real_fstatfs64{"fstatfs64"};

std::uint64_t unsigned_of(off_t value) noexcept {
  return static_cast<std::uint64_t>(value);
}

bool is_negative(off_t value) noexcept {
  if (value < 0) {
    errno = EINVAL;
  }
  return value < 0;
}

std::string_view view(const void* bytes, std::size_t size) noexcept {
  return {static_cast<const char*>(bytes), size};
}

std::string together(const iovec* pieces, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    all.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  }
  return all;
}

int open_at(int at, const char* path, int flags, mode_t mode) {
  return disk() != nullptr ? disk()->open(at, path, flags, mode)
                           : real::openat(at, path, flags, mode);
}

ssize_t write_at(int file, const void* bytes, std::size_t size, off_t offset) {
  if (is_negative(offset)) {
    return -1;
  }
  return disk() != nullptr ? disk()->write_at(file, view(bytes, size), unsigned_of(offset))
                           : real::pwrite(file, bytes, size, unsigned_of(offset));
}

ssize_t write_pieces_at(int file, const iovec* pieces, int count, off_t offset) {
  if (disk() == nullptr || !disk()->has(file) || is_negative(offset)) {
    return real::pwritev(file, pieces, count, unsigned_of(offset));
  }
  return disk()->write_at(file, together(pieces, count), unsigned_of(offset));
}

int resize(int file, off_t length) {
  if (is_negative(length)) {
    return -1;
  }
  return disk() != nullptr ? disk()->resize(file, unsigned_of(length))
                           : real::ftruncate(file, unsigned_of(length));
}

int resize_named(const char* path, off_t length) {
  if (is_negative(length)) {
    return -1;
  }
  return disk() != nullptr ? disk()->truncate(path, unsigned_of(length))
                           : real::truncate(path, unsigned_of(length));
}

int allocate(int file, int mode, off_t offset, off_t size) {
  if (is_negative(offset) || is_negative(size)) {
    return -1;
  }
  return disk() != nullptr ? disk()->allocate(file, mode, unsigned_of(offset), unsigned_of(size))
                           : real::fallocate(file, mode, unsigned_of(offset), unsigned_of(size));
}

// Returns the error, as the POSIX call does.
int allocate_posix(int file, off_t offset, off_t size) {
  const int before = errno;
  const int error = allocate(file, 0, offset, size) == 0 ? 0 : errno;
  errno = before;
  return error;
}

int advise(int file, off_t offset, off_t size, int advice) {
  if (disk() != nullptr) {
    return disk()->drop_cache(file, unsigned_of(offset), unsigned_of(size), advice);
  }
  const int before = errno;
  const int result = real::fadvise(file, unsigned_of(offset), unsigned_of(size), advice);
  const int error = result == 0 ? 0 : errno;
  errno = before;
  return error;
}

int rename_at(int at, const char* from, int to_at, const char* to, unsigned flags) {
  return disk() != nullptr ? disk()->rename(at, from, to_at, to, flags)
                           : real::renameat2(at, from, to_at, to, flags);
}

int link_at(int at, const char* from, int to_at, const char* to, int flags) {
  return disk() != nullptr ? disk()->link(at, from, to_at, to, flags)
                           : real::linkat(at, from, to_at, to, flags);
}

int unlink_at(int at, const char* path, int flags) {
  return disk() != nullptr ? disk()->unlink(at, path, flags) : real::unlinkat(at, path, flags);
}

int mkdir_at(int at, const char* path, mode_t mode) {
  return disk() != nullptr ? disk()->mkdir(at, path, mode) : real::mkdirat(at, path, mode);
}

ssize_t send_file(int to, int from, off_t* offset, std::size_t size) {
  if (disk() != nullptr && disk()->has(to)) {
    errno = EINVAL;  // who calls it writes the bytes by itself then
    return -1;
  }
  return real::sendfile(to, from, offset, size);
}

// As fopen(3) has it.
int flags_of(std::string_view mode) noexcept {
  int flags = mode.starts_with('r')   ? O_RDONLY
              : mode.starts_with('w') ? O_WRONLY | O_CREAT | O_TRUNC
                                      : O_WRONLY | O_CREAT | O_APPEND;
  if (mode.find('+') != std::string_view::npos) {
    flags = (flags & ~O_ACCMODE) | O_RDWR;
  }
  flags |= mode.find('x') != std::string_view::npos ? O_EXCL : 0;
  flags |= mode.find('e') != std::string_view::npos ? O_CLOEXEC : 0;
  return flags;
}

std::FILE* open_stream(OpenStream* real_call, const char* path, const char* mode) {
  constexpr mode_t kFileMode = 0666;
  if (disk() != nullptr && path == kBootId) {
    return real_call(disk()->boot_id_file().c_str(), mode);
  }
  if (disk() == nullptr || !disk()->has(AT_FDCWD, path)) {
    return real_call(path, mode);
  }
  const int file = disk()->open(AT_FDCWD, path, flags_of(mode), kFileMode);
  return file < 0 ? nullptr : ::fdopen(file, mode);
}

// Whose file system tells of the disk is changed: of the simulated one it tells what that says.
template <typename Info>
int with_free(int result, bool has_status, const struct stat& status, Info* info) {
  if (result != 0 || disk() == nullptr || !has_status) {
    return result;
  }
  if (const auto bytes = disk()->free_bytes_for(status)) {
    info->f_bsize = kPageBytes;
    info->f_frsize = kPageBytes;
    info->f_bavail = *bytes / kPageBytes;
    info->f_bfree = info->f_bavail;
    info->f_blocks = info->f_bavail;
    if constexpr (requires {
                    info->f_spare;
                    info->f_type = kExt4;
                  }) {
      info->f_type = kExt4;
    }
  }
  return result;
}

template <typename Info>
int tell_of_path(TellOfPath<Info>* real_call, const char* path, Info* info) {
  struct stat status {};

  const int result = real_call(path, info);
  return with_free(result, result == 0 && ::stat(path, &status) == 0, status, info);
}

template <typename Info>
int tell_of_file(TellOfFile<Info>* real_call, int file, Info* info) {
  struct stat status {};

  const int result = real_call(file, info);
  return with_free(result, result == 0 && ::fstat(file, &status) == 0, status, info);
}

void* map(Map* real_call,
          void* address,
          std::size_t size,
          int protection,
          int flags,
          int file,
          off_t offset) {
  const bool writes = (protection & PROT_WRITE) != 0 && (flags & MAP_TYPE) != MAP_PRIVATE;
  if (disk() != nullptr && file >= 0 && writes) {
    disk()->map_shared(file);
  }
  return real_call(address, size, protection, flags, file, offset);
}

mode_t mode_of(int flags, std::va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

ssize_t disk_write(int file, const void* bytes, std::size_t size) {
  return disk() != nullptr ? disk()->write(file, view(bytes, size))
                           : real::write(file, bytes, size);
}

ssize_t disk_writev(int file, const iovec* pieces, int count) {
  return disk() != nullptr && disk()->has(file) ? disk()->write(file, together(pieces, count))
                                                : real::writev(file, pieces, count);
}

int disk_close(int file) {
  return disk() != nullptr ? disk()->close(file) : real::close(file);
}

}  // namespace betex::sim

using betex::sim::disk;

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier): the C library's own
int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = betex::sim::mode_of(flags, arguments);
  va_end(arguments);
  return betex::sim::open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = betex::sim::mode_of(flags, arguments);
  va_end(arguments);
  return betex::sim::open_at(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = betex::sim::mode_of(flags, arguments);
  va_end(arguments);
  return betex::sim::open_at(at, path, flags, mode);
}

int openat64(int at, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = betex::sim::mode_of(flags, arguments);
  va_end(arguments);
  return betex::sim::open_at(at, path, flags, mode);
}

// What <fcntl.h> makes of open() where _FORTIFY_SOURCE is set.
int __open_2(const char* path, int flags) {
  return betex::sim::open_at(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char* path, int flags) {
  return betex::sim::open_at(AT_FDCWD, path, flags, 0);
}

int __openat_2(int at, const char* path, int flags) {
  return betex::sim::open_at(at, path, flags, 0);
}

int __openat64_2(int at, const char* path, int flags) {
  return betex::sim::open_at(at, path, flags, 0);
}

// NOLINTEND(bugprone-reserved-identifier)

int creat(const char* path, mode_t mode) {
  return betex::sim::open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int creat64(const char* path, mode_t mode) {
  return betex::sim::open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

std::FILE* fopen(const char* path, const char* mode) {
  return betex::sim::open_stream(betex::sim::real_fopen, path, mode);
}

std::FILE* fopen64(const char* path, const char* mode) {
  return betex::sim::open_stream(betex::sim::real_fopen64, path, mode);
}

ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t offset) {
  return betex::sim::write_at(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t offset) {
  return betex::sim::write_at(file, bytes, size, offset);
}

ssize_t pwritev(int file, const iovec* pieces, int count, off_t offset) {
  return betex::sim::write_pieces_at(file, pieces, count, offset);
}

ssize_t pwritev64(int file, const iovec* pieces, int count, off64_t offset) {
  return betex::sim::write_pieces_at(file, pieces, count, offset);
}

ssize_t sendfile(int to, int from, off_t* offset, std::size_t size) noexcept {
  return betex::sim::send_file(to, from, offset, size);
}

ssize_t sendfile64(int to, int from, off64_t* offset, std::size_t size) noexcept {
  return betex::sim::send_file(to, from, offset, size);
}

int fsync(int file) {
  return disk() != nullptr ? disk()->sync(file, &betex::sim::real::fsync)
                           : betex::sim::real::fsync(file);
}

int fdatasync(int file) {
  return disk() != nullptr ? disk()->sync(file, &betex::sim::real::fdatasync)
                           : betex::sim::real::fdatasync(file);
}

int ftruncate(int file, off_t length) noexcept {
  return betex::sim::resize(file, length);
}

int ftruncate64(int file, off64_t length) noexcept {
  return betex::sim::resize(file, length);
}

int truncate(const char* path, off_t length) noexcept {
  return betex::sim::resize_named(path, length);
}

int truncate64(const char* path, off64_t length) noexcept {
  return betex::sim::resize_named(path, length);
}

int fallocate(int file, int mode, off_t offset, off_t size) {
  return betex::sim::allocate(file, mode, offset, size);
}

int fallocate64(int file, int mode, off64_t offset, off64_t size) {
  return betex::sim::allocate(file, mode, offset, size);
}

int posix_fallocate(int file, off_t offset, off_t size) {
  return betex::sim::allocate_posix(file, offset, size);
}

int posix_fallocate64(int file, off64_t offset, off64_t size) {
  return betex::sim::allocate_posix(file, offset, size);
}

int posix_fadvise(int file, off_t offset, off_t size, int advice) noexcept {
  return betex::sim::advise(file, offset, size, advice);
}

int posix_fadvise64(int file, off64_t offset, off64_t size, int advice) noexcept {
  return betex::sim::advise(file, offset, size, advice);
}

int rename(const char* from, const char* to) noexcept {
  return betex::sim::rename_at(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int at, const char* from, int to_at, const char* to) noexcept {
  return betex::sim::rename_at(at, from, to_at, to, 0);
}

int renameat2(int at, const char* from, int to_at, const char* to, unsigned flags) noexcept {
  return betex::sim::rename_at(at, from, to_at, to, flags);
}

int link(const char* from, const char* to) noexcept {
  return betex::sim::link_at(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int at, const char* from, int to_at, const char* to, int flags) noexcept {
  return betex::sim::link_at(at, from, to_at, to, flags);
}

int unlink(const char* path) noexcept {
  return betex::sim::unlink_at(AT_FDCWD, path, 0);
}

int unlinkat(int at, const char* path, int flags) noexcept {
  return betex::sim::unlink_at(at, path, flags);
}

int rmdir(const char* path) noexcept {
  return betex::sim::unlink_at(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char* path) noexcept {
  if (disk() != nullptr) {
    return disk()->remove(path);
  }
  const int result = betex::sim::real::unlinkat(AT_FDCWD, path, 0);
  return result != 0 && errno == EISDIR ? betex::sim::real::unlinkat(AT_FDCWD, path, AT_REMOVEDIR)
                                        : result;
}

int mkdir(const char* path, mode_t mode) noexcept {
  return betex::sim::mkdir_at(AT_FDCWD, path, mode);
}

int mkdirat(int at, const char* path, mode_t mode) noexcept {
  return betex::sim::mkdir_at(at, path, mode);
}

int statvfs(const char* path, struct statvfs* info) noexcept {
  return betex::sim::tell_of_path<struct statvfs>(betex::sim::real_statvfs, path, info);
}

int statvfs64(const char* path, struct statvfs64* info) noexcept {
  return betex::sim::tell_of_path<struct statvfs64>(betex::sim::real_statvfs64, path, info);
}

int fstatvfs(int file, struct statvfs* info) noexcept {
  return betex::sim::tell_of_file<struct statvfs>(betex::sim::real_fstatvfs, file, info);
}

int fstatvfs64(int file, struct statvfs64* info) noexcept {
  return betex::sim::tell_of_file<struct statvfs64>(betex::sim::real_fstatvfs64, file, info);
}

int statfs(const char* path, struct statfs* info) noexcept {
  return betex::sim::tell_of_path<struct statfs>(betex::sim::real_statfs, path, info);
}

int statfs64(const char* path, struct statfs64* info) noexcept {
  return betex::sim::tell_of_path<struct statfs64>(betex::sim::real_statfs64, path, info);
}

int fstatfs(int file, struct statfs* info) noexcept {
  return betex::sim::tell_of_file<struct statfs>(betex::sim::real_fstatfs, file, info);
}

int fstatfs64(int file, struct statfs64* info) noexcept {
  return betex::sim::tell_of_file<struct statfs64>(betex::sim::real_fstatfs64, file, info);
}

void* mmap(
    void* address, std::size_t size, int protection, int flags, int file, off_t offset) noexcept {
  return betex::sim::map(betex::sim::real_mmap, address, size, protection, flags, file, offset);
}

void* mmap64(
    void* address, std::size_t size, int protection, int flags, int file, off64_t offset) noexcept {
  return betex::sim::map(betex::sim::real_mmap64, address, size, protection, flags, file, offset);
}
}

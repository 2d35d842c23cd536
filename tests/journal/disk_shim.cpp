// Preloaded into a program (LD_PRELOAD): records what it does to the files of one folder, so that a
// test can work out what a disk may hold after a power cut, and makes chosen calls fail.
//
//   BETEX_DISK_ROOT   the folder; without it nothing is done
//   BETEX_DISK_LOG    the recording is appended to this file (disk_log.h)
//   BETEX_DISK_FAIL   CALL:N:ERROR with CALL write or sync and ERROR EIO, ENOSPC or SHORT: the Nth
//                     such call, and every one after it, fails; SHORT writes half of it
//   BETEX_DISK_FAIL_WHEN   a file: only while it exists calls fail, or are counted
//   BETEX_DISK_REFUSE      EROFS or EACCES: nothing can be opened for writing, or be created
//   BETEX_DISK_TYPE        what statfs says of the file system
//   BETEX_DISK_FREE        a file that holds the number of free bytes
//   BETEX_DISK_PAUSE       N:FILE: before it lists the folder segments/ for the Nth time, it makes
//                          FILE.waiting and waits for FILE
//   BETEX_DISK_HOLD        THREAD:FILE: before a thread of this name lists the folder snapshots/
//                          it makes FILE.waiting and waits for FILE
//
// What is written to standard output is recorded as an acknowledgement.
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/journal/disk_log.h"

namespace betex::test {
namespace {

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

struct Settings {
  Settings() {
    if (const char* value = std::getenv("BETEX_DISK_ROOT")) {
      root = value;
    }
    if (const char* value = std::getenv("BETEX_DISK_LOG")) {
      log = real<int(const char*, int, ...)>("open")(
          value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    if (const char* value = std::getenv("BETEX_DISK_FAIL")) {
      const std::string text = value;
      const std::size_t first = text.find(':');
      const std::size_t second = text.find(':', first + 1);
      fail_call = text.substr(0, first);
      fail_from = std::stoul(text.substr(first + 1, second - first - 1));
      const std::string error = text.substr(second + 1);
      fail_short = error == "SHORT";
      fail_errno = error == "ENOSPC" ? ENOSPC : EIO;
    }
    if (const char* value = std::getenv("BETEX_DISK_FAIL_WHEN")) {
      fail_when = value;
    }
    if (const char* value = std::getenv("BETEX_DISK_REFUSE")) {
      refuse_errno = std::string{value} == "EROFS" ? EROFS : EACCES;
    }
    if (const char* value = std::getenv("BETEX_DISK_TYPE")) {
      type = std::stol(value, nullptr, 0);
    }
    if (const char* value = std::getenv("BETEX_DISK_FREE")) {
      free_file = value;
    }
    if (const char* value = std::getenv("BETEX_DISK_PAUSE")) {
      const std::string text = value;
      const std::size_t colon = text.find(':');
      pause_at = std::stoul(text.substr(0, colon));
      pause_file = text.substr(colon + 1);
    }
    if (const char* value = std::getenv("BETEX_DISK_HOLD")) {
      const std::string text = value;
      const std::size_t colon = text.find(':');
      held_thread = text.substr(0, colon);
      hold_file = text.substr(colon + 1);
    }
  }

  std::string root;
  int log = -1;
  std::string fail_call;
  std::size_t fail_from = 0;
  int fail_errno = EIO;
  bool fail_short = false;
  std::string fail_when;
  int refuse_errno = 0;
  long type = 0;
  std::string free_file;
  std::size_t pause_at = 0;
  std::string pause_file;
  std::string held_thread;
  std::string hold_file;
  std::atomic<std::size_t> listings{0};
  std::atomic<std::size_t> calls{0};
};

// Never destroyed: other libraries write files when the process ends, as what counts coverage does.
Settings& settings() {
  static auto* const instance = new Settings;
  return *instance;
}

bool is_in_root(const std::string& path) {
  return !settings().root.empty() &&
         (path == settings().root || path.starts_with(settings().root + "/"));
}

// Is it recorded, and may it fail?
bool is_ours(const std::string& path) {
  return is_in_root(path) && path != settings().root && !path.ends_with("/lock.mdb") &&
         !path.ends_with("/.writer.lock");
}

std::string path_of(int fd) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof(path));
  return size > 0 ? std::string{path, static_cast<std::size_t>(size)} : std::string{};
}

void record(DiskOp op,
            const std::string& path,
            const std::string& second,
            std::uint64_t offset,
            const void* data,
            std::size_t size) {
  if (settings().log < 0) {
    return;
  }
  const DiskRecord header{.op = op,
                          .path_size = static_cast<std::uint32_t>(path.size()),
                          .second_size = static_cast<std::uint32_t>(second.size()),
                          .offset = offset,
                          .data_size = data == nullptr ? 0 : size};
  std::string bytes{reinterpret_cast<const char*>(&header), sizeof(header)};
  bytes += path + second;
  if (data != nullptr) {
    bytes.append(static_cast<const char*>(data), size);
  }
  // One write a record, so that a kill cannot tear it from its header.
  if (real<ssize_t(int, const void*, size_t)>("write")(
          settings().log, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
}

// Is this the call that is to fail?
bool fails(const char* call) {
  Settings& set = settings();
  return set.fail_call == call &&
         (set.fail_when.empty() || ::access(set.fail_when.c_str(), F_OK) == 0) &&
         ++set.calls >= set.fail_from;
}

ssize_t write_at(int fd, const void* data, std::size_t size, off_t offset) {
  const std::string path = path_of(fd);
  if (!is_ours(path)) {
    return real<ssize_t(int, const void*, size_t, off_t)>("pwrite")(fd, data, size, offset);
  }
  if (fails("write")) {
    if (!settings().fail_short) {
      errno = settings().fail_errno;
      return -1;
    }
    size /= 2;
  }
  const bool synced = (::fcntl(fd, F_GETFL) & O_DSYNC) != 0;
  record(synced ? DiskOp::WriteSynced : DiskOp::Write,
         path,
         {},
         static_cast<std::uint64_t>(offset),
         data,
         size);
  return real<ssize_t(int, const void*, size_t, off_t)>("pwrite")(fd, data, size, offset);
}

int sync_file(int fd, const char* name) {
  const std::string path = path_of(fd);
  const bool root = path == settings().root && !path.empty();
  if (!is_ours(path) && !root) {
    return real<int(int)>(name)(fd);
  }
  if (fails("sync")) {
    errno = settings().fail_errno;
    return -1;
  }
  const int result = real<int(int)>(name)(fd);

  struct stat info {};

  ::fstat(fd, &info);
  record(S_ISDIR(info.st_mode) ? DiskOp::SyncFolder : DiskOp::SyncFile, path, {}, 0, nullptr, 0);
  return result;
}

void wait_for(const std::string& file) {
  ::close(::creat((file + ".waiting").c_str(), 0600));
  while (::access(file.c_str(), F_OK) != 0) {
    ::usleep(1000);
  }
}

bool is_held_thread() {
  constexpr std::size_t kLongestName = 16;
  char name[kLongestName] = {};
  return ::pthread_getname_np(::pthread_self(), name, sizeof name) == 0 &&
         settings().held_thread == name;
}

void pause_before_listing(const std::string& folder) {
  Settings& set = settings();
  if (set.pause_at != 0 && folder == set.root + "/segments" && ++set.listings == set.pause_at) {
    wait_for(set.pause_file);
  }
  if (!set.held_thread.empty() && folder == set.root + "/snapshots" && is_held_thread()) {
    wait_for(set.hold_file);
  }
}

}  // namespace
}  // namespace betex::test

using betex::test::DiskOp;
using betex::test::is_ours;
using betex::test::path_of;
using betex::test::real;
using betex::test::record;

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const int refuse = betex::test::settings().refuse_errno;
  if (refuse != 0 && (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0 &&
      betex::test::is_in_root(path)) {
    errno = refuse;
    return -1;
  }
  const bool existed = ::access(path, F_OK) == 0;
  const int fd = real<int(const char*, int, ...)>("open")(path, flags, mode);
  if (fd >= 0 && is_ours(path)) {
    if (!existed) {
      record(DiskOp::Create, path, {}, 0, nullptr, 0);
    } else if ((flags & O_TRUNC) != 0) {
      record(DiskOp::Truncate, path, {}, 0, nullptr, 0);
    }
  }
  return fd;
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  return betex::test::write_at(fd, data, size, offset);
}

ssize_t write(int fd, const void* data, size_t size) {
  if (fd == STDOUT_FILENO) {
    record(DiskOp::Acknowledge, {}, {}, 0, data, size);
  }
  if (fd <= STDERR_FILENO || !is_ours(path_of(fd))) {
    return real<ssize_t(int, const void*, size_t)>("write")(fd, data, size);
  }
  const off_t offset = ::lseek(fd, 0, SEEK_CUR);
  const ssize_t written = betex::test::write_at(fd, data, size, offset);
  if (written > 0) {
    ::lseek(fd, offset + written, SEEK_SET);
  }
  return written;
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (!is_ours(path_of(fd))) {
    return real<ssize_t(int, const struct iovec*, int)>("writev")(fd, parts, count);
  }
  ssize_t total = 0;
  for (int i = 0; i < count; ++i) {
    const ssize_t written = write(fd, parts[i].iov_base, parts[i].iov_len);
    if (written < 0) {
      return total > 0 ? total : -1;
    }
    total += written;
    if (static_cast<std::size_t>(written) < parts[i].iov_len) {
      break;
    }
  }
  return total;
}

int fsync(int fd) {
  return betex::test::sync_file(fd, "fsync");
}

int fdatasync(int fd) {
  return betex::test::sync_file(fd, "fdatasync");
}

int posix_fadvise(int fd, off_t offset, off_t size, int advice) noexcept {
  const std::string path = path_of(fd);
  if (is_ours(path) && advice == POSIX_FADV_DONTNEED && offset == 0 && size == 0) {
    record(DiskOp::DropCache, path, {}, 0, nullptr, 0);
  }
  return real<int(int, off_t, off_t, int)>("posix_fadvise")(fd, offset, size, advice);
}

void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  if (fd >= 0) {
    const std::string path = path_of(fd);
    if (is_ours(path)) {
      record(DiskOp::Map, path, {}, 0, nullptr, 0);
    }
  }
  return real<void*(void*, size_t, int, int, int, off_t)>("mmap")(
      address, size, protection, flags, fd, offset);
}

// What std::filesystem::directory_iterator calls.
DIR* fdopendir(int fd) {
  betex::test::pause_before_listing(path_of(fd));
  return real<DIR*(int)>("fdopendir")(fd);
}

DIR* opendir(const char* path) {
  betex::test::pause_before_listing(path);
  return real<DIR*(const char*)>("opendir")(path);
}

int statfs(const char* path, struct statfs* info) noexcept {
  const int result = real<int(const char*, struct statfs*)>("statfs")(path, info);
  if (result == 0 && betex::test::settings().type != 0 && betex::test::is_in_root(path)) {
    info->f_type = betex::test::settings().type;
  }
  return result;
}

int statvfs(const char* path, struct statvfs* info) noexcept {
  const int result = real<int(const char*, struct statvfs*)>("statvfs")(path, info);
  const std::string& free_file = betex::test::settings().free_file;
  if (result == 0 && !free_file.empty() && betex::test::is_in_root(path)) {
    unsigned long long bytes = 0;
    if (std::FILE* const file = std::fopen(free_file.c_str(), "r")) {
      if (std::fscanf(file, "%llu", &bytes) != 1) {
        std::abort();
      }
      std::fclose(file);
    }
    info->f_bavail = bytes / info->f_frsize;
  }
  return result;
}

int ftruncate(int fd, off_t size) noexcept {
  const std::string path = path_of(fd);
  if (is_ours(path)) {
    record(DiskOp::Truncate, path, {}, static_cast<std::uint64_t>(size), nullptr, 0);
  }
  return real<int(int, off_t)>("ftruncate")(fd, size);
}

int truncate(const char* path, off_t size) noexcept {
  if (is_ours(path)) {
    record(DiskOp::Truncate, path, {}, static_cast<std::uint64_t>(size), nullptr, 0);
  }
  return real<int(const char*, off_t)>("truncate")(path, size);
}

// What std::filesystem::remove_all calls.
int unlinkat(int folder, const char* name, int flags) noexcept {
  const std::string path =
      folder == AT_FDCWD || *name == '/' ? std::string{name} : path_of(folder) + "/" + name;
  const int result = real<int(int, const char*, int)>("unlinkat")(folder, name, flags);
  if (result == 0 && is_ours(path)) {
    record(DiskOp::Remove, path, {}, 0, nullptr, 0);
  }
  return result;
}

int unlink(const char* path) noexcept {
  return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char* path) noexcept {
  return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char* path) noexcept {
  const int result = unlink(path);
  return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

int mkdir(const char* path, mode_t mode) noexcept {
  const int result = real<int(const char*, mode_t)>("mkdir")(path, mode);
  if (result == 0 && is_ours(path)) {
    record(DiskOp::MakeFolder, path, {}, 0, nullptr, 0);
  }
  return result;
}

int rename(const char* from, const char* to) noexcept {
  const int result = real<int(const char*, const char*)>("rename")(from, to);
  if (result == 0 && is_ours(from)) {
    record(DiskOp::Rename, from, to, 0, nullptr, 0);
  }
  return result;
}
}

#include "journal/writer_lock.h"

#include <cerrno>
#include <ctime>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/errors.h"
#include "journal/format.h"

namespace betex::journal {
namespace {

std::string holder_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char start[32];
  std::strftime(start, sizeof(start), "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&now, &utc));
  return "pid " + std::to_string(::getpid()) + ", since " + start + "\n";
}

// The name must still lead to the file that is locked: somebody may have removed it meanwhile.
bool is_same_file(int fd, const std::filesystem::path& path) {
  struct stat locked {};

  struct stat named {};

  return ::fstat(fd, &locked) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& wal_root)
    : file_{wal_root / kLockFile, O_RDWR | O_CREAT} {
  const std::filesystem::path path = wal_root / kLockFile;
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      throw_io_error(errno, "flock", path);
    }
    std::string holder = read_file(path);
    while (!holder.empty() && holder.back() == '\n') {
      holder.pop_back();
    }
    throw JournalError{{.fault = Fault::LockHeld,
                        .what = "another writer holds the lock (" + holder + ")",
                        .segment = path.string()}};
  }
  if (!is_same_file(file_.get(), path)) {
    throw JournalError{{.fault = Fault::LockHeld,
                        .what = "the lock file was replaced while it was being locked",
                        .segment = path.string()}};
  }
  const std::string text = holder_text();
  if (::ftruncate(file_.get(), 0) != 0 ||
      ::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw_io_error(errno, "write", path);
  }
}

bool WriterLock::is_held(const std::filesystem::path& wal_root) {
  const std::filesystem::path path = wal_root / kLockFile;
  if (!std::filesystem::exists(path)) {
    return false;
  }
  const FileDescriptor file{path, O_RDONLY};
  return ::flock(file.get(), LOCK_SH | LOCK_NB) != 0;
}

}  // namespace betex::journal

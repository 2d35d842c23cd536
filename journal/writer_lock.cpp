#include "journal/writer_lock.h"

#include <cerrno>
#include <ctime>
#include <string>
#include <string_view>

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

[[noreturn]] void throw_held(const std::string& what, const std::filesystem::path& path) {
  throw JournalError{{.fault = Fault::LockHeld, .what = what, .segment = path.string()}};
}

// Who has said so of himself in the file.
std::string holder_in(const std::filesystem::path& path) {
  std::string holder = read_file(path);
  while (!holder.empty() && holder.back() == '\n') {
    holder.pop_back();
  }
  return holder;
}

void lock(const FileDescriptor& file, int kind, const std::filesystem::path& path) {
  if (::flock(file.get(), kind | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      throw_io_error(errno, "flock", path);
    }
    const std::string holder = holder_in(path);
    throw_held(holder.empty() ? "a node of a cluster holds the lock of its own beside it"
                              : "another writer holds the lock (" + holder + ")",
               path);
  }
  if (!is_same_file(file.get(), path)) {
    throw_held("the lock file was replaced while it was being locked", path);
  }
}

void write_holder(const FileDescriptor& file, const std::filesystem::path& path) {
  const std::string text = holder_text();
  if (::ftruncate(file.get(), 0) != 0 ||
      ::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw_io_error(errno, "write", path);
  }
}

// The lock file of a node, which is of this WAL.
std::filesystem::path path_of_node(const std::filesystem::path& wal_root, std::string_view node) {
  if (node.find_first_of(std::string_view{"/\0", 2}) != std::string_view::npos) {
    throw JournalError{{.fault = Fault::BadConfiguration,
                        .what = "a node's name is part of its lock file's, so it has no slash",
                        .segment = wal_root.string()}};
  }
  return wal_root / (std::string{kLockFile} + "." + std::string{node});
}

bool is_locked(const std::filesystem::path& path) {
  const FileDescriptor file{path, O_RDONLY};
  return ::flock(file.get(), LOCK_SH | LOCK_NB) != 0;
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& wal_root, std::string_view node)
    : file_{wal_root / kLockFile, O_RDWR | O_CREAT} {
  const std::filesystem::path path = wal_root / kLockFile;
  if (node.empty()) {
    lock(file_, LOCK_EX, path);
    write_holder(file_, path);
    return;
  }
  const std::filesystem::path of_node = path_of_node(wal_root, node);
  lock(file_, LOCK_SH, path);
  of_node_.emplace(of_node, O_RDWR | O_CREAT);
  lock(*of_node_, LOCK_EX, of_node);
  write_holder(*of_node_, of_node);
}

bool WriterLock::is_held(const std::filesystem::path& wal_root) {
  const std::filesystem::path path = wal_root / kLockFile;
  if (!std::filesystem::exists(path)) {
    return false;
  }
  if (is_locked(path)) {
    return true;
  }
  const std::string of_nodes = std::string{kLockFile} + ".";
  for (const auto& entry : std::filesystem::directory_iterator{wal_root}) {
    if (entry.path().filename().string().starts_with(of_nodes) && is_locked(entry.path())) {
      return true;
    }
  }
  return false;
}

}  // namespace betex::journal

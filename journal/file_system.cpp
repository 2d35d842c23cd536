#include "journal/file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "journal/safe_path.h"

namespace betex::journal {
namespace {

// A new file, -1 where there is something at the path already.
int create_file(const std::filesystem::path& path, int flags, unsigned mode) {
  const int fd = ::open(path.c_str(), flags | O_EXCL, mode);
  if (fd < 0 && errno != EEXIST) {
    throw_io_error(errno, "open", path);
  }
  return fd;
}

int open_existing(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags & ~O_CREAT, 0);
  if (fd < 0) {
    const int error = errno;
    if (error == ELOOP || error == ENXIO) {  // a link, a pipe that nobody reads
      check_file(path);
    }
    throw_io_error(error, "open", path);
  }
  return fd;
}

}  // namespace

Fault fault_of_system_error(int error) noexcept {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return Fault::DiskFull;
    case EACCES:
    case EPERM:
    case EROFS:
      return Fault::PermissionDenied;
    case ENOMEM:
      return Fault::OutOfMemory;
    case EMFILE:
    case ENFILE:
      return Fault::TooManyOpenFiles;
    default:
      return Fault::Io;
  }
}

void throw_io_error(int error, const std::string& call, const std::filesystem::path& path) {
  throw JournalError{{.fault = fault_of_system_error(error),
                      .what = call + " failed: " + std::generic_category().message(error),
                      .segment = path.string()}};
}

FileDescriptor::FileDescriptor(const std::filesystem::path& path, int flags, unsigned mode)
    : fd_{-1} {
  if ((flags & O_DIRECTORY) != 0) {
    fd_ = open_existing(path, flags | O_CLOEXEC);
    return;
  }
  const int safe_flags = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  if ((flags & O_CREAT) != 0) {
    fd_ = create_file(path, safe_flags, mode);
  }
  const bool made = fd_ >= 0;
  if (!made) {
    fd_ = open_existing(path, safe_flags);
  }
  try {
    check_open_file(fd_, path);
    if (made) {
      give_to_owner_of_folder(path);
    }
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)} {}

std::size_t read_at(const FileDescriptor& file,
                    std::byte* to,
                    std::size_t size,
                    std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(file.get(), to + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      throw_io_error(errno, "pread", "/proc/self/fd/" + std::to_string(file.get()));
    }
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void write_at(const FileDescriptor& file,
              std::span<const std::byte> bytes,
              std::uint64_t offset,
              const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      throw_io_error(written == 0 ? ENOSPC : errno, "pwrite", path);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

void sync_file(const FileDescriptor& file, const std::filesystem::path& path) {
  if (::fsync(file.get()) != 0) {
    throw_io_error(errno, "fsync", path);
  }
}

void sync_folder(const std::filesystem::path& folder) {
  sync_file(FileDescriptor{folder, O_RDONLY | O_DIRECTORY}, folder);
}

void create_folder(const std::filesystem::path& folder, unsigned mode) {
  check_folder(folder);
  if (std::filesystem::is_directory(folder)) {
    return;
  }
  const std::filesystem::path parent = std::filesystem::absolute(folder).parent_path();
  if (!std::filesystem::is_directory(parent)) {
    create_folder(parent, kFolderMode);
  }
  if (::mkdir(folder.c_str(), mode) == 0) {
    give_to_owner_of_folder(folder);
  } else if (errno != EEXIST) {
    throw_io_error(errno, "mkdir", folder);
  }
  sync_folder(parent);
}

void rename_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw_io_error(errno, "rename to " + to.string(), from);
  }
  sync_folder(to.parent_path());
  if (from.parent_path() != to.parent_path()) {
    sync_folder(from.parent_path());
  }
}

void exchange_folders(const std::filesystem::path& one, const std::filesystem::path& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno == EINVAL || errno == ENOSYS) {
      throw JournalError{{.fault = Fault::BadConfiguration,
                          .what = "the file system cannot exchange two folders in one step "
                                  "(renameat2, RENAME_EXCHANGE), as a log on a shared disk needs",
                          .segment = one.string()}};
    }
    throw_io_error(errno, "exchange with " + other.string(), one);
  }
  sync_folder(one.parent_path());
  sync_folder(other.parent_path());
}

void copy_file(const std::filesystem::path& from,
               const std::filesystem::path& to,
               std::uint64_t size) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  const FileDescriptor source{from, O_RDONLY};
  const FileDescriptor copy{to, O_WRONLY | O_CREAT | O_EXCL};
  std::vector<std::byte> piece(kPiece);
  for (std::uint64_t at = 0; at < size;) {
    const std::size_t got =
        read_at(source, piece.data(), std::min<std::uint64_t>(kPiece, size - at), at);
    if (got == 0) {
      break;
    }
    write_at(copy, std::span{piece}.first(got), at, to);
    at += got;
  }
  sync_file(copy, to);
}

void replace_file(const std::filesystem::path& file, std::string_view content, unsigned mode) {
  const std::filesystem::path temporary = file.string() + ".new";
  // What a killed process, or somebody, has left there: neither its mode nor its target counts.
  std::filesystem::remove(temporary);
  {
    const FileDescriptor open{temporary, O_WRONLY | O_CREAT | O_EXCL, mode};
    write_at(open, std::as_bytes(std::span{content}), 0, temporary);
    sync_file(open, temporary);
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) {
    throw_io_error(errno, "rename to " + file.string(), temporary);
  }
  sync_folder(file.parent_path());
}

std::string read_file(const std::filesystem::path& file) {
  const FileDescriptor open{file, O_RDONLY};
  std::string content;
  std::byte chunk[4096];
  for (;;) {
    const std::size_t got = read_at(open, chunk, sizeof(chunk), content.size());
    content.append(reinterpret_cast<const char*>(chunk), got);
    if (got < sizeof(chunk)) {
      return content;
    }
  }
}

void drop_cached_pages(const std::filesystem::path& file) {
  const FileDescriptor open{file, O_RDONLY};
  if (::fdatasync(open.get()) != 0) {
    throw_io_error(errno, "fdatasync", file);
  }
  const int error = ::posix_fadvise(open.get(), 0, 0, POSIX_FADV_DONTNEED);
  if (error != 0) {
    throw_io_error(error, "posix_fadvise", file);
  }
}

std::optional<std::string_view> remote_file_system(std::uint64_t type) noexcept {
  struct Remote {
    std::uint64_t type;
    std::string_view name;
  };

  // statfs(2)
  static constexpr Remote kRemote[] = {
      {0x6969, "NFS"},
      {0x517b, "SMB"},
      {0xff534d42, "CIFS"},
      {0xfe534d42, "SMB2"},
      {0x00c36400, "CephFS"},
      {0x65735546, "FUSE"},
      {0x01021997, "9P"},
      {0x5346414f, "AFS"},
      {0x6b414653, "kAFS"},
      {0x73757245, "Coda"},
      {0x7461636f, "OCFS2"},
      {0x01161970, "GFS2"},
      {0x0bd00bd0, "Lustre"},
      {0x47504653, "GPFS"},
      {0x19830326, "BeeGFS"},
  };
  for (const Remote& remote : kRemote) {
    if (remote.type == type) {
      return remote.name;
    }
  }
  return std::nullopt;
}

std::uint64_t file_system_type(const std::filesystem::path& path) {
  struct statfs info {};

  if (::statfs(path.c_str(), &info) != 0) {
    throw_io_error(errno, "statfs", path);
  }
  // The field is signed on some systems, and the high magic numbers are then negative.
  return static_cast<std::uint32_t>(info.f_type);
}

std::uint64_t free_disk_bytes(const std::filesystem::path& path) {
  struct statvfs info {};

  if (::statvfs(path.c_str(), &info) != 0) {
    throw_io_error(errno, "statvfs", path);
  }
  return std::uint64_t{info.f_bavail} * info.f_frsize;
}

}  // namespace betex::journal

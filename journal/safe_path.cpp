#include "journal/safe_path.h"

#include <cerrno>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "journal/errors.h"
#include "journal/file_system.h"

namespace betex::journal {
namespace {

constexpr uid_t kRoot = 0;
constexpr int kMostLinks = 40;  // behind each other, as for the kernel

[[noreturn]] void refuse(const std::filesystem::path& path, mode_t mode) {
  const char* const what = S_ISLNK(mode)    ? "a link"
                           : S_ISFIFO(mode) ? "a pipe"
                           : S_ISDIR(mode)  ? "a folder"
                                            : "no regular file";
  throw JournalError{{.fault = Fault::NotARegularFile,
                      .what = std::string{"it is "} + what + " where only a file may be",
                      .segment = path.string()}};
}

// Without a slash at the end, which would have a link followed.
std::filesystem::path without_slash(const std::filesystem::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

void check_folder(const std::filesystem::path& folder) {
  std::filesystem::path path = without_slash(folder);
  for (int links = 0; links < kMostLinks; ++links) {
    struct stat info {};

    if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) {
      return;
    }
    if (info.st_uid != ::geteuid() && info.st_uid != kRoot) {
      throw JournalError{{.fault = Fault::ForeignLink,
                          .what = "the folder is a link that belongs to user " +
                                  std::to_string(info.st_uid) +
                                  ", who is neither root nor the one that runs this program",
                          .segment = path.string()}};
    }
    path = without_slash(path.parent_path() / std::filesystem::read_symlink(path));
  }
}

std::filesystem::path resolve_folder(const std::filesystem::path& folder) {
  check_folder(folder);
  std::error_code error;
  const std::filesystem::path resolved =
      std::filesystem::weakly_canonical(std::filesystem::absolute(without_slash(folder)), error);
  if (error) {
    throw_io_error(error.value(), "resolving the path", folder);
  }
  return resolved;
}

void check_file(const std::filesystem::path& file) {
  struct stat info {};

  if (::lstat(file.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    refuse(file, info.st_mode);
  }
}

void check_open_file(int fd, const std::filesystem::path& path) {
  struct stat info {};

  if (::fstat(fd, &info) != 0) {
    throw_io_error(errno, "fstat", path);
  }
  if (!S_ISREG(info.st_mode)) {
    refuse(path, info.st_mode);
  }
}

void give_to_owner_of_folder(const std::filesystem::path& made) {
  if (::geteuid() != kRoot) {
    return;
  }
  const std::filesystem::path folder = std::filesystem::absolute(made).parent_path();

  struct stat owner {};

  if (::stat(folder.c_str(), &owner) != 0) {
    throw_io_error(errno, "stat", folder);
  }
  if (owner.st_uid != kRoot && ::lchown(made.c_str(), owner.st_uid, owner.st_gid) != 0) {
    throw_io_error(errno, "lchown", made);
  }
}

}  // namespace betex::journal

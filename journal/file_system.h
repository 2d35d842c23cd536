// The few file operations whose durability the journal depends on: after a return, a power cut
// cannot undo them. Failures are JournalErrors that name the path. What may stand at a path, and to
// whom it then belongs, is safe_path.h's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "journal/errors.h"

namespace betex::journal {

// Modes of what is made. The log may be read by a group, for backups; what only the gateway itself
// has a use for, the session cache, by nobody else.
inline constexpr unsigned kFileMode = 0640;
inline constexpr unsigned kFolderMode = 0750;
inline constexpr unsigned kPrivateFileMode = 0600;
inline constexpr unsigned kPrivateFolderMode = 0700;

// The fault with the remedy for an error of the system: Io where none has its own.
[[nodiscard]] Fault fault_of_system_error(int error) noexcept;

// Throws that fault, with the system's text for `error`.
[[noreturn]] void throw_io_error(int error,
                                 const std::string& call,
                                 const std::filesystem::path& path);

// An open file, closed with the object; never inherited by a program that is started.
class FileDescriptor {
 public:
  // A regular file, or with O_DIRECTORY a folder: throws NotARegularFile for a link or anything
  // else in the file's place, and waits for no pipe.
  // `flags` as for open(2), `mode` for a file that is made; O_CLOEXEC is added.
  FileDescriptor(const std::filesystem::path& path, int flags, unsigned mode = kFileMode);
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// Reads up to `size` bytes at `offset`; returns how many there were.
std::size_t read_at(const FileDescriptor& file,
                    std::byte* to,
                    std::size_t size,
                    std::uint64_t offset);

// Writes all of it at `offset`; `path` is for the error's text. So is that of sync_file().
void write_at(const FileDescriptor& file,
              std::span<const std::byte> bytes,
              std::uint64_t offset,
              const std::filesystem::path& path);

void sync_file(const FileDescriptor& file, const std::filesystem::path& path);
void sync_folder(const std::filesystem::path& folder);

// Creates the folder, and its parents, where it does not exist yet. Throws ForeignLink where it is
// somebody else's link.
void create_folder(const std::filesystem::path& folder, unsigned mode = kFolderMode);

// Renames and syncs both parents. `to` must not exist.
void rename_folder(const std::filesystem::path& from, const std::filesystem::path& to);

// Each gets the other's name, in one step; syncs both parents. Throws BadConfiguration where the
// file system cannot do that.
void exchange_folders(const std::filesystem::path& one, const std::filesystem::path& other);

// Copies the first `size` bytes, or what there is of them, by read(2) into a file that is made.
// The file is durable when it returns, its name is not.
void copy_file(const std::filesystem::path& from,
               const std::filesystem::path& to,
               std::uint64_t size);

// Puts a whole new content in place of the file's: it has the old one or the new one, never a mix.
void replace_file(const std::filesystem::path& file,
                  std::string_view content,
                  unsigned mode = kFileMode);

[[nodiscard]] std::string read_file(const std::filesystem::path& file);

// Makes what the page cache holds of the file durable and forgets it, so that the next read comes
// from the disk: after a failed sync the cache may hold what the disk does not.
void drop_cached_pages(const std::filesystem::path& file);

// The name of a network or shared file system by its statfs(2) type, on which neither LMDB nor
// flock can be relied on; none for all others.
[[nodiscard]] std::optional<std::string_view> remote_file_system(std::uint64_t type) noexcept;

// Of the file system that holds `path`.
[[nodiscard]] std::uint64_t file_system_type(const std::filesystem::path& path);
[[nodiscard]] std::uint64_t free_disk_bytes(const std::filesystem::path& path);

}  // namespace betex::journal

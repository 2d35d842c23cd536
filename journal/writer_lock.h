// The right to write: at most one holder per WAL, over all processes of this machine. The kernel's
// lock is what counts; it ends with the process, however that ends. The text in the file is for
// people.
//
// With an external authority each node holds a lock of its own, `.writer.lock.NODE`: of two nodes
// one may stand still with its lock, while the other one has the right to write. They share
// `.writer.lock`, so that no writer without that authority, and no tool, comes in between.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "journal/file_system.h"

namespace betex::journal {

class WriterLock {
 public:
  // Throws LockHeld at once, with the holder's process id and start time, where there is one, also
  // in this process; BadConfiguration where `node` cannot be part of a file's name. Empty: the lock
  // is the log's.
  explicit WriterLock(const std::filesystem::path& wal_root, std::string_view node = {});

  // Is there a writer now? Asks the kernel by taking the lock for a moment, so only for readers
  // that have no better way to know.
  [[nodiscard]] static bool is_held(const std::filesystem::path& wal_root);

 private:
  FileDescriptor file_;
  std::optional<FileDescriptor> of_node_;
};

}  // namespace betex::journal

// The right to write: at most one holder per WAL, over all processes. The kernel's lock is what
// counts; it ends with the process, however that ends. The text in the file is for people.
#pragma once

#include <filesystem>

#include "journal/file_system.h"

namespace betex::journal {

class WriterLock {
 public:
  // Throws LockHeld at once, with the holder's process id and start time, where there is one, also
  // in this process.
  explicit WriterLock(const std::filesystem::path& wal_root);

  // Is there a writer now? Asks the kernel by taking the lock for a moment, so only for readers
  // that have no better way to know.
  [[nodiscard]] static bool is_held(const std::filesystem::path& wal_root);

 private:
  FileDescriptor file_;
};

}  // namespace betex::journal

// The commands `export` and `import`: a log's events, from one node to another, as a stream. Every
// byte is verified before it is in the other log, which ends with a whole transaction whatever
// becomes of the stream.
#pragma once

#include <cstdint>
#include <filesystem>

#include "journal/tool/output.h"

namespace betex::journal {

struct ExportOptions {
  enum class Begin : std::uint8_t {
    AfterEvent,
    // Where the log's first events are retired: with the oldest snapshot that it goes on from.
    WithSnapshot,
  };

  std::filesystem::path wal_root;
  std::uint64_t after = 0;  // an event that ends a transaction; 0: from the first one on
  Begin begin = Begin::AfterEvent;
};

struct ImportOptions {
  std::filesystem::path wal_root;
  OutputStyle style = OutputStyle::Text;
};

// Writes all that is committed to standard output. Needs no lock.
void export_log(const ExportOptions& options);

// Appends what standard input brings to a log that ends where the stream begins, or makes a new one
// of it. Takes the writer lock. ExportMismatch where the stream does not fit: nothing was changed
// then. ExportUnusable where it is cut off or damaged: what was whole before is in the log, and a
// line says up to which event.
void import_log(const ImportOptions& options);

}  // namespace betex::journal

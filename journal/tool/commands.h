// The commands of betex-journal. Each prints to standard output and throws a JournalError where the
// log is not as it should be. All but `retire` and `import` only read, and need no lock. `seal` is
// in seal.h, `statement` in account_statement.h, `export` and `import` in transfer.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "journal/tool/output.h"

namespace betex::journal {

struct StatOptions {
  std::filesystem::path wal_root;
  OutputStyle style = OutputStyle::Text;
};

struct DumpOptions {
  std::filesystem::path wal_root;
  OutputStyle style = OutputStyle::Text;
  std::uint64_t from = 0;  // event sequences; 0: the oldest
  std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
  // A number or a name; empty: all.
  std::string market;
  std::string account;
  std::uint64_t order = 0;  // 0: all
  std::string reference;    // the client's own, of an order; empty: all, as the next one
  std::string order_group;  // a number or a name
};

struct VerifyOptions {
  enum class Replay : std::uint8_t { Yes, No };

  std::filesystem::path wal_root;
  OutputStyle style = OutputStyle::Text;
  Replay replay = Replay::Yes;
  // A signed statement that the log is to agree with, and the key of who signed it. Empty: none.
  std::filesystem::path against;
  std::filesystem::path public_key;
};

struct SnapshotOptions {
  std::filesystem::path wal_root;
  OutputStyle style = OutputStyle::Text;
};

struct RetireOptions {
  enum class Floor : std::uint8_t { SecondNewestSnapshot, None };

  std::filesystem::path wal_root;
  OutputStyle style = OutputStyle::Text;
  std::uint64_t up_to = 0;
  Floor floor = Floor::SecondNewestSnapshot;
};

// Segments, with the epochs that their writers had, snapshots, what is void, and the log's
// identity.
void stat(const StatOptions& options);

// One line an event.
void dump(const DumpOptions& options);

// Reads everything, checks everything, and replays it into an engine, whose state hash it prints:
// from the first event, or where that is retired from the oldest whole snapshot that the log goes
// on from (`replayed_after`). The engine is compared with each later snapshot; another state, a
// damaged snapshot and one beyond the log's end are errors, and so is an event that is not the one
// that the statement was made of.
void verify(const VerifyOptions& options);

// Writes a snapshot of all that is committed.
void snapshot(const SnapshotOptions& options);

// Moves old segments to retired/. Takes the writer lock: a running gateway retires for itself.
void retire(const RetireOptions& options);

}  // namespace betex::journal

// The log against tampering: `seal` prints a signed statement over its closed segments, and `verify
// --against` holds the log against one.
#pragma once

#include <cstdint>
#include <filesystem>

#include "journal/tool/output.h"
#include "journal/tool/sealed_statement.h"
#include "matching/transaction.h"

namespace betex::journal {

struct SealOptions {
  enum class Newest : std::uint8_t { Left, Sealed };

  std::filesystem::path wal_root;
  std::filesystem::path key;    // the private one
  std::filesystem::path after;  // an earlier statement; empty: begin at the oldest event
  Newest newest = Newest::Left;
};

// Prints the statement. Closed are the segments that have a successor; with Newest::Sealed all are,
// and the writer lock sees to it. SealMismatch where the log does not go on from the earlier
// statement.
void seal(const SealOptions& options);

// Holds the transactions of a log, as they are read in order, against a statement.
class SealCheck {
 public:
  // `first_seq`: of the oldest event that the log has. Throws SealMismatch, or
  // SequenceNotAvailable where all that the statement covers is retired.
  SealCheck(SealedStatement statement, const WalId& wal_id, EventSeq first_seq);

  void apply(const matching::TransactionView& transaction);

  // At the log's end. Adds to `line` what was held against it.
  void finish(EventSeq last_seq, Line& line) const;

 private:
  SealedStatement statement_;
  std::size_t next_ = 0;     // of its segments
  std::size_t retired_ = 0;  // before the log's oldest event
  RunningDigest digest_;     // of the next one's transactions so far
};

}  // namespace betex::journal

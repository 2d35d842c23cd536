// The log that a majority of machines keeps, and of which every node's journal is a copy: the
// leader appends to it first and to its journal second, so that no journal ever holds what could be
// taken back. Who appends is decided by the log itself: an append of who led before is refused,
// whatever its clock and its lease say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/cluster/batch.h"
#include "journal/format.h"
#include "journal/position.h"

namespace betex::cluster {

// Its newest end, and who wrote it.
struct Head {
  journal::WriterEpoch epoch;
  std::uint64_t slot = 0;      // of the newest entry; 0: there is none
  std::uint64_t oldest = 1;    // the first slot that is still whole
  journal::Position position;  // without a segment
  std::string node;            // that has this epoch

  friend bool operator==(const Head&, const Head&) noexcept = default;
};

// *Owned by one thread.* Each call throws journal::JournalError: AuthorityLost where somebody else
// has taken over, or nobody has answered for so long that this node must not go on;
// QuorumLogMissing, QuorumLogForeign, QuorumLogDamaged, as journal/errors.h says.
class QuorumLog {
 public:
  QuorumLog() = default;
  virtual ~QuorumLog() = default;
  QuorumLog(const QuorumLog&) = delete;
  QuorumLog& operator=(const QuorumLog&) = delete;
  QuorumLog(QuorumLog&&) = delete;
  QuorumLog& operator=(QuorumLog&&) = delete;

  // ---- Following

  [[nodiscard]] virtual Head head() = 0;

  // The batch that begins at `after`; none: the log ends there by now. QuorumLogTooOld where it is
  // not kept any more, QuorumLogWentBack where the log ends before `after`, and QuorumLogDamaged
  // where `after` is no place of it. Who has taken over finds what there was before, and goes on to
  // follow where another node has taken over since.
  [[nodiscard]] virtual std::optional<OwnedBatch> next(const journal::Position& after) = 0;

  // ---- Leading

  struct TakenOver {
    Head before;                 // whose entries are all that there is
    journal::WriterEpoch epoch;  // this node's from now on: above that one, and not below at_least
    // Who may have appended last: that of `before`, or, where that is this process's own, of an
    // attempt to lead that came to nothing, who had the log before its attempts.
    journal::WriterEpoch last_writer;
  };

  // From now on nobody who led before can append. AuthorityLost where the right to do so is another
  // node's by now: nothing has happened then.
  [[nodiscard]] virtual TakenOver take_over(journal::WriterEpoch at_least) = 0;

  // On a majority's disks when it returns. Only after take_over(), and in order.
  virtual void append(const Batch& batch) = 0;

  // Returns if nobody has taken over at a moment after the call.
  virtual void confirm() = 0;
};

}  // namespace betex::cluster

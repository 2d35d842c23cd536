// Who may write. On local storage the lock file says so; on shared storage an external lease does,
// through this seam.
#pragma once

#include "journal/format.h"

namespace betex::journal {

class WriterAuthority {
 public:
  WriterAuthority() = default;
  virtual ~WriterAuthority() = default;
  WriterAuthority(const WriterAuthority&) = delete;
  WriterAuthority& operator=(const WriterAuthority&) = delete;
  WriterAuthority(WriterAuthority&&) = delete;
  WriterAuthority& operator=(WriterAuthority&&) = delete;

  // Asked once before a journal is opened for writing: an external one before the lock is taken,
  // the others with it held. Gives this opening's epoch, greater than `last_epoch`; throws
  // JournalError{AuthorityLost} if it may not write. May block for as long as somebody else has the
  // right.
  virtual WriterEpoch acquire(WriterEpoch last_epoch) = 0;

  // Nobody else can have been given the right by now. No I/O; any thread. Asked before and after
  // each commit, and before everything else that changes the log's folder; false ends the writer
  // with AuthorityLost.
  [[nodiscard]] virtual bool still_held() const noexcept = 0;

  // Somebody on another machine may have written since the last opening, and may still try to: the
  // newest segment is adopted by copy, and what an older writer adds later is void.
  [[nodiscard]] virtual bool is_external() const noexcept { return false; }

  // A clean stop: who stands by need not wait for the lease to end.
  virtual void release() noexcept {}
};

// The holder of the lock file is the writer.
class LocalAuthority final : public WriterAuthority {
 public:
  WriterEpoch acquire(WriterEpoch last_epoch) override { return last_epoch.next(); }

  [[nodiscard]] bool still_held() const noexcept override { return true; }
};

}  // namespace betex::journal

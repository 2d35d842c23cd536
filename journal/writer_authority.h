// Who may write. On local storage the lock file says so; on shared storage an external lease would,
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

  // Asked once, with the lock held, before a journal is opened for writing. Gives this opening's
  // epoch, greater than `last_epoch`; throws JournalError{AuthorityLost} if it may not write.
  virtual WriterEpoch acquire(WriterEpoch last_epoch) = 0;

  // Asked before each segment is created. False ends the writer with AuthorityLost.
  [[nodiscard]] virtual bool still_held() = 0;
};

// The holder of the lock file is the writer.
class LocalAuthority final : public WriterAuthority {
 public:
  WriterEpoch acquire(WriterEpoch last_epoch) override { return last_epoch.next(); }

  [[nodiscard]] bool still_held() override { return true; }
};

}  // namespace betex::journal

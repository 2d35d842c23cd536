// QuickFIX's "now". It reads the machine's clock itself, in its sessions, its messages and its
// headers, by one function of its own, FIX::DateTime::nowUtc(). This library defines that function
// again: the program's definition takes the place of the shared library's, also in the library.
#pragma once

#include "gateway/link/clock.h"

namespace betex::fix {

// While it lives QuickFIX goes by `clock`, which must outlive it; else by the machine's. One at a
// time in a process. Its clock is read on any thread.
class QuickfixClock {
 public:
  // Throws std::logic_error where QuickFIX does not ask it: a library that was built otherwise
  // would time its heartbeats by a clock that steps.
  explicit QuickfixClock(const gateway::Clock& clock);
  ~QuickfixClock();
  QuickfixClock(const QuickfixClock&) = delete;
  QuickfixClock& operator=(const QuickfixClock&) = delete;

 private:
  const gateway::Clock& clock_;
};

}  // namespace betex::fix

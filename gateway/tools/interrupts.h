// SIGINT and SIGTERM are blocked and looked for between two waits, so that a session always ends
// with a Logout.
#pragma once

#include <csignal>
#include <ctime>

namespace betex::tools {

class Interrupts {
 public:
  Interrupts() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals_, nullptr);
  }

  // SIGINT, once for each that came; SIGTERM to everybody who asks after it came, since it means
  // the whole program and not only what waits just now. 0: none did.
  [[nodiscard]] int came() {
    if (!terminated_) {
      const timespec at_once{};
      const int signal = sigtimedwait(&signals_, nullptr, &at_once);
      if (signal != SIGTERM) {
        return signal > 0 ? signal : 0;
      }
      terminated_ = true;
    }
    return SIGTERM;
  }

 private:
  sigset_t signals_{};
  bool terminated_ = false;
};

}  // namespace betex::tools

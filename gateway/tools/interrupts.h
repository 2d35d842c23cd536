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

  // SIGINT or SIGTERM, once for each that came; 0: none did.
  [[nodiscard]] int came() const {
    const timespec at_once{};
    const int signal = sigtimedwait(&signals_, nullptr, &at_once);
    return signal > 0 ? signal : 0;
  }

 private:
  sigset_t signals_{};
};

}  // namespace betex::tools

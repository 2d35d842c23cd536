// Who waits for a session's end: the end of the process.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "gateway/session/session_core.h"

namespace betex::fix {

// Owned by its session's strand.
class WaitingForEnd {
 public:
  // Called when the journal has it that the session is down, its connection may stay.
  void when_down(std::function<void()> done) { when_down_.push_back(std::move(done)); }

  void when_off(std::function<void()> done) { when_off_.push_back(std::move(done)); }

  // Calls whose time has come. `all_told`: nothing that the session tells the journal of itself
  // waits for a credit.
  void run(const SessionCore& core, bool all_told) {
    if (!core.up && core.state != SessionState::GoingUp && all_told) {
      run_all(when_down_);
    }
    if (core.state == SessionState::Off) {
      run_all(when_off_);
    }
  }

 private:
  static void run_all(std::vector<std::function<void()>>& waiting) {
    for (const auto& done : std::exchange(waiting, {})) {
      done();
    }
  }

  std::vector<std::function<void()>> when_down_;
  std::vector<std::function<void()>> when_off_;
};

}  // namespace betex::fix

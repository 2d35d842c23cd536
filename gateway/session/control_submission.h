// How a session's commands to the journal come onto the ring: at once where there are credits, else
// a moment later, again and again.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "gateway/session/control_commands.h"
#include "gateway/session/session_core.h"
#include "matching/commands.h"

namespace betex::fix {

// Owned by its session's strand.
class ControlSubmission {
 public:
  struct Calls {
    std::function<void()> none_waits;  // all that there were are on the ring
    std::function<void()> retried;     // a moment after there was no credit
  };

  // `core` must outlive it.
  ControlSubmission(const SessionCore& core, Calls calls)
      : core_{core},
        calls_{std::move(calls)},
        commands_{core.environment.commands, core.ring_share()},
        timer_{core.strand} {}

  void submit(matching::CommandBody body) {
    matching::Command command;
    command.body = std::move(body);
    commands_.add(std::move(command));
    submit_waiting();
  }

  // There was no credit, for one of these or for another command: it tries again in a moment.
  void retry_soon() {
    if (std::exchange(retrying_, true)) {
      return;
    }
    timer_.expires_after(kCreditRetry);
    timer_.async_wait([this, session = core_.keep_alive()](const boost::system::error_code& error) {
      retrying_ = false;
      if (!error) {
        submit_waiting();
        calls_.retried();
      }
    });
  }

  [[nodiscard]] bool empty() const noexcept { return commands_.empty(); }

 private:
  static constexpr std::chrono::milliseconds kCreditRetry{2};

  void submit_waiting() {
    if (commands_.submit()) {
      calls_.none_waits();
    } else {
      retry_soon();
    }
  }

  const SessionCore& core_;
  const Calls calls_;
  ControlCommands commands_;
  boost::asio::steady_timer timer_;
  bool retrying_ = false;
};

}  // namespace betex::fix

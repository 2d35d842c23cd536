// Looks at the wall clock a few times a second, which draws session time to it, and raises the
// alarm where the two are apart. Nothing waits for it: late or dead, time goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "gateway/time/gateway_clocks.h"

namespace betex::gateway {

// What to log of a look, if anything: each change of state, and every minute while it is not right.
// A value, no clock in it.
class ClockAlarm {
 public:
  enum class Severity : std::uint8_t { Good, Error, Critical };

  struct Line {
    Severity severity = Severity::Good;
    std::string text;
  };

  static constexpr std::chrono::nanoseconds kAgain = std::chrono::minutes{1};

  [[nodiscard]] std::optional<Line> tell(const SessionClock::Look& look,
                                         std::chrono::nanoseconds boottime);

 private:
  ClockState told_ = ClockState::Right;
  std::chrono::nanoseconds told_at_{0};
};

// *Owned by the I/O thread once it has started.*
class ClockWatch {
 public:
  // All must outlive the last run of `io`.
  ClockWatch(boost::asio::io_context& io, const MachineClock& machine, SessionClock& clock);

  // Once, on any thread.
  void start();

 private:
  void look();

  const MachineClock& machine_;
  SessionClock& clock_;
  ClockAlarm alarm_;
  boost::asio::steady_timer timer_;
};

}  // namespace betex::gateway

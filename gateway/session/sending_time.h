// SendingTime(52) of what a client sends: whether it is near enough to our time.
#pragma once

#include <chrono>
#include <string_view>

#include "gateway/link/clock.h"
#include "matching/types.h"

namespace betex::fix {

// *Immutable, thread-safe.* The clocks must outlive it.
class SendingTimeCheck {
 public:
  // Near to either will do. Where the machine's clock was set, session time lags behind it or goes
  // on alone, and the client may have followed the one or the other.
  SendingTimeCheck(const gateway::Clock& session_time,
                   const gateway::Clock& machine_time,
                   std::chrono::seconds tolerance) noexcept
      : session_time_{session_time}, machine_time_{machine_time}, tolerance_{tolerance} {}

  // False also where it is not a UTCTimestamp. `waited`: how long we have had the message already.
  [[nodiscard]] bool passes(std::string_view sending_time,
                            std::chrono::nanoseconds waited = std::chrono::nanoseconds{0}) const;

  // `now`: session time, read for many messages at once. The machine's clock is read only for one
  // that is not near to it.
  [[nodiscard]] bool passes(matching::Timestamp sending_time, matching::Timestamp now) const;

  [[nodiscard]] std::chrono::seconds tolerance() const noexcept { return tolerance_; }

 private:
  [[nodiscard]] bool near(matching::Timestamp sending_time, matching::Timestamp now) const noexcept;

  const gateway::Clock& session_time_;
  const gateway::Clock& machine_time_;
  std::chrono::seconds tolerance_;
};

// The first 52 of a whole message; empty: it has none.
[[nodiscard]] std::string_view sending_time_of(std::string_view message) noexcept;

}  // namespace betex::fix

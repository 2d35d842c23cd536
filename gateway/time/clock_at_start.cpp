#include "gateway/time/clock_at_start.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "gateway/time/duration_text.h"

namespace betex::gateway {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::milliseconds kLook{250};
constexpr nanoseconds kTellAgain = std::chrono::minutes{1};

}  // namespace

std::optional<std::string> StartClockCheck::why_not(matching::Timestamp wall,
                                                    ClockSynchronisation synchronised) const {
  const nanoseconds ahead{(last - wall).value()};
  if (last != matching::Timestamp{} && ahead > kMostAhead) {
    return fmt::format("the log's last event is {} ahead of the machine's clock",
                       duration_text(ahead));
  }
  if (rules.require_synchronised && synchronised == ClockSynchronisation::No) {
    return "the kernel calls the machine's clock unsynchronised, and [clock] require_synchronised "
           "is set";
  }
  if (rules.require_synchronised && synchronised == ClockSynchronisation::Unknown) {
    return "the kernel does not say whether the machine's clock is synchronised (adjtimex is "
           "forbidden), and [clock] require_synchronised is set";
  }
  return std::nullopt;
}

void wait_for_clock(const StartClockCheck& check,
                    const MachineClock& machine,
                    const StartPatience& patience) {
  const auto look = [&] { return check.why_not(machine.read().wall, machine.synchronised()); };
  std::optional<std::string> why = look();
  if (!why) {
    return;
  }
  if (check.rules.accept_clock) {
    spdlog::warn("{}: taken over all the same (--accept-clock)", *why);
    return;
  }
  patience.waiting(*why);
  const nanoseconds begin = machine.boottime();
  std::optional<nanoseconds> told;
  for (; why; why = look()) {
    const nanoseconds now = machine.boottime();
    if (now - begin >= patience.limit) {
      throw ClockError{*why + ": given up after " + duration_text(now - begin) +
                       "; correct the clock, or, if you know that it is right, start with "
                       "--accept-clock"};
    }
    if (!told || now - *told >= kTellAgain) {
      told = now;
      spdlog::error("{}: waiting for the clock to be corrected, up to {} more",
                    *why,
                    duration_text(patience.limit - (now - begin)));
    }
    if (!patience.pause(kLook)) {
      throw StoppedWhileWaiting{"asked to stop while waiting for the clock"};
    }
  }
  spdlog::info("the machine's clock is taken over after {}",
               duration_text(machine.boottime() - begin));
}

}  // namespace betex::gateway

// Whether a start may take over the machine's clock, and the waiting for one that it may.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "gateway/time/machine_clock.h"
#include "matching/types.h"

namespace betex::gateway {

// The clock can't be taken over: as wrong as a wrong configuration, and no restart mends it.
class ClockError : public std::runtime_error {
 public:
  static constexpr int kExitCode = 78;  // EX_CONFIG
  using std::runtime_error::runtime_error;
};

// Somebody has asked the program to end while it waited.
class StoppedWhileWaiting : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct StartClockRules {
  bool require_synchronised = false;  // what the kernel calls the clock
  bool accept_clock = false;          // take it over as it is
};

struct StartClockCheck {
  // A log that is further ahead was written by a clock that was wrong, or this one is.
  static constexpr std::chrono::nanoseconds kMostAhead = std::chrono::seconds{60};

  matching::Timestamp last;  // the log's
  StartClockRules rules;

  // What is wrong with the clock; nothing: it may be taken over.
  [[nodiscard]] std::optional<std::string> why_not(matching::Timestamp wall,
                                                   ClockSynchronisation synchronised) const;
};

// What the waiting needs of the program.
struct StartPatience {
  std::chrono::nanoseconds limit = std::chrono::minutes{10};

  // Waits for so long; false: the program has been asked to end.
  std::function<bool(std::chrono::milliseconds)> pause;

  // Told why it waits, at the beginning: for the probes.
  std::function<void(const std::string& why)> waiting;
};

// Returns when the clock may be taken over, and logs what it waits for. Throws ClockError when it
// has waited for long, StoppedWhileWaiting when asked to end. With `accept_clock` it waits for
// nothing.
void wait_for_clock(const StartClockCheck& check,
                    const MachineClock& machine,
                    const StartPatience& patience);

}  // namespace betex::gateway

// The machine's clocks, read: the one that tells the time and may be set, and the one that counts
// since the boot, in suspension too, and never steps.
#pragma once

#include <chrono>
#include <cstdint>

#include "matching/types.h"

namespace betex::gateway {

// Both at one moment.
struct ClockReading {
  matching::Timestamp wall;
  std::chrono::nanoseconds boottime{0};
};

// What the kernel says of the wall clock: whether something (NTP, PTP) keeps it right.
enum class ClockSynchronisation : std::uint8_t { Yes, No, Unknown };

class MachineClock {
 public:
  virtual ~MachineClock() = default;

  [[nodiscard]] virtual std::chrono::nanoseconds boottime() const = 0;
  [[nodiscard]] virtual ClockReading read() const = 0;
  [[nodiscard]] virtual ClockSynchronisation synchronised() const = 0;
};

// *Thread-safe.*
class KernelClock final : public MachineClock {
 public:
  [[nodiscard]] std::chrono::nanoseconds boottime() const override;
  [[nodiscard]] ClockReading read() const override;
  [[nodiscard]] ClockSynchronisation synchronised() const override;
};

}  // namespace betex::gateway

// The file through which a test moves the clocks of a process that has clock_shim preloaded. Both
// map it.
#pragma once

#include <atomic>
#include <cstdint>

namespace betex::test {

// All written by the test and read by the process, relaxed: each is by itself.
struct ClockControl {
  std::atomic<std::int64_t> wall_offset_ns;      // CLOCK_REALTIME, time() and gettimeofday()
  std::atomic<std::int64_t> boottime_offset_ns;  // CLOCK_BOOTTIME
  std::atomic<std::int32_t> unsynchronised;      // what adjtimex() says; 2: it is forbidden
};

}  // namespace betex::test

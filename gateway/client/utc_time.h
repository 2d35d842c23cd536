// UTCTimestamp: the one way FIX writes a time, here with microseconds.
#pragma once

#include <chrono>
#include <string>

namespace betex::client {

// "20261122-14:00:00.123456"
std::string format_utc(std::chrono::system_clock::time_point time);

inline std::string utc_now() {
  return format_utc(std::chrono::system_clock::now());
}

}  // namespace betex::client

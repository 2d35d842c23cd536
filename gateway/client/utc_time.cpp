#include "gateway/client/utc_time.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace betex::client {

std::string format_utc(std::chrono::system_clock::time_point time) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = micros / 1'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(),
                                   text.size(),
                                   "%04d%02d%02d-%02d:%02d:%02d.%06d",
                                   parts.tm_year + 1900,
                                   parts.tm_mon + 1,
                                   parts.tm_mday,
                                   parts.tm_hour,
                                   parts.tm_min,
                                   parts.tm_sec,
                                   static_cast<int>(micros % 1'000'000));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace betex::client

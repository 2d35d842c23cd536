// What the log says of those who are not let in, and of messages that are ignored. A flood of them
// is no flood of lines: of each reason the first lines of a second are written and the others
// counted.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include <spdlog/spdlog.h>

namespace betex::fix {

// Why somebody was not let in, or a message ignored. Each has lines of its own, so that none hides
// another.
enum class RefusalKind : std::uint8_t {
  NotAccepted,  // the system gave no socket
  TooMany,
  NoLogonInTime,
  NoTls,
  Garbled,
  NotFix,
  WrongPort,       // it speaks something else
  NotFromThere,    // no session may come from its address
  UnknownSession,  // or not from there, or not a Logon
  BadLogon,
  WrongCredentials,
  NotEntitled,  // a session that is on, for what it asks
  NumberTooLow,
  AnotherHistory,   // it has seen what was never sent
  RefusedByClient,  // a message of ours, by a BusinessMessageReject
  NothingProven,
  SessionFault,  // of one that was on
};

// Thread-safe.
class RefusalLog {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kLinesPerSecond = 10;

  // `now` is called on any thread.
  explicit RefusalLog(std::function<TimePoint()> now = &std::chrono::steady_clock::now)
      : now_{std::move(now)} {}

  // Writes the line or counts it. How many were counted is written before the next line of the
  // reason.
  template <typename... Args>
  void write(RefusalKind why,
             spdlog::level::level_enum level,
             spdlog::format_string_t<Args...> format,
             Args&&... args) {
    if (may_write(why)) {
      spdlog::log(level, format, std::forward<Args>(args)...);
    }
  }

 private:
  struct Window {
    TimePoint begin;
    std::size_t lines = 0;
  };

  [[nodiscard]] bool may_write(RefusalKind why);

  const std::function<TimePoint()> now_;
  std::mutex mutex_;
  std::array<Window, static_cast<std::size_t>(RefusalKind::SessionFault) + 1> windows_;  // guarded
};

}  // namespace betex::fix

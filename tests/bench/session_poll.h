// Waits until sessions that one thread drives have something to read.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <system_error>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/trading_session.h"

namespace betex::bench {

// *One thread.* Of the sessions that there are when it is made, which outlive it.
class SessionPoll {
 public:
  explicit SessionPoll(const std::vector<std::unique_ptr<TradingSession>>& sessions)
      : descriptor_{epoll_create1(EPOLL_CLOEXEC)} {
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(descriptor_, EPOLL_CTL_ADD, sessions[i]->descriptor(), &event);
    }
  }

  ~SessionPoll() { close(descriptor_); }

  SessionPoll(const SessionPoll&) = delete;
  SessionPoll& operator=(const SessionPoll&) = delete;

  // Calls `ready(index)` for those that have, at the latest after `timeout`.
  template <typename Ready>
  void wait(std::chrono::nanoseconds timeout, Ready ready) {
    constexpr long kNanos = 1'000'000'000;
    const long nanos = std::max<long>(0, timeout.count());
    const timespec time{.tv_sec = nanos / kNanos, .tv_nsec = nanos % kNanos};
    std::array<epoll_event, 256> events;
    const int count =
        epoll_pwait2(descriptor_, events.data(), static_cast<int>(events.size()), &time, nullptr);
    if (count < 0 && errno != EINTR) {
      throw std::system_error{errno, std::generic_category(), "epoll_pwait2"};
    }
    for (int i = 0; i < count; ++i) {
      ready(events[static_cast<std::size_t>(i)].data.u64);
    }
  }

 private:
  int descriptor_;
};

}  // namespace betex::bench

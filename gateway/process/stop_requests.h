// An operator's request to stop, on its way from the thread that hears of it to the main thread.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "gateway/process/signals.h"

namespace betex::gateway {

// *Thread-safe.*
class StopRequests {
 public:
  // In so many seconds; in place of one that has not been taken. Whoever waits for a signal wakes.
  void put(std::chrono::seconds notice) {
    {
      const std::lock_guard lock{mutex_};
      notice_ = notice;
    }
    wake_main_thread();
  }

  // The one that has come, once.
  [[nodiscard]] std::optional<std::chrono::seconds> take() {
    const std::lock_guard lock{mutex_};
    return std::exchange(notice_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<std::chrono::seconds> notice_;  // guarded by mutex_
};

}  // namespace betex::gateway

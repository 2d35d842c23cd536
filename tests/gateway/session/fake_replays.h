// What a server says to the thread that tells reports again: which portions were taken, and which
// logons have ended.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/link/replay_link.h"
#include "matching/types.h"
#include "tests/support/patience.h"

namespace betex::test {

// Thread-safe.
class FakeReplays final : public gateway::ReplayFeed {
 public:
  struct Taken {
    matching::SessionId session;
    gateway::SubscriptionId subscription;
    std::uint32_t number = 0;
  };

  void taken(matching::SessionId session,
             gateway::SubscriptionId subscription,
             std::uint32_t number) override {
    const std::lock_guard lock{mutex_};
    taken_.push_back({session, subscription, number});
  }

  void leave(matching::SessionId /*session*/, gateway::SubscriptionId subscription) override {
    const std::lock_guard lock{mutex_};
    left_.push_back(subscription);
  }

  [[nodiscard]] std::vector<Taken> taken() const {
    const std::lock_guard lock{mutex_};
    return taken_;
  }

  [[nodiscard]] std::vector<gateway::SubscriptionId> left() const {
    const std::lock_guard lock{mutex_};
    return left_;
  }

  // False: not in time.
  [[nodiscard]] bool wait_for_taken(std::size_t count) const {
    return comes_to([&] { return taken().size() >= count; });
  }

  [[nodiscard]] bool wait_for_left(std::size_t count) const {
    return comes_to([&] { return left().size() >= count; });
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Taken> taken_;
  std::vector<gateway::SubscriptionId> left_;
};

}  // namespace betex::test

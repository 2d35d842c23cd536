// Looks at the disks twice a second, so that it is seen that room was made, or taken, though nobody
// writes anything. Nothing waits for it: late or dead, whoever writes looks all the same.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace betex::gateway {

// *Owned by one thread.*
class DiskWatch {
 public:
  using Look = std::function<void()>;

  // From now on calls each of `looks`, in this order, on a thread of its own. What they look at
  // must outlive this. One that throws is logged, when it is not the same as before, and called
  // again.
  explicit DiskWatch(std::vector<Look> looks,
                     std::chrono::milliseconds interval = std::chrono::milliseconds{500});

  // Waits for a look that is under way.
  ~DiskWatch() = default;

  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;
  DiskWatch(DiskWatch&&) = delete;
  DiskWatch& operator=(DiskWatch&&) = delete;

 private:
  void run(const std::stop_token& stop) const;
  [[nodiscard]] std::string look() const;

  const std::vector<Look> looks_;
  const std::chrono::milliseconds interval_;
  const std::jthread thread_;
};

}  // namespace betex::gateway

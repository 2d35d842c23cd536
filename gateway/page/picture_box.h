// Where md leaves the picture for one browser. It holds the newest only, whoever is late.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "gateway/link/market_data_link.h"

namespace betex::gateway {

// *Thread-safe.*
class PictureBox final : public PictureOutlet {
 public:
  // `wake` has take() called soon, on another thread; called on md's, once until the next take().
  explicit PictureBox(std::function<void()> wake) : wake_{std::move(wake)} {}

  void show(std::shared_ptr<const MarketsPicture> picture) override {
    {
      const std::lock_guard lock{mutex_};
      // The one that nobody has taken goes when the lock is free again.
      std::swap(newest_, picture);
      if (std::exchange(woken_, true)) {
        return;
      }
    }
    wake_();
  }

  // Null: none since the last one.
  [[nodiscard]] std::shared_ptr<const MarketsPicture> take() {
    const std::lock_guard lock{mutex_};
    woken_ = false;
    return std::exchange(newest_, nullptr);
  }

 private:
  const std::function<void()> wake_;
  std::mutex mutex_;  // held for an exchange of pointers only
  std::shared_ptr<const MarketsPicture> newest_;
  bool woken_ = false;
};

}  // namespace betex::gateway

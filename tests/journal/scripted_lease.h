// An external authority that does what a test says.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>

#include "journal/writer_authority.h"

namespace betex::test {

class ScriptedLease final : public journal::WriterAuthority {
 public:
  static constexpr int kForEver = std::numeric_limits<int>::max();

  journal::WriterEpoch acquire(journal::WriterEpoch last_epoch) override {
    if (on_acquire) {
      on_acquire(last_epoch);
    }
    last_ = std::max(last_, last_epoch).next();
    return last_;
  }

  [[nodiscard]] bool still_held() const noexcept override {
    ++asked;
    if (left == kForEver) {
      return true;
    }
    if (left == 0) {
      return false;
    }
    --left;
    return true;
  }

  [[nodiscard]] bool is_external() const noexcept override { return true; }

  void release() noexcept override {
    released = true;
    if (on_release) {
      on_release();
    }
  }

  // So many times it says that it is held, then never again.
  mutable std::atomic<int> left{kForEver};
  mutable std::atomic<int> asked{0};
  std::function<void(journal::WriterEpoch)> on_acquire;
  std::function<void()> on_release;
  bool released = false;

 private:
  journal::WriterEpoch last_;
};

}  // namespace betex::test

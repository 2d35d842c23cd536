#include "tests/sim/machine/counters.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

namespace betex::sim {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() - 1;

// The count is not split: no caller has reason to.
bool takes_count(Pieces pieces) noexcept {
  return pieces.count > 0 && pieces.first->iov_len >= sizeof(std::uint64_t);
}

ssize_t give(std::uint64_t count, Pieces into) noexcept {
  std::memcpy(into.first->iov_base, &count, sizeof count);
  return sizeof count;
}

}  // namespace

std::uint32_t EventCounter::events() const {
  return (count_ > 0 ? POLLIN | POLLRDNORM : 0U) | (count_ < kMost ? POLLOUT | POLLWRNORM : 0U);
}

ssize_t EventCounter::read(Pieces into) {
  if (!takes_count(into)) {
    return -EINVAL;
  }
  if (count_ == 0) {
    return -EAGAIN;
  }
  const std::uint64_t taken = is_semaphore_ ? 1 : count_;
  count_ -= taken;
  happened(POLLOUT);
  return give(taken, into);
}

ssize_t EventCounter::write(Pieces from) {
  std::uint64_t more = 0;
  if (!takes_count(from)) {
    return -EINVAL;
  }
  std::memcpy(&more, from.first->iov_base, sizeof more);
  if (more > kMost) {
    return -EINVAL;
  }
  if (more > kMost - count_) {
    return -EAGAIN;
  }
  count_ += more;
  happened(POLLIN);
  return sizeof more;
}

void Timer::set(std::optional<Clocks::Time> end, Clocks::Time interval) {
  if (entry_) {
    timeline_.remove(*entry_);
    entry_.reset();
  }
  ends_ = 0;
  interval_ = interval;
  if (end) {
    wait_for(*end);
  }
}

std::optional<Clocks::Time> Timer::end() const {
  return entry_ ? std::optional{entry_->time} : std::nullopt;
}

std::uint32_t Timer::events() const {
  return ends_ > 0 ? POLLIN | POLLRDNORM : 0U;
}

ssize_t Timer::read(Pieces into) {
  if (!takes_count(into)) {
    return -EINVAL;
  }
  if (ends_ == 0) {
    return -EAGAIN;
  }
  return give(std::exchange(ends_, 0), into);
}

void Timer::wait_for(Clocks::Time end) {
  entry_ = timeline_.at(end, [timer = weak_from_this()] {
    const auto self = timer.lock();
    if (self == nullptr) {
      return;
    }
    const Clocks::Time last = self->entry_->time;
    self->entry_.reset();
    ++self->ends_;
    if (self->interval_ > Clocks::Time{0}) {
      self->wait_for(last + self->interval_);
    }
    self->happened(POLLIN);
  });
}

}  // namespace betex::sim

// eventfd(2) and timerfd(2), whose descriptors give a count of 8 bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "tests/sim/machine/network.h"
#include "tests/sim/machine/open_file.h"
#include "tests/sim/machine/timeline.h"

namespace betex::sim {

class EventCounter final : public OpenFile {
 public:
  EventCounter(int process, std::uint64_t count, bool is_semaphore)
      : OpenFile{process}, count_{count}, is_semaphore_{is_semaphore} {}

  [[nodiscard]] std::uint32_t events() const override;
  ssize_t read(Pieces into) override;
  ssize_t write(Pieces from) override;

 private:
  std::uint64_t count_;
  const bool is_semaphore_;
};

// Of CLOCK_MONOTONIC or CLOCK_BOOTTIME, which are one here.
class Timer final : public OpenFile, public std::enable_shared_from_this<Timer> {
 public:
  Timer(int process, Timeline& timeline) : OpenFile{process}, timeline_{timeline} {}

  // From now on it ends then, and from there each `interval`, 0: once. Nothing: never.
  void set(std::optional<Clocks::Time> end, Clocks::Time interval);

  [[nodiscard]] std::optional<Clocks::Time> end() const;  // the next; none: never

  [[nodiscard]] Clocks::Time interval() const noexcept { return interval_; }

  [[nodiscard]] std::uint32_t events() const override;
  ssize_t read(Pieces into) override;

  void closed() override { set({}, Clocks::Time{0}); }

 private:
  void wait_for(Clocks::Time end);

  Timeline& timeline_;
  std::optional<Timeline::Entry> entry_;
  Clocks::Time interval_{0};
  std::uint64_t ends_ = 0;  // since it was read or set
};

}  // namespace betex::sim

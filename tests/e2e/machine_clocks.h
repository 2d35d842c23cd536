// The clocks of a machine as a test sets them, for the processes that have clock_shim preloaded.
#pragma once

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/e2e/clock_control.h"
#include "tests/support/preload.h"

namespace betex::test {

// Of the processes that have `environment()`. They are right at first.
class MachineClocks {
 public:
  explicit MachineClocks(const std::filesystem::path& file) : file_{file} {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 || ::ftruncate(descriptor, sizeof(ClockControl)) != 0) {
      throw std::system_error{errno, std::generic_category(), file.string()};
    }
    void* const memory =
        ::mmap(nullptr, sizeof(ClockControl), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (memory == MAP_FAILED) {
      throw std::system_error{errno, std::generic_category(), file.string()};
    }
    control_ = static_cast<ClockControl*>(memory);
  }

  ~MachineClocks() { ::munmap(control_, sizeof(ClockControl)); }

  MachineClocks(const MachineClocks&) = delete;
  MachineClocks& operator=(const MachineClocks&) = delete;

  // The wall clock, from now on so far from the true time.
  void set_wall(std::chrono::nanoseconds from_true) {
    control_->wall_offset_ns = from_true.count();
  }

  // Both clocks go on; whoever was suspended has not noticed.
  void suspend(std::chrono::nanoseconds time) {
    control_->boottime_offset_ns += time.count();
    control_->wall_offset_ns += time.count();
  }

  // Time that nobody waits for passes.
  void pass(std::chrono::nanoseconds time) { control_->boottime_offset_ns += time.count(); }

  // 0: synchronised, 1: not, 2: the kernel does not say.
  void set_unsynchronised(int value) { control_->unsynchronised = value; }

  [[nodiscard]] std::vector<std::string> environment() const {
    return preloading(BETEX_CLOCK_SHIM, {"BETEX_CLOCK_FILE=" + file_.string()});
  }

 private:
  std::filesystem::path file_;
  ClockControl* control_ = nullptr;
};

}  // namespace betex::test

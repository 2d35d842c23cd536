// A node of a test that asks for the right to write to a shared disk, with a clock of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gateway/cluster/lease_authority.h"
#include "journal/errors.h"
#include "journal/format.h"

namespace betex::test {

// Boot time that goes when the test says so. Thread-safe.
class BootTime {
 public:
  [[nodiscard]] std::chrono::nanoseconds now() const {
    return std::chrono::nanoseconds{now_.load()};
  }

  void pass(std::chrono::nanoseconds time) { now_ += time.count(); }

 private:
  std::atomic<std::int64_t> now_{std::chrono::nanoseconds{std::chrono::hours{1}}.count()};
};

// What an authority calls and is told the time by. Its own waits take the time that its clock
// shows, and hardly any of the test's. It must outlive the authority.
class Candidate {
 public:
  [[nodiscard]] cluster::AuthorityCalls calls() {
    using namespace std::chrono_literals;
    return {.pause =
                [this](std::chrono::milliseconds pause) {
                  if (stop_when && stop_when()) {
                    throw std::runtime_error{"asked to stop"};
                  }
                  time.pass(pause);
                  waited += pause;
                  std::this_thread::sleep_for(1ms);
                },
            .waiting = [this](const std::string& why) { waited_for.push_back(why); },
            .stand_by =
                [this] {
                  if (stand_by) {
                    stand_by();
                  }
                },
            .granted = [this](journal::WriterEpoch epoch) { granted.push_back(epoch); },
            .healthy = [this] { return healthy.load(); },
            .lost = [this](const std::string&) { ++lost; }};
  }

  [[nodiscard]] cluster::BootClock clock() const {
    return [this] { return time.now(); };
  }

  BootTime time;
  std::function<bool()> stop_when;  // asked before each pause; none: never
  std::function<void()> stand_by;
  std::chrono::milliseconds waited{0};
  std::vector<std::string> waited_for;
  std::vector<journal::WriterEpoch> granted;
  std::atomic<bool> healthy{true};
  std::atomic<int> lost{0};
};

// What acquire() throws.
[[nodiscard]] inline journal::JournalError refusal(cluster::ExternalAuthority& authority) {
  try {
    authority.acquire(journal::WriterEpoch{0});
  } catch (const journal::JournalError& error) {
    return error;
  }
  throw std::logic_error{"the right was given"};
}

}  // namespace betex::test

// What strangers do to a server from several addresses of loopback at once: connections that say a
// few bytes and then nothing. For strangers_bench.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace betex::bench {

// A thread of its own, from construction to destruction.
class Strangers {
 public:
  struct Plan {
    std::uint16_t port = 0;
    int first_address = 2;  // 127.0.0.2
    int addresses = 1;
    int connections_each = 1;
    std::string bytes;                  // said by each
    bool closes_when_answered = false;  // and begins again
  };

  explicit Strangers(Plan plan);
  ~Strangers();
  Strangers(const Strangers&) = delete;
  Strangers& operator=(const Strangers&) = delete;

  // Connections that were begun.
  [[nodiscard]] std::uint64_t begun() const noexcept { return begun_; }

 private:
  using Clock = std::chrono::steady_clock;

  struct Slot {
    int address = 0;
    int descriptor = -1;
    bool has_said = false;
    Clock::time_point not_before;
  };

  void run();
  void begin(Slot& slot);
  void on_event(Slot& slot, short events);
  static void end(Slot& slot);

  const Plan plan_;
  std::vector<Slot> slots_;
  std::atomic<std::uint64_t> begun_{0};  // raised by the thread; no ordering
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// What a TLS client says first.
[[nodiscard]] std::string client_hello();

}  // namespace betex::bench

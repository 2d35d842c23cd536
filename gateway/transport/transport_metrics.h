// What the transport counts, for whoever scrapes it.
#pragma once

#include <atomic>
#include <cstdint>

namespace betex::fix {

// A number that any thread may raise and any thread may read; it orders nothing.
class Counter {
 public:
  void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }

  void subtract(std::uint64_t count = 1) noexcept {
    value_.fetch_sub(count, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct TransportMetrics {
  Counter connections;  // now

  // Since the start
  Counter connections_accepted;
  Counter connections_refused;  // by a limit, an address or an unknown session
  Counter handshakes_failed;    // TLS
  Counter logon_deadlines;      // passed without a logon
  Counter logons_unproven;      // refused before anybody was known
  Counter logon_alarms;         // a session had many of these
  Counter messages_garbled;
  Counter bytes_out;
};

}  // namespace betex::fix

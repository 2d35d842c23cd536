// Somebody who watches prices for as long as a soak test goes on: takes every message, comes back
// when the gateway does, and fails where an update does not fit (PriceWatcher).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/price_watcher.h"

namespace betex::test {

// The instruments that there are from the beginning to the end.
[[nodiscard]] const std::vector<std::string>& soak_symbols();

// Used by one thread at a time: its own while it watches, the test's before and after.
class PriceReader {
 public:
  explicit PriceReader(std::string comp_id) : comp_id_{std::move(comp_id)}, watcher_{comp_id_} {}

  // Until `closing`. `port`: where market data is to be had by now; 0: nowhere.
  void watch(const std::atomic<std::uint16_t>& port, const std::atomic<bool>& closing);

  // It is on, and has whole books, with whoever has market data at this port.
  void be_on(std::uint16_t port);

  [[nodiscard]] PriceWatcher& watcher() noexcept { return watcher_; }

  [[nodiscard]] const std::string& comp_id() const noexcept { return comp_id_; }

  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }

  // Why it gave up; empty: it did not.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  void read_on(std::uint16_t port);
  void drop_connection();

  std::string comp_id_;
  PriceWatcher watcher_;
  std::uint64_t messages_ = 0;
  std::string fault_;
};

}  // namespace betex::test

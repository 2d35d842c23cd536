// An operator who goes through one day after the other with betex-fix: a market is made, traded on,
// closed and settled, its result corrected and settled again; now and then it is void, or archived.
// Every request has an id, under which it is repeated until the exchange has said that it is done:
// the gateway may be killed at any moment.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace betex::test {

// Used by one thread at a time: its own while it works, the test's before and after.
class SoakOperator {
 public:
  struct Settings {
    std::function<std::vector<std::uint16_t>()> ports;  // of the gateway, or of a cluster's nodes
    std::filesystem::path state_file;                   // of betex-fix
    std::filesystem::path day_file;                     // as CrashTrader reads it
    std::chrono::milliseconds day;                      // that each market is traded on
  };

  explicit SoakOperator(Settings settings) : settings_{std::move(settings)} {}

  // Until `closing`; then it ends the day that it is in. What goes wrong is fault().
  void work(const std::atomic<bool>& closing);

  // Why it gave up; empty: it did not.
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  using Words = std::vector<std::string>;

  void work_a_day(const std::atomic<bool>& closing);
  void settle(const std::string& market, const std::string& result);
  void ask(const Words& words);

  const Settings settings_;
  std::uint64_t day_ = 1;
  std::uint64_t requests_ = 0;
  std::string fault_;
};

}  // namespace betex::test

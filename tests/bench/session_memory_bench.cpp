// What a session takes of the gateway's memory: the built program with many sessions, its resident
// set as configured, with all of them logged on, and when each has had orders answered. The last
// line is the figures as JSON (json_line.h).
#include <fstream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <sys/types.h>

#include "tests/bench/bench_program.h"
#include "tests/bench/json_line.h"
#include "tests/bench/servers.h"
#include "tests/bench/session_name.h"
#include "tests/bench/trading_session.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

// Its own pages; without those of mapped files (journal, session cache), which the kernel may drop.
std::size_t anonymous_kib(pid_t process) {
  std::ifstream status{fmt::format("/proc/{}/status", process)};
  std::string key;
  while (status >> key) {
    if (key == "RssAnon:") {
      std::size_t kib = 0;
      status >> kib;
      return kib;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  throw std::runtime_error{"no RssAnon in the status of process " + std::to_string(process)};
}

void trade(TradingSession& session, int orders) {
  for (int i = 0; i < orders; ++i) {
    session.append_order();
  }
  while (!session.flush()) {
  }
  for (std::size_t news = 0; news < static_cast<std::size_t>(orders);) {
    news += session.receive_news(TradingSession::Wait::Yes);
  }
}

void measure(int sessions, int orders) {
  const test::TempFolder folder;
  Gateway gateway{folder.path(), sessions};
  const std::size_t configured = anonymous_kib(gateway.pid());
  fmt::print("{} sessions, off: {} KiB in all\n", sessions, configured);
  JsonLine line{"session_memory_bench"};
  line.add(
      fmt::format("{} sessions, off, in all", sessions), static_cast<double>(configured), "KiB");

  std::vector<std::unique_ptr<TradingSession>> on;
  for (int i = 0; i < sessions; ++i) {
    on.push_back(std::make_unique<TradingSession>(gateway.port(), session_name(i)));
  }
  const auto tell = [&](const std::string& what) {
    const std::size_t kib = anonymous_kib(gateway.pid());
    const double more = (static_cast<double>(kib) - static_cast<double>(configured)) / sessions;
    fmt::print("{}: {} KiB in all, {:.1f} KiB a session more than off\n", what, kib, more);
    line.add(fmt::format("a session that is {}", what), more, "KiB");
  };
  tell("on");
  for (const auto& session : on) {
    trade(*session, orders);
  }
  tell(fmt::format("on, after {} orders each", orders));
  line.print();
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  CLI::App app{"What a session takes of the gateway's memory.", "session_memory_bench"};
  int sessions = 1000;
  int orders = 100;
  bool smoke = false;
  app.add_option("sessions", sessions)->check(CLI::Range(1, 9'999))->capture_default_str();
  app.add_option("orders", orders, "Of each")->check(CLI::Range(1, 100'000))->capture_default_str();
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(
      app, argc, argv, [&] { betex::bench::measure(smoke ? 3 : sessions, smoke ? 3 : orders); });
}

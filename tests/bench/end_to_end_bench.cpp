// How fast is an order, from a client's socket to the durable log and back? Runs betex-gateway with
// its WAL on a real disk and beside it baseline_server (QuickFIX with its own transport and store),
// and measures over loopback, interleaved in rounds so that the machine's moods meet all alike:
//   - an order's way to its New with one outstanding, beside what it cannot be faster than: one
//     durable LMDB commit, one TCP round trip;
//   - orders per second and processor time per order, for 1, 10, 50 and 500 sessions;
//   - the way to the New at 20 000 orders per second, from when each order was due, and the same
//     for the gateway alone at less and more than that, as far as it keeps up.
//
// The files go into a new folder in FOLDER (default: the working directory, which should not be a
// tmpfs) and are removed at the end. With --rates only the orders per second are measured, for that
// many sessions: for a profiler. The last line is the figures as JSON (json_line.h).
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/bench_program.h"
#include "tests/bench/conditions.h"
#include "tests/bench/cpu_usage.h"
#include "tests/bench/floors.h"
#include "tests/bench/json_line.h"
#include "tests/bench/load.h"
#include "tests/bench/servers.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

using Clock = std::chrono::steady_clock;

// QuickFIX's select() ends its process at file descriptor 1024, and a FileStore has four files
// open.
constexpr int kMostOfBaseline = 50;
constexpr std::uint64_t kWindow = 8192;  // unanswered orders, over all sessions
constexpr double kOpenLoopRate = 20'000;
constexpr std::array kShares{
    std::pair{"p50", 0.5}, std::pair{"p99", 0.99}, std::pair{"p99.9", 0.999}};

// Of Effort::loads, orders per second; for kLoadSeconds, but no more than Effort::load_orders.
constexpr int kLoadSessions = 50;
constexpr int kLoadSeconds = 3;

struct Effort {
  std::vector<int> sessions{1, 10, 50, 500};
  std::vector<int> loads{1'000, 5'000, 10'000, 20'000, 50'000, 100'000, 150'000, 200'000};
  bool rates_only = false;
  bool settles = true;
  int rounds = 5;
  int samples = 1000;             // of each latency, each round
  std::uint64_t orders = 50'000;  // pipelined, each round
  std::uint64_t load_orders = 200'000;
};

void print_conditions(const std::filesystem::path& folder, const Effort& effort) {
  print(conditions_of(folder));
  std::printf(
      "%d rounds of %d round trips and %lu pipelined orders, window %lu; FIXT.1.1, TCP over "
      "loopback, WAL synced, gateway as shipped in config/\n",
      effort.rounds,
      effort.samples,
      static_cast<unsigned long>(effort.orders),
      static_cast<unsigned long>(kWindow));
}

template <typename Action>
void measure(Micros& samples, int count, Action action) {
  for (int i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    action();
    samples.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
}

void print_latency(const char* what, const Micros& samples) {
  std::printf("%-44s %9.1f %9.1f %9.1f\n",
              what,
              percentile(samples, 0.5),
              percentile(samples, 0.99),
              percentile(samples, 0.999));
  std::fflush(stdout);
}

void add_latency(JsonLine& line,
                 const std::string& name,
                 const Micros& samples,
                 const std::optional<Beside>& beside = std::nullopt) {
  for (const auto& [share_name, share] : kShares) {
    line.add(name + ", " + share_name, percentile(samples, share), "us", beside);
  }
}

// "1 session", "50 sessions".
std::string counted(int sessions) {
  return std::to_string(sessions) + (sessions == 1 ? " session" : " sessions");
}

void print_latency_head(const char* what) {
  std::printf("\n%-44s %9s %9s %9s\n", what, "p50", "p99", "p99.9");
}

struct Servers {
  Gateway& gateway;
  Baseline& baseline;
};

// Returns the median of a commit, in microseconds: what waits for the disk is held against it.
double measure_round_trips(const Servers& servers,
                           const std::filesystem::path& folder,
                           const Effort& effort,
                           JsonLine& line) {
  std::filesystem::create_directories(folder / "commit");
  PlainCommit commit{folder / "commit"};
  PingPong ping_pong;
  Load gateway{servers.gateway.port(), 1};
  Load baseline{servers.baseline.port(), 1};
  Micros commits;
  Micros ping_pongs;
  Micros by_gateway;
  Micros by_baseline;
  for (int round = 0; round < effort.rounds; ++round) {
    measure(commits, effort.samples, [&] { commit(); });
    measure(by_gateway, effort.samples, [&] { gateway.round_trip(); });
    measure(ping_pongs, effort.samples, [&] { ping_pong(); });
    measure(by_baseline, effort.samples, [&] { baseline.round_trip(); });
  }
  print_latency_head("us, one outstanding");
  print_latency("TCP ping-pong, 220 bytes, two threads", ping_pongs);
  print_latency("one LMDB commit, one record of 512 bytes", commits);
  print_latency("order -> New, baseline, not durable", by_baseline);
  print_latency("order -> New, gateway, durable", by_gateway);
  const double commit_us = percentile(commits, 0.5);
  const double rest = percentile(by_gateway, 0.5) - commit_us - percentile(by_baseline, 0.5);
  std::printf("%-44s %9.1f\n", "gateway - commit - baseline, of the p50s", rest);
  add_latency(line, "TCP ping-pong", ping_pongs);
  add_latency(line, "LMDB commit", commits);
  for (const auto& [name, share] : kShares) {
    line.add(std::string{"one outstanding, "} + name,
             percentile(by_gateway, share),
             "us",
             Beside{"baseline", percentile(by_baseline, share)});
  }
  line.add("one outstanding, p50 - commit - baseline", rest, "us");
  return commit_us;
}

// One server's share in the rounds of a number of sessions.
struct Rates {
  std::vector<double> rates;  // orders/s, one a round
  CpuUsage cpu;               // of all rounds
};

template <typename Server>
void add_round(Rates& rates, Server& server, Load& load, const Effort& effort) {
  const CpuUsage before = cpu_usage(server.pid());
  rates.rates.push_back(load.pipeline(effort.orders, kWindow));
  for (const auto& [name, seconds] : difference(cpu_usage(server.pid()), before)) {
    rates.cpu[name] += seconds;
  }
}

double micros_per_order(double seconds, const Effort& effort) {
  return seconds * 1e6 / static_cast<double>(effort.orders) / effort.rounds;
}

void print_threads(const CpuUsage& cpu, const Effort& effort) {
  std::printf("          of which");
  for (const auto& [name, seconds] : cpu) {
    if (const double micros = micros_per_order(seconds, effort); micros >= 0.05) {
      std::printf("  %s %.1f", name.c_str(), micros);
    }
  }
  std::printf("\n");
  std::fflush(stdout);
}

struct BothRates {
  const Rates& gateway;
  const Rates& baseline;
};

void add_rates(JsonLine& line, int sessions, const BothRates& rates, const Effort& effort) {
  const std::string of = ", " + counted(sessions);
  const std::string baseline =
      sessions > kMostOfBaseline ? "baseline" + (", " + counted(kMostOfBaseline)) : "baseline";
  line.add("durable" + of,
           percentile(rates.gateway.rates, 0.5),
           "orders/s",
           Beside{baseline, percentile(rates.baseline.rates, 0.5)});
  line.add("processor time of an order" + of,
           micros_per_order(total(rates.gateway.cpu), effort),
           "us",
           Beside{baseline, micros_per_order(total(rates.baseline.cpu), effort)});
  for (const auto& [name, seconds] : rates.gateway.cpu) {
    if (const double micros = micros_per_order(seconds, effort); micros >= 0.05) {
      line.add("of which " + name + of, micros, "us");
    }
  }
}

void measure_rates(const Servers& servers, const Effort& effort, JsonLine& line) {
  std::printf("\n%8s %12s %12s %7s %16s %16s\n",
              "sessions",
              "gateway/s",
              "baseline/s",
              "ratio",
              "gateway CPU us",
              "baseline CPU us");
  for (const int sessions : effort.sessions) {
    Load to_gateway{servers.gateway.port(), sessions};
    Load to_baseline{servers.baseline.port(), std::min(sessions, kMostOfBaseline)};
    to_gateway.pipeline(effort.orders / 10, kWindow);  // warm
    to_baseline.pipeline(effort.orders / 10, kWindow);
    Rates gateway;
    Rates baseline;
    for (int round = 0; round < effort.rounds; ++round) {
      add_round(gateway, servers.gateway, to_gateway, effort);
      add_round(baseline, servers.baseline, to_baseline, effort);
    }
    const double by_gateway = percentile(gateway.rates, 0.5);
    const double by_baseline = percentile(baseline.rates, 0.5);
    std::printf("%8d %12.0f %12.0f %7.2f %16.1f %16.1f%s\n",
                sessions,
                by_gateway,
                by_baseline,
                by_gateway / by_baseline,
                micros_per_order(total(gateway.cpu), effort),
                micros_per_order(total(baseline.cpu), effort),
                sessions > kMostOfBaseline ? "  baseline with 50" : "");
    print_threads(gateway.cpu, effort);
    add_rates(line, sessions, {.gateway = gateway, .baseline = baseline}, effort);
  }
}

// When the slowest were due: one stall, or many.
void print_slowest(const OpenLoop& run) {
  constexpr double kSecond = 1e6;
  const double limit = percentile(run.times, 0.999);
  std::array<int, 60> by_second{};
  for (std::size_t i = 0; i < run.times.size(); ++i) {
    if (run.times[i] >= limit) {
      ++by_second[std::min<std::size_t>(static_cast<std::size_t>(run.due[i] / kSecond), 59)];
    }
  }
  std::printf("          slowest 0.1 %%, by the second in which they were due:");
  for (std::size_t second = 0; second < by_second.size(); ++second) {
    if (by_second[second] != 0) {
      std::printf("  %zu: %d", second, by_second[second]);
    }
  }
  std::printf("\n");
  std::fflush(stdout);
}

void print_open_loop(const std::string& what, const OpenLoop& run) {
  print_latency(what.c_str(), run.times);
  print_slowest(run);
}

void measure_open_loop(const Servers& servers,
                       const Effort& effort,
                       const Beside& commit,
                       JsonLine& line) {
  print_latency_head("us from when it was due, 20 000 orders/s");
  const auto orders = effort.orders * static_cast<std::uint64_t>(effort.rounds) / 2;
  for (const int sessions : {1, 50}) {
    Load gateway{servers.gateway.port(), sessions};
    Load baseline{servers.baseline.port(), sessions};
    const std::string of = ", " + std::to_string(sessions) + " sessions";
    const OpenLoop by_baseline = baseline.open_loop(orders, kOpenLoopRate);
    print_open_loop("baseline" + of, by_baseline);
    if (effort.settles) {
      const Load::SentAgain again = gateway.settle();
      std::printf("          first %zu reports of before sent again, in %.1f ms\n",
                  again.reports,
                  again.millis);
    }
    const OpenLoop by_gateway = gateway.open_loop(orders, kOpenLoopRate);
    print_open_loop("gateway" + of, by_gateway);
    add_latency(line, "20000 orders/s, " + counted(sessions), by_gateway.times, commit);
    add_latency(line, "20000 orders/s, baseline, " + counted(sessions), by_baseline.times);
  }
}

// Up to the first load that is not kept up with: the latencies of one that is not say nothing but
// for how long it went on.
void measure_loads(Gateway& gateway, const Effort& effort, JsonLine& line) {
  print_latency_head("us from when it was due, by orders/s");
  Load load{gateway.port(), kLoadSessions};
  static_cast<void>(load.settle());
  for (const int rate : effort.loads) {
    const std::uint64_t orders =
        std::min(static_cast<std::uint64_t>(rate) * kLoadSeconds, effort.load_orders);
    const OpenLoop run = load.open_loop(orders, rate);
    const std::string name = counted(kLoadSessions) + " at " + std::to_string(rate) + " orders/s";
    print_latency(name.c_str(), run.times);
    const double planned_us = static_cast<double>(orders) / rate * 1e6;
    if (run.times.back() > planned_us / 4) {
      std::printf("          does not keep up\n");
      return;
    }
    add_latency(line, name, run.times);  // tests/bench/runner/charts.py knows this name
  }
}

void run(const std::filesystem::path& parent, const Effort& effort) {
  JsonLine line{"end_to_end_bench"};
  const test::TempFolder temporary{parent};
  const std::filesystem::path& folder = temporary.path();
  print_conditions(folder, effort);
  {
    const int sessions = *std::max_element(effort.sessions.begin(), effort.sessions.end());
    Gateway gateway{folder / "gateway", sessions};
    Baseline baseline{folder / "baseline", kMostOfBaseline};
    const Servers servers{gateway, baseline};
    try {
      if (effort.rates_only) {
        measure_rates(servers, effort, line);
      } else {
        const double commit_us = measure_round_trips(servers, folder, effort, line);
        measure_rates(servers, effort, line);
        measure_open_loop(servers, effort, {"LMDB commit, p50", commit_us}, line);
        measure_loads(gateway, effort, line);
      }
    } catch (const std::exception&) {
      std::fprintf(stderr, "%s%s", gateway.log().c_str(), baseline.log().c_str());
      throw;
    }
  }
  line.print();
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  betex::bench::Effort effort;
  betex::bench::OrderOptions options;
  int sessions = 0;
  CLI::App app{"How fast is an order, from a client's socket to the durable log and back?",
               "end_to_end_bench"};
  betex::bench::add_order_options(app, options);
  app.add_option("--rates", sessions, "Only orders per second, with so many sessions")
      ->check(CLI::Range(1, 9'999));
  app.add_flag("!--unsettled",
               effort.settles,
               "Begin the fixed rate while reports of before the logon are sent again");
  const auto* const rounds =
      app.add_option("--rounds", effort.rounds)->check(CLI::Range(1, 1'000))->capture_default_str();
  return betex::bench::run_program(app, argc, argv, [&] {
    if (!options.is_full()) {
      effort.rounds = rounds->count() != 0 ? effort.rounds : options.less(3, 1);
      effort.samples = options.less(200, 10);
      effort.orders = options.less(20'000U, 2'000U);
      effort.load_orders = options.less(100'000U, 500U);
    }
    if (options.smoke) {
      effort.sessions = {1, 50};
      effort.loads = {1'000, 5'000};
    }
    if (sessions > 0) {
      effort.sessions = {sessions};
      effort.rates_only = true;
    }
    betex::bench::run(options.folder, effort);
  });
}

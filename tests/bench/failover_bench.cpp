// What a second and a third machine cost, and what they give. Starts, on this machine, three
// members of etcd, two gateways with mode = "replicated" and one with mode = "single", all as
// shipped otherwise, and measures over loopback, the two modes in turns so that the machine's moods
// meet both alike:
//   - an order's way to its New with one outstanding;
//   - orders per second, and the processor time of an order: of the gateway, of the standby, and of
//     all members of etcd together;
//   - the way to the New at 10 000 orders per second, from when each order was due;
//   - how long after the SIGKILL of the node that leads the other one gives the first report;
//   - how fast a standby takes over what it has missed.
//
// All of it shares this machine's processors and its disk, which three machines would not. The
// files go into a new folder in FOLDER (default: the working directory, which should not be a
// tmpfs) and are removed at the end. The last line is the figures as JSON (json_line.h).
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include "journal/environment_pool.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/conditions.h"
#include "tests/bench/cpu_usage.h"
#include "tests/bench/json_line.h"
#include "tests/bench/load.h"
#include "tests/bench/scrape.h"
#include "tests/bench/servers.h"
#include "tests/support/etcd_cluster.h"
#include "tests/support/failover_pair.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kWindow = 8192;  // unanswered orders, over all sessions
constexpr double kOpenLoopRate = 10'000;
constexpr std::array kSessions{1, 50};
constexpr int kMostSessions = 50;
constexpr std::array kShares{std::pair{"p50", 0.5}, std::pair{"p99", 0.99}};
constexpr std::chrono::milliseconds kPatience{120'000};
constexpr std::chrono::milliseconds kBetweenLooks{5};

struct Effort {
  int rounds = 5;
  int samples = 500;                    // of each mode, each round
  std::uint64_t orders = 50'000;        // pipelined, of each mode, each round
  std::uint64_t paced_orders = 20'000;  // at kOpenLoopRate, of each mode, each round
  int kills = 10;
  std::uint64_t missed_orders = 200'000;
};

// All that runs of this program's children by that name.
std::vector<pid_t> children_named(const std::string& name) {
  std::vector<pid_t> found;
  std::error_code gone;  // a process may end while we look
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", gone}) {
    std::string its_name;
    std::getline(std::ifstream{entry.path() / "comm"}, its_name);
    if (its_name != name) {
      continue;
    }
    std::ifstream status{entry.path() / "status"};
    for (std::string line; std::getline(status, line);) {
      if (line == "PPid:\t" + std::to_string(getpid())) {
        found.push_back(static_cast<pid_t>(std::stol(entry.path().filename().string())));
      }
    }
  }
  return found;
}

class Cluster {
 public:
  Cluster() {
    for (const std::size_t node : {std::size_t{0}, std::size_t{1}}) {
      write_sessions(pair_.config(node).parent_path(), kMostSessions);
    }
    pair_.start(0, {"--init-quorum-log"});
    pair_.wait_until_leads(0, kPatience);
    pair_.start(1);
    pair_.wait_for_standby(1, kPatience);
  }

  [[nodiscard]] test::FailoverPair& pair() noexcept { return pair_; }

  [[nodiscard]] std::size_t leader() { return pair_.wait_for_leader(kPatience); }

  [[nodiscard]] std::uint16_t port() { return pair_.fix_port(leader()); }

  [[nodiscard]] std::string log() const { return pair_.log(0) + pair_.log(1); }

  // Seconds of processor time since each of them began.
  struct Cpu {
    double leader = 0;
    double standby = 0;
    double etcd = 0;
  };

  [[nodiscard]] Cpu cpu() {
    const std::size_t leads = leader();
    Cpu now{.leader = total(cpu_usage(pair_.process(leads).pid())),
            .standby = total(cpu_usage(pair_.process(1 - leads).pid()))};
    for (const pid_t member : members_) {
      now.etcd += total(cpu_usage(member));
    }
    return now;
  }

 private:
  static test::FailoverOptions options() {
    test::FailoverOptions options;
    options.changes = {{.shipped = "connections_per_address = 100\n",
                        .value = "connections_per_address = 1_000\n"}};
    return options;
  }

  test::EtcdCluster etcd_{{.on_disk = true}};
  std::vector<pid_t> members_ = children_named("etcd");
  test::FailoverPair pair_{etcd_, options()};
};

struct Systems {
  Gateway& single;
  Cluster& replicated;
};

struct Both {
  Micros single;
  Micros replicated;
};

void append(Micros& all, const Micros& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// "1 session", "50 sessions".
std::string counted(int sessions) {
  return std::to_string(sessions) + (sessions == 1 ? " session" : " sessions");
}

void print_latencies(const std::string& what, const Both& times) {
  for (const auto& [mode, samples] :
       {std::pair{"single", &times.single}, std::pair{"replicated", &times.replicated}}) {
    std::printf("%-44s %9.1f %9.1f\n",
                (what + ", " + mode).c_str(),
                percentile(*samples, 0.5),
                percentile(*samples, 0.99));
  }
  std::fflush(stdout);
}

void add_latencies(JsonLine& line, const std::string& name, const Both& times) {
  for (const auto& [share_name, share] : kShares) {
    line.add(name + ", " + share_name,
             percentile(times.replicated, share),
             "us",
             Beside{"single", percentile(times.single, share)});
  }
}

void measure_round_trips(const Systems& systems, const Effort& effort, JsonLine& line) {
  Load single{systems.single.port(), 1};
  Load replicated{systems.replicated.port(), 1};
  Both times;
  const auto measure = [&effort](Load& load, Micros& samples) {
    for (int i = 0; i < effort.samples; ++i) {
      const auto begin = Clock::now();
      load.round_trip();
      samples.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
  };
  for (int round = 0; round < effort.rounds; ++round) {
    measure(single, times.single);
    measure(replicated, times.replicated);
  }
  std::printf("\n%-44s %9s %9s\n", "us", "p50", "p99");
  print_latencies("one outstanding", times);
  add_latencies(line, "one outstanding", times);
}

// Processor time of an order, in microseconds.
double of_an_order(double seconds, const Effort& effort) {
  return seconds * 1e6 / static_cast<double>(effort.orders) / effort.rounds;
}

void measure_rates(const Systems& systems, int sessions, const Effort& effort, JsonLine& line) {
  Load to_single{systems.single.port(), sessions};
  Load to_replicated{systems.replicated.port(), sessions};
  to_single.pipeline(effort.orders / 10, kWindow);  // warm
  to_replicated.pipeline(effort.orders / 10, kWindow);
  Both rates;
  double single_cpu = 0;
  Cluster::Cpu cpu;
  for (int round = 0; round < effort.rounds; ++round) {
    const double single_before = total(cpu_usage(systems.single.pid()));
    rates.single.push_back(to_single.pipeline(effort.orders, kWindow));
    single_cpu += total(cpu_usage(systems.single.pid())) - single_before;
    const Cluster::Cpu before = systems.replicated.cpu();
    rates.replicated.push_back(to_replicated.pipeline(effort.orders, kWindow));
    const Cluster::Cpu after = systems.replicated.cpu();
    cpu.leader += after.leader - before.leader;
    cpu.standby += after.standby - before.standby;
    cpu.etcd += after.etcd - before.etcd;
  }
  const double by_single = percentile(rates.single, 0.5);
  const double by_replicated = percentile(rates.replicated, 0.5);
  std::printf("\n%s: %.0f orders/s single, %.0f replicated (%.2f)\n",
              counted(sessions).c_str(),
              by_single,
              by_replicated,
              by_replicated / by_single);
  std::printf(
      "processor time of an order, us: %.1f single; replicated %.1f, its standby %.1f, "
      "all of etcd %.1f\n",
      of_an_order(single_cpu, effort),
      of_an_order(cpu.leader, effort),
      of_an_order(cpu.standby, effort),
      of_an_order(cpu.etcd, effort));
  std::fflush(stdout);
  const std::string of = ", " + counted(sessions);
  line.add("durable" + of, by_replicated, "orders/s", Beside{"single", by_single});
  line.add("processor time of an order" + of,
           of_an_order(cpu.leader, effort),
           "us",
           Beside{"single", of_an_order(single_cpu, effort)});
  line.add("processor time of an order, standby" + of, of_an_order(cpu.standby, effort), "us");
  line.add("processor time of an order, etcd" + of, of_an_order(cpu.etcd, effort), "us");
}

void measure_paced(const Systems& systems, int sessions, const Effort& effort, JsonLine& line) {
  Load to_single{systems.single.port(), sessions};
  Load to_replicated{systems.replicated.port(), sessions};
  static_cast<void>(to_single.settle());
  static_cast<void>(to_replicated.settle());
  Both times;
  for (int round = 0; round < effort.rounds; ++round) {
    append(times.single, to_single.open_loop(effort.paced_orders, kOpenLoopRate).times);
    append(times.replicated, to_replicated.open_loop(effort.paced_orders, kOpenLoopRate).times);
  }
  print_latencies("10 000 orders/s, " + counted(sessions), times);
  add_latencies(line, "10000 orders/s, " + counted(sessions), times);
}

// From the SIGKILL to the first report by the other node, in milliseconds.
double fail_over(Cluster& cluster) {
  test::FailoverPair& pair = cluster.pair();
  const std::size_t killed = cluster.leader();
  const std::size_t successor = 1 - killed;
  Load before{pair.fix_port(killed), 1};
  before.round_trip();
  const auto begin = Clock::now();
  pair.kill(killed);
  pair.wait_until_leads(successor, kPatience);
  Load after{pair.fix_port(successor), 1};
  after.round_trip();
  const std::chrono::duration<double, std::milli> time = Clock::now() - begin;
  pair.start(killed);
  pair.wait_for_standby(killed, kPatience);
  return time.count();
}

void measure_failovers(Cluster& cluster, const Effort& effort, JsonLine& line) {
  std::vector<double> times;
  for (int kill = 0; kill < effort.kills; ++kill) {
    times.push_back(fail_over(cluster));
  }
  const auto [least, most] = std::minmax_element(times.begin(), times.end());
  const double median = percentile(times, 0.5);
  std::printf(
      "\n%d kills, ms from the SIGKILL to the successor's first report: %.0f least, %.0f "
      "median, %.0f most\n",
      effort.kills,
      *least,
      median,
      *most);
  std::fflush(stdout);
  line.add("failover, least", *least, "ms");
  line.add("failover, median", median, "ms");
  line.add("failover, most", *most, "ms");
}

// Its journal, which another process writes, has this event.
bool has_event(const std::filesystem::path& wal, std::uint64_t event) {
  try {
    journal::EnvironmentPool pool;
    journal::JournalReader reader{wal, pool, journal::EventSeq{event}};
    return reader.next().has_value();
  } catch (const journal::JournalError&) {
    return false;  // it ends before
  }
}

void measure_catching_up(Cluster& cluster, const Effort& effort, JsonLine& line) {
  test::FailoverPair& pair = cluster.pair();
  const std::size_t leader = cluster.leader();
  const std::size_t away = 1 - leader;
  const auto newest = [&] {
    return scrape(pair.http_port(leader), "betex_journal_durable_sequence");
  };
  pair.terminate(away);
  const double before = newest();
  {
    Load load{pair.fix_port(leader), kMostSessions};
    load.pipeline(effort.missed_orders, kWindow);
  }
  const double after = newest();
  const auto begin = Clock::now();
  pair.start(away);
  while (!has_event(pair.wal(away), static_cast<std::uint64_t>(after))) {
    if (Clock::now() - begin > kPatience || !pair.running(away)) {
      throw std::runtime_error{"the standby does not catch up"};
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  const std::chrono::duration<double> time = Clock::now() - begin;
  pair.wait_for_standby(away, kPatience);
  const double rate = (after - before) / time.count();
  std::printf("%.0f events missed and taken over in %.2f s, the start included: %.0f events/s\n",
              after - before,
              time.count(),
              rate);
  std::fflush(stdout);
  line.add("catching up", rate, "events/s");
}

void run(const std::filesystem::path& parent, const Effort& effort) {
  JsonLine line{"failover_bench"};
  const test::TempFolder temporary{std::filesystem::absolute(parent)};
  const std::filesystem::path& folder = temporary.path();
  // Where those that are started put their files.
  setenv("TMPDIR", folder.c_str(), 1);
  print(conditions_of(folder));
  std::printf(
      "%d rounds of %d round trips, %lu pipelined orders, window %lu, and %lu orders at a fixed "
      "rate; three members of etcd, a standby and a single gateway beside it on this machine\n",
      effort.rounds,
      effort.samples,
      static_cast<unsigned long>(effort.orders),
      static_cast<unsigned long>(kWindow),
      static_cast<unsigned long>(effort.paced_orders));
  {
    Gateway single{folder / "single", kMostSessions};
    Cluster replicated;
    const Systems systems{single, replicated};
    try {
      measure_round_trips(systems, effort, line);
      for (const int sessions : kSessions) {
        measure_rates(systems, sessions, effort, line);
      }
      for (const int sessions : kSessions) {
        measure_paced(systems, sessions, effort, line);
      }
      measure_catching_up(replicated, effort, line);
      measure_failovers(replicated, effort, line);
    } catch (const std::exception&) {
      std::fprintf(stderr, "%s%s", single.log().c_str(), replicated.log().c_str());
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
  CLI::App app{"What does a replicated cluster cost an order, and how long is it without a leader?",
               "failover_bench"};
  betex::bench::add_order_options(app, options);
  const auto* const kills =
      app.add_option("--kills", effort.kills)->check(CLI::Range(1, 1'000))->capture_default_str();
  return betex::bench::run_program(app, argc, argv, [&] {
    if (!betex::test::etcd_is_installed()) {
      throw std::runtime_error{"etcd is not installed: the package is etcd-server"};
    }
    if (!options.is_full()) {
      effort.rounds = options.less(3, 1);
      effort.samples = options.less(200, 10);
      effort.orders = options.less(20'000U, 1'000U);
      effort.paced_orders = options.less(5'000U, 300U);
      effort.missed_orders = options.less(50'000U, 1'000U);
      effort.kills = kills->count() != 0 ? effort.kills : options.less(5, 1);
    }
    betex::bench::run(options.folder, effort);
  });
}

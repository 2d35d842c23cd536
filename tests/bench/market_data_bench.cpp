// What prices cost, and what they cost orders: how long an update takes to the wire and to many
// sessions, what md takes of the processors for it, and that nobody else notices a session that
// does not read, or all of them coming back at once, or a goal. The gateway as shipped, a process
// of its own; readers, brokers and gateway share the machine.
//
// *Behind* is the time from the moment at which an order was due at the broker until a session has
// read the update that shows it, so the order's own way to the journal is in it.
//
// The last line is the figures as JSON (json_line.h). The files go into a new folder in FOLDER
// (default: the working directory, which should not be a tmpfs) and are removed at the end.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/process/heap.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/conditions.h"
#include "tests/bench/cpu_usage.h"
#include "tests/bench/json_line.h"
#include "tests/bench/loopback.h"
#include "tests/bench/market_parties.h"
#include "tests/bench/price_costs.h"
#include "tests/bench/price_parties.h"
#include "tests/bench/servers.h"
#include "tests/bench/session_name.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string folder = std::filesystem::current_path();
  int sessions = 500;
  PricedMarkets markets;
  double rate = 6'000;  // changes per second
  int order_rate = 1'000;
  int seconds = 15;  // each measurement
  int wire_events = 10'000;
  int encode_ticks = 100;
  int goal_runners = 40;
  int goal_orders = 10'000;
  int dead_rounds = 30;  // at most until one that does not read counts as slow; 0: all read
};

// The brokers by their sessions' numbers.
constexpr int kMaker = 0;
constexpr int kTrader = 1;
constexpr int kCrowd = 2;  // whose orders a goal cancels
constexpr int kBrokers = 3;

constexpr const char* kGoal = "GOAL";

double micros_between(Moment begin, Moment end) {
  return std::chrono::duration<double, std::micro>(end - begin).count();
}

double millis_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// Of a log, which has a line for each session that comes and goes.
std::string end_of(const std::string& log) {
  constexpr std::size_t kMost = 4'000;
  return log.size() <= kMost ? log : "..." + log.substr(log.size() - kMost);
}

// ---- What is seen of the gateway from outside
// -----------------------------------------------------

// A figure of /metrics without labels.
double scrape(std::uint16_t http_port, const std::string& name) {
  const int descriptor = connect_to_loopback(http_port);
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::string answer;
  std::array<char, 65536> buffer;
  if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    ssize_t count = 0;
    while ((count = recv(descriptor, buffer.data(), buffer.size(), 0)) > 0) {
      answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  close(descriptor);
  const std::size_t found = answer.find("\n" + name + " ");
  if (found == std::string::npos) {
    throw std::runtime_error{"/metrics has no " + name};
  }
  return std::stod(answer.substr(found + name.size() + 2));
}

// Of md and its sessions, in seconds.
double market_data_cpu(const CpuUsage& usage) {
  double seconds = 0;
  for (const auto& [name, its] : usage) {
    seconds += name == "md" || name == "md-io" ? its : 0;
  }
  return seconds;
}

// ---- Saying it
// ------------------------------------------------------------------------------------

class Tale {
 public:
  void chapter(const std::string& title) {
    fmt::print("\n{}\n", title);
    std::fflush(stdout);
  }

  void tell(const std::string& name,
            double value,
            const std::string& unit,
            const std::optional<Beside>& beside = std::nullopt) {
    fmt::print("  {:<66} {:>12.1f} {:<7}", name, value, unit);
    if (beside) {
      fmt::print("  {} {:.1f}", beside->name, beside->value);
    }
    fmt::print("\n");
    std::fflush(stdout);
    line_.add(name, value, unit, beside);
  }

  // p50 and p99; `beside` has the same of something else.
  void tell_times(const std::string& name,
                  const Micros& times,
                  const std::optional<std::pair<std::string, Micros>>& beside = std::nullopt) {
    if (times.empty()) {
      throw std::runtime_error{"nothing was measured: " + name};
    }
    for (const auto& [word, share] : {std::pair{"p50", 0.5}, std::pair{"p99", 0.99}}) {
      tell(fmt::format("{}, {}", name, word),
           percentile(times, share),
           "us",
           beside ? std::optional{Beside{beside->first, percentile(beside->second, share)}}
                  : std::nullopt);
    }
  }

  void end() const {
    fmt::print("\n");
    line_.print();
  }

 private:
  JsonLine line_{"market_data_bench"};
};

// ---- The measurements
// -----------------------------------------------------------------------------

struct Bench {
  const Options& options;
  Gateway& gateway;
  Tale& tale;
  std::size_t& resting;  // as PriceMaker has it

  [[nodiscard]] std::chrono::milliseconds time() const {
    return std::chrono::seconds{options.seconds};
  }
};

// Orders in another market meanwhile, at a rate of their own.
class OrdersBeside {
 public:
  explicit OrdersBeside(const Bench& bench)
      : trader_{bench.gateway.port(),
                session_name(kTrader),
                static_cast<double>(bench.options.order_rate)} {}

  [[nodiscard]] Micros finish() {
    Micros times;
    for (const SteadyTrader::Trip& trip : trader_.finish()) {
      times.push_back(micros_between(trip.due, trip.answered));
    }
    return times;
  }

 private:
  SteadyTrader trader_;
};

std::unique_ptr<PriceMaker> prices_at(const Bench& bench, PriceMaker::Pace pace) {
  return std::make_unique<PriceMaker>(
      bench.gateway.port(), session_name(kMaker), bench.options.markets, pace, bench.resting);
}

void say_in_process(const Options& options, Tale& tale) {
  tale.chapter("In one process, without a gateway");
  const EncodeCost cost = measure_encoding(options.sessions, options.encode_ticks);
  tale.tell("CPU an entry and subscriber, encode only", cost.ns_an_entry, "ns");
  tale.tell("CPU a transaction into the books", cost.ns_a_transaction, "ns");
  tale.tell_times("event to wire, 1 session, 1 000 changes/s",
                  measure_event_to_wire(options.wire_events, 1'000));
}

// Each change is a mark.
void say_one_session(const Bench& bench) {
  bench.tale.chapter("One session, ConflateMs 0, 1 000 changes/s");
  PriceReaders readers{
      bench.gateway.market_data_port(), 1, bench.options.markets, {.conflate_ms = 0}};
  readers.wait_for_images(1, 60s);
  const auto maker = prices_at(bench, {.rate = 1'000, .mark_every = 1});
  readers.watch(*maker);
  readers.read_for(bench.time());
  maker->finish();
  readers.read_for(500ms);
  bench.tale.tell_times("order to X at one session",
                        readers.take_times(),
                        std::pair{std::string{"to its New"}, maker->answers()});
}

void say_ten_sessions(const Bench& bench) {
  const int sessions = std::min(10, bench.options.sessions);
  bench.tale.chapter(
      fmt::format("{} sessions, ConflateMs 0, {} changes/s", sessions, bench.options.rate));
  PriceReaders readers{
      bench.gateway.market_data_port(), sessions, bench.options.markets, {.conflate_ms = 0}};
  readers.wait_for_images(static_cast<std::uint64_t>(bench.options.markets.symbols()), 60s);
  const auto maker = prices_at(bench, {.rate = bench.options.rate});
  readers.watch(*maker);
  readers.read_for(bench.time());
  const Micros behind = readers.take_times();
  maker->finish();
  bench.tale.tell_times("behind, 10 sessions, ConflateMs 0", behind);
}

// Orders and changes without a session that is told.
Micros say_orders_alone(const Bench& bench) {
  bench.tale.chapter(fmt::format("No session, {} changes/s, {} orders/s beside",
                                 bench.options.rate,
                                 bench.options.order_rate));
  const auto maker = prices_at(bench, {.rate = bench.options.rate});
  OrdersBeside orders{bench};
  const CpuUsage before = cpu_usage(bench.gateway.pid());
  std::this_thread::sleep_for(bench.time());
  const CpuUsage spent = difference(cpu_usage(bench.gateway.pid()), before);
  Micros times = orders.finish();
  maker->finish();
  bench.tale.tell("md's share of a processor, nobody subscribed",
                  market_data_cpu(spent) / bench.options.seconds * 100,
                  "%");
  bench.tale.tell_times("orders, nobody subscribed", times);
  return times;
}

struct FanOut {
  Micros behind;
  Micros orders;
};

// What all sessions are told for a while, with these words before each figure's name.
FanOut measure_fan_out(const Bench& bench, PriceReaders& readers) {
  const auto maker = prices_at(bench, {.rate = bench.options.rate});
  OrdersBeside orders{bench};
  readers.read_for(1s);
  readers.watch(*maker);
  readers.read_for(bench.time());
  FanOut told{.behind = readers.take_times(), .orders = {}};
  // Whoever stops the trader waits for it, and the sessions are read meanwhile.
  std::future<Micros> finished =
      std::async(std::launch::async, [&orders] { return orders.finish(); });
  while (finished.wait_for(0ms) != std::future_status::ready) {
    readers.read_for(5ms);
  }
  told.orders = finished.get();
  maker->finish();
  readers.read_for(200ms);
  return told;
}

void say_fan_out(const Bench& bench, const Micros& orders_alone, PriceReaders& readers) {
  const Options& options = bench.options;
  bench.tale.chapter(fmt::format("{} sessions, {} instruments, ConflateMs 50, {} changes/s",
                                 options.sessions,
                                 options.markets.symbols(),
                                 options.rate));
  const std::uint16_t http = bench.gateway.http_port();
  const double entries_before = scrape(http, "betex_md_entries_out_total");
  const CpuUsage cpu_before = cpu_usage(bench.gateway.pid());
  const PriceReader::Counts before = readers.counts();
  const Moment begin = Clock::now();
  const FanOut told = measure_fan_out(bench, readers);
  const double seconds = micros_between(begin, Clock::now()) / 1e6;
  const PriceReader::Counts after = readers.counts();
  const double cpu = market_data_cpu(difference(cpu_usage(bench.gateway.pid()), cpu_before));
  const double entries = scrape(http, "betex_md_entries_out_total") - entries_before;

  bench.tale.tell_times("behind, all sessions", told.behind);
  bench.tale.tell(
      "bytes out", static_cast<double>(after.bytes - before.bytes) / seconds / 1e6, "MB/s");
  bench.tale.tell("entries out", entries / seconds / 1e6, "M/s");
  bench.tale.tell(
      "images out meanwhile", static_cast<double>(after.images - before.images), "images");
  bench.tale.tell("md's and its I/O's share of a processor", cpu / seconds * 100, "%");
  bench.tale.tell("CPU an entry and subscriber, with write", cpu * 1e9 / entries, "ns");
  bench.tale.tell_times("orders beside the fan-out",
                        told.orders,
                        std::pair{std::string{"nobody subscribed"}, orders_alone});
}

// One of them reads nothing, and then reads again. The sockets hold what it is told at first, which
// takes some rounds; what the gateway has for it then is what md leaves a slow reader, 256 KiB.
void say_dead_reader(const Bench& bench, MarketDesk& desk, PriceReaders& readers) {
  constexpr int kDead = 0;
  constexpr double kSlow = 128 * 1024;
  bench.tale.chapter("The same, and one of them does not read");
  const FanOut all_read = measure_fan_out(bench, readers);
  readers.stop_reading(kDead);
  FanOut meanwhile;
  int rounds = 0;
  do {
    if (++rounds > bench.options.dead_rounds) {
      throw std::runtime_error{"nothing waits for the session that does not read"};
    }
    meanwhile = measure_fan_out(bench, readers);
  } while (desk.queued_bytes(reader_name(kDead)) < kSlow);
  meanwhile = measure_fan_out(bench, readers);
  bench.tale.tell_times(
      "behind, the others", meanwhile.behind, std::pair{std::string{"all read"}, all_read.behind});
  bench.tale.tell("it does not read: the gateway has for it",
                  desk.queued_bytes(reader_name(kDead)) / 1024,
                  "KiB");

  const std::uint64_t images = readers.reader(kDead).counts().images;
  const auto symbols = static_cast<std::uint64_t>(bench.options.markets.symbols());
  const auto maker = prices_at(bench, {.rate = bench.options.rate});
  const Moment begin = Clock::now();
  readers.go_on_reading(kDead);
  const bool come = readers.read_until(
      [&] { return readers.reader(kDead).counts().images >= images + symbols; }, begin + 60s);
  const Moment end = Clock::now();
  maker->finish();
  if (!come) {
    throw std::runtime_error{"the session that reads again was not given its images"};
  }
  bench.tale.tell(
      "it reads again: until it has all images", micros_between(begin, end) / 1e3, "ms");
}

void say_storm(const Bench& bench, const Micros& orders_alone) {
  const Options& options = bench.options;
  bench.tale.chapter(fmt::format("{} sessions log on and subscribe at once", options.sessions));
  const auto maker = prices_at(bench, {.rate = options.rate});
  OrdersBeside orders{bench};
  const Moment begin = Clock::now();
  PriceReaders readers{bench.gateway.market_data_port(), options.sessions, options.markets, {}};
  readers.wait_for_images(static_cast<std::uint64_t>(options.markets.symbols()), 120s);
  const Moment end = Clock::now();
  std::future<Micros> finished =
      std::async(std::launch::async, [&orders] { return orders.finish(); });
  while (finished.wait_for(0ms) != std::future_status::ready) {
    readers.read_for(5ms);
  }
  maker->finish();
  bench.tale.tell("until the last has all its images", micros_between(begin, end) / 1e3, "ms");
  bench.tale.tell_times("orders meanwhile",
                        finished.get(),
                        std::pair{std::string{"nobody subscribed"}, orders_alone});
}

// A market of many runners with many orders, of which all sessions are told, is suspended.
void say_goal(const Bench& bench, MarketDesk& desk) {
  const Options& options = bench.options;
  bench.tale.chapter(fmt::format("A goal: {} runners, {} orders that lapse, {} sessions",
                                 options.goal_runners,
                                 options.goal_orders,
                                 options.sessions));
  desk.create(kGoal, options.goal_runners);
  static_cast<void>(desk.ask(kGoal, "Open", ""));
  TradingSession crowd{bench.gateway.port(), session_name(kCrowd)};
  for (int i = 0; i < options.goal_orders; ++i) {
    const std::string symbol = fmt::format("{}.{}", kGoal, i % options.goal_runners + 1);
    crowd.append_order({.symbol = symbol, .price = "2.04"});
  }
  for (int news = 0; news < options.goal_orders;) {
    crowd.flush();
    news += static_cast<int>(crowd.receive_news(TradingSession::Wait::No));
  }

  PriceReaders readers{bench.gateway.market_data_port(),
                       options.sessions,
                       options.markets,
                       {.conflate_ms = 0, .market = kGoal}};
  const auto runners = static_cast<std::uint64_t>(options.goal_runners);
  readers.wait_for_images(runners, 60s);
  std::future<MarketDesk::Answer> asked = std::async(
      std::launch::async, [&desk] { return desk.ask(kGoal, "Suspend", "20032=1|20010=2|"); });
  const std::uint64_t all = runners * readers.size();
  Moment last_status = Clock::now();
  Moment last_update = last_status;
  PriceReader::Counts seen;
  const auto note = [&] {
    const PriceReader::Counts now = readers.counts();
    const Moment moment = Clock::now();
    last_status = now.statuses > seen.statuses ? moment : last_status;
    last_update = now.updates > seen.updates ? moment : last_update;
    seen = now;
    return false;
  };
  while (asked.wait_for(0ms) != std::future_status::ready) {
    static_cast<void>(readers.read_until(note, Clock::now() + 20ms));
  }
  const MarketDesk::Answer answer = asked.get();
  static_cast<void>(readers.read_until(note, Clock::now() + 1s));
  if (seen.statuses != all) {
    throw std::runtime_error{fmt::format("{} of {} statuses were told", seen.statuses, all)};
  }
  bench.tale.tell(
      "last f at the last session", micros_between(answer.sent, last_status) / 1e3, "ms");
  bench.tale.tell("all orders cancelled, as the operator is told",
                  micros_between(answer.sent, answer.done) / 1e3,
                  "ms");
  bench.tale.tell(
      "last X at the last session", micros_between(answer.sent, last_update) / 1e3, "ms");
}

void create_markets(const Options& options, MarketDesk& desk) {
  for (int i = 0; i < options.markets.markets; ++i) {
    desk.create(PricedMarkets::market(i), options.markets.runners);
    static_cast<void>(desk.ask(PricedMarkets::market(i), "Open", ""));
  }
}

void run(const Options& options) {
  const test::TempFolder temporary{options.folder};
  print(conditions_of(temporary.path()));
  fmt::print(
      "FIXT.1.1, TCP over loopback, WAL synced, gateway as shipped in config/; readers, brokers "
      "and "
      "gateway share the processors; {} s each\n",
      options.seconds);
  Tale tale;
  gateway::keep_freed_memory();  // as the gateway does
  say_in_process(options, tale);
  Gateway gateway{temporary.path(), kBrokers, Desk::Ops1, options.sessions};
  try {
    std::size_t resting = 0;
    const Bench bench{options, gateway, tale, resting};
    MarketDesk desk{gateway.port()};
    create_markets(options, desk);
    say_one_session(bench);
    say_ten_sessions(bench);
    const Micros orders_alone = say_orders_alone(bench);
    {
      tale.chapter("Images");
      PriceReaders readers{gateway.market_data_port(), options.sessions, options.markets, {}};
      const auto images = static_cast<std::uint64_t>(options.markets.symbols());
      tale.tell("until the last of all sessions has its images, nothing else happens",
                millis_of(readers.wait_for_images(images, 120s)),
                "ms");
      say_fan_out(bench, orders_alone, readers);
      if (options.dead_rounds != 0) {
        say_dead_reader(bench, desk, readers);
      }
    }
    say_storm(bench, orders_alone);
    say_goal(bench, desk);
  } catch (const std::exception& error) {
    fmt::print(
        stderr, "{}\n\nthe gateway's last words:\n{}\n", error.what(), end_of(gateway.log()));
    throw;
  }
  tale.end();
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  betex::bench::Options options;
  bool quick = false;
  bool smoke = false;
  CLI::App app{"What do prices for many sessions cost, and what do they cost orders?",
               "market_data_bench"};
  app.add_option("--sessions", options.sessions)->check(CLI::Range(2, 500))->capture_default_str();
  app.add_option("--rate", options.rate, "Changes per second")
      ->check(CLI::Range(1'000, 100'000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Each measurement")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  app.add_flag("--quick", quick, "A third of the time");
  app.add_option("folder", options.folder, "Where the files go while it runs")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(app, argc, argv, [&] {
    if (quick) {
      options.seconds = std::max(1, options.seconds / 3);
      options.wire_events /= 4;
      options.encode_ticks /= 4;
    }
    if (smoke) {
      options.sessions = 3;
      options.markets.markets = 2;
      options.seconds = 1;
      options.wire_events = 100;
      options.encode_ticks = 2;
      options.goal_runners = 3;
      options.goal_orders = 20;
      options.dead_rounds = 0;  // so little never fills its sockets
    }
    betex::bench::run(options);
  });
}

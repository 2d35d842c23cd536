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
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include <fmt/core.h>

#include "gateway/process/heap.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/conditions.h"
#include "tests/bench/market_parties.h"
#include "tests/bench/price_chapters.h"
#include "tests/bench/price_costs.h"
#include "tests/bench/price_parties.h"
#include "tests/bench/servers.h"
#include "tests/bench/tale.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;

double millis_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// Of a log, which has a line for each session that comes and goes.
std::string end_of(const std::string& log) {
  constexpr std::size_t kMost = 4'000;
  return log.size() <= kMost ? log : "..." + log.substr(log.size() - kMost);
}

void say_in_process(const PriceOptions& options, Tale& tale) {
  tale.chapter("In one process, without a gateway");
  const EncodeCost cost = measure_encoding(options.sessions, options.encode_ticks);
  tale.tell("CPU an entry and subscriber, encode only", cost.ns_an_entry, "ns");
  tale.tell("CPU a transaction into the books", cost.ns_a_transaction, "ns");
  tale.tell_times("event to wire, 1 session, 1 000 changes/s",
                  measure_event_to_wire(options.wire_events, 1'000));
}

void create_markets(const PriceOptions& options, MarketDesk& desk) {
  for (int i = 0; i < options.markets.markets; ++i) {
    desk.create(PricedMarkets::market(i), options.markets.runners);
    static_cast<void>(desk.ask(PricedMarkets::market(i), "Open", ""));
  }
}

void run(const PriceOptions& options) {
  const test::TempFolder temporary{options.folder};
  print(conditions_of(temporary.path()));
  fmt::print(
      "FIXT.1.1, TCP over loopback, WAL synced, gateway as shipped in config/; readers, brokers "
      "and gateway share the processors; {} s each\n",
      options.seconds);
  Tale tale{"market_data_bench"};
  gateway::keep_freed_memory();  // as the gateway does
  say_in_process(options, tale);
  Gateway gateway{temporary.path(), kBrokers, Desk::Ops1, options.sessions};
  try {
    std::size_t resting = 0;
    const PriceBench bench{options, gateway, tale, resting};
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
  betex::bench::PriceOptions options;
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
  betex::bench::add_folder(app, options.folder);
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

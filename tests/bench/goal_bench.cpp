// A goal in a market of many runners, with many brokers on: each broker is told of each runner by a
// SecurityStatus(f) of its own. How long from the operator's Suspend (and Resume) until the first
// and until the last of them has come to the last broker, what that takes of the gateway's
// processor time, and what it does to the orders of another market. The gateway as shipped, a
// process of its own.
//
// The brokers are read by one thread; the operator and the one broker that trades have threads of
// their own, so that its orders do not wait for the others' reading. That broker is told too, so
// each command makes `runners` * (`brokers` + 1) reports.
//
// The last line is all of it as JSON. The files go into a new folder in FOLDER (default: the
// working directory, which should not be a tmpfs) and are removed at the end.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "tests/bench/bench_program.h"
#include "tests/bench/conditions.h"
#include "tests/bench/cpu_usage.h"
#include "tests/bench/load.h"
#include "tests/bench/market_parties.h"
#include "tests/bench/servers.h"
#include "tests/bench/session_name.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr const char* kMarket = "GOAL";

struct Options {
  std::string folder = std::filesystem::current_path();
  int runners = 40;
  int brokers = 300;
  int rounds = 20;
  int rate = 1'000;      // orders per second in another market
  int idle_s = 5;        // how long they are measured alone
  int pause_ms = 1'500;  // after each command: what proves that it was told takes up to a second
};

struct Command {
  const char* word;
  const char* fields;
};

// No order rests there: nothing has to be cancelled.
constexpr std::array kCommands{Command{.word = "Suspend", .fields = "20032=1|20010=1|"},
                               Command{.word = "Resume", .fields = ""}};

struct Parties {
  Gateway& gateway;
  MarketDesk& desk;
  Watchers& watchers;
};

// ---- One command --------------------------------------------------------------------------------

// What was seen of one.
struct Round {
  Moment sent;
  Moment first;     // f at any broker
  Moment half;      // of the brokers had all theirs
  Moment last;      // f at the last broker
  Moment answered;  // the operator was
  CpuUsage cpu;     // of the gateway, to the end of the pause
  double seconds = 0;
};

double seconds_between(Moment begin, Moment end) {
  return std::chrono::duration<double>(end - begin).count();
}

Round run_command(const Parties& parties, const Options& options, const Command& command) {
  const pid_t gateway = parties.gateway.pid();
  const CpuUsage before = cpu_usage(gateway);
  const Moment begin = Clock::now();
  std::future<MarketDesk::Answer> asked = std::async(
      std::launch::async, [&] { return parties.desk.ask(kMarket, command.word, command.fields); });
  Watchers::Told told;
  try {
    told = parties.watchers.wait_for(static_cast<std::size_t>(options.runners));
  } catch (const std::exception&) {
    static_cast<void>(asked.get());  // throws where it was refused, which is the reason then
    throw;
  }
  const MarketDesk::Answer answer = asked.get();
  parties.watchers.read_for(std::chrono::milliseconds{options.pause_ms});
  parties.watchers.check(answer.version);
  return {.sent = answer.sent,
          .first = told.first,
          .half = told.all[(told.all.size() - 1) / 2],
          .last = told.all.back(),
          .answered = answer.come,
          .cpu = difference(cpu_usage(gateway), before),
          .seconds = seconds_between(begin, Clock::now())};
}

// ---- All of them --------------------------------------------------------------------------------

// While there are only the orders.
struct Idle {
  Moment begin;
  Moment end;
  CpuUsage share;  // of a processor, by thread
};

struct Measured {
  Idle idle;
  std::vector<std::vector<Round>> rounds;  // by kCommands
  std::vector<SteadyTrader::Trip> trips;
};

Idle measure_idle(const Parties& parties, const Options& options) {
  Idle idle{.begin = Clock::now()};
  const CpuUsage before = cpu_usage(parties.gateway.pid());
  parties.watchers.read_for(std::chrono::seconds{options.idle_s});
  idle.share = difference(cpu_usage(parties.gateway.pid()), before);
  idle.end = Clock::now();
  for (auto& [name, seconds] : idle.share) {
    seconds /= seconds_between(idle.begin, idle.end);
  }
  return idle;
}

Measured measure(Gateway& gateway, const Options& options) {
  Watchers watchers{gateway.port(), options.brokers};
  MarketDesk desk{gateway.port()};
  SteadyTrader trader{
      gateway.port(), session_name(options.brokers), static_cast<double>(options.rate)};
  const Parties parties{gateway, desk, watchers};
  desk.create(kMarket, options.runners);
  static_cast<void>(run_command(parties, options, {.word = "Open", .fields = ""}));
  for (const Command& command : kCommands) {  // warm
    static_cast<void>(run_command(parties, options, command));
  }
  Measured measured{.idle = measure_idle(parties, options),
                    .rounds = std::vector<std::vector<Round>>(kCommands.size()),
                    .trips = {}};
  for (int round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < kCommands.size(); ++i) {
      measured.rounds[i].push_back(run_command(parties, options, kCommands[i]));
    }
  }
  measured.trips = trader.finish();
  return measured;
}

// ---- What is said of it -------------------------------------------------------------------------

// Milliseconds from the operator's send to one of a round's moments, as a line and as JSON.
Json say_times(const std::string& what, const std::vector<Round>& rounds, Moment Round::*moment) {
  std::vector<double> millis;
  for (const Round& round : rounds) {
    millis.push_back(seconds_between(round.sent, round.*moment) * 1e3);
  }
  const double median = percentile(millis, 0.5);
  const double most = std::ranges::max(millis);
  fmt::print("{:<48} {:>9.1f} {:>9.1f}\n", what, median, most);
  return Json::object({{"median", median}, {"max", most}});
}

Json say_commands(const Measured& measured) {
  fmt::print("\n{:<48} {:>9} {:>9}\n", "ms from the operator's send", "median", "max");
  Json json;
  for (std::size_t i = 0; i < kCommands.size(); ++i) {
    const std::string word = kCommands[i].word;
    const std::vector<Round>& rounds = measured.rounds[i];
    Json& its = json[word];
    its["first_f"] = say_times(word + ": first f", rounds, &Round::first);
    its["half_told"] = say_times(word + ": half of the brokers have all", rounds, &Round::half);
    its["last_f"] = say_times(word + ": last f at the last broker", rounds, &Round::last);
    its["answer"] = say_times(word + ": the operator's answer", rounds, &Round::answered);
  }
  return json;
}

Json say_orders(const std::string& what, const Micros& times) {
  if (times.empty()) {
    fmt::print("{:<48} {:>9}\n", what, 0);
    return Json::object({{"orders", 0}});
  }
  const std::array<double, 3> at{
      percentile(times, 0.5), percentile(times, 0.99), percentile(times, 0.999)};
  fmt::print("{:<48} {:>9} {:>9.0f} {:>9.0f} {:>9.0f}\n", what, times.size(), at[0], at[1], at[2]);
  return Json::object({{"orders", times.size()}, {"p50", at[0]}, {"p99", at[1]}, {"p99.9", at[2]}});
}

// Between its send and its last f some command was under way while this order was.
bool meets_a_command(const SteadyTrader::Trip& trip, const Measured& measured) {
  return std::ranges::any_of(measured.rounds, [&](const std::vector<Round>& rounds) {
    return std::ranges::any_of(rounds, [&](const Round& round) {
      return trip.due <= round.last && trip.answered >= round.sent;
    });
  });
}

Json say_trips(const Measured& measured, const Options& options) {
  Micros alone;
  Micros meanwhile;
  for (const SteadyTrader::Trip& trip : measured.trips) {
    const double micros = seconds_between(trip.due, trip.answered) * 1e6;
    if (trip.due >= measured.idle.begin && trip.answered <= measured.idle.end) {
      alone.push_back(micros);
    } else if (meets_a_command(trip, measured)) {
      meanwhile.push_back(micros);
    }
  }
  fmt::print("\n{:<48} {:>9} {:>9} {:>9} {:>9}\n",
             fmt::format("us from when each was due, {} orders/s", options.rate),
             "orders",
             "p50",
             "p99",
             "p99.9");
  Json json;
  json["idle"] = say_orders("order -> New in another market", alone);
  json["meanwhile"] = say_orders("the same from a command to its last f", meanwhile);
  return json;
}

// Of one command, beyond what the orders take: by thread, and in all.
Json say_cpu(const Measured& measured, const Options& options) {
  CpuUsage spent;
  double seconds = 0;
  double commands = 0;
  for (const std::vector<Round>& rounds : measured.rounds) {
    for (const Round& round : rounds) {
      for (const auto& [name, cpu] : round.cpu) {
        spent[name] += cpu;
      }
      seconds += round.seconds;
      commands += 1;
    }
  }
  for (const auto& [name, share] : measured.idle.share) {
    spent[name] -= share * seconds;
  }
  const double reports = static_cast<double>(options.runners) * (options.brokers + 1);
  const double millis = total(spent) * 1e3 / commands;
  fmt::print(
      "\ngateway's processor time of a command, beyond the orders': {:.1f} ms, {:.2f} us an f\n",
      millis,
      millis * 1e3 / reports);
  fmt::print("          of which");
  Json threads = Json::object();
  for (const auto& [name, cpu] : spent) {
    const double its = cpu * 1e3 / commands;
    threads[name] = its;
    if (its >= 0.05) {
      fmt::print("  {} {:.1f}", name, its);
    }
  }
  fmt::print("\n");
  return Json::object(
      {{"ms", millis}, {"us_an_f", millis * 1e3 / reports}, {"threads_ms", threads}});
}

Json to_json(const Conditions& conditions) {
  return Json::object({{"time", conditions.time},
                       {"load", conditions.load},
                       {"cpu", conditions.cpu},
                       {"processors", conditions.processors},
                       {"system", conditions.system},
                       {"file_system", conditions.file_system},
                       {"optimised", conditions.optimised}});
}

void say(const Conditions& conditions, const Measured& measured, const Options& options) {
  Json json = Json::object({{"benchmark", "goal_bench"},
                            {"conditions", to_json(conditions)},
                            {"runners", options.runners},
                            {"brokers", options.brokers},
                            {"rounds", options.rounds},
                            {"orders_per_second", options.rate}});
  json["command_ms"] = say_commands(measured);
  json["order_us"] = say_trips(measured, options);
  json["command_cpu"] = say_cpu(measured, options);
  fmt::print("\n{}\n", json.dump());
}

void run(const Options& options) {
  const test::TempFolder temporary{options.folder};
  const std::filesystem::path& folder = temporary.path();
  const Conditions conditions = conditions_of(folder);
  print(conditions);
  std::printf(
      "a market of %d runners, %d brokers and one more that trades in another; %d rounds of "
      "Suspend and Resume; FIXT.1.1, TCP over loopback, WAL synced, gateway as shipped in "
      "config/\n",
      options.runners,
      options.brokers,
      options.rounds);
  std::fflush(stdout);
  Gateway gateway{folder, options.brokers + 1, Desk::Ops1};
  try {
    say(conditions, measure(gateway, options), options);
  } catch (const std::exception&) {
    std::fprintf(stderr, "%s", gateway.log().c_str());
    throw;
  }
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  betex::bench::Options options;
  CLI::App app{"How long until every broker knows that a market of many runners is suspended?",
               "goal_bench"};
  bool smoke = false;
  app.add_option("--runners", options.runners)->check(CLI::Range(2, 100))->capture_default_str();
  app.add_option("--brokers", options.brokers)->check(CLI::Range(1, 900))->capture_default_str();
  app.add_option("--rounds", options.rounds)->check(CLI::Range(1, 1'000))->capture_default_str();
  app.add_option("--rate", options.rate, "Orders per second in another market")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  app.add_option("--idle-s", options.idle_s, "How long these are measured alone, in seconds")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  app.add_option("--pause-ms", options.pause_ms, "After each command")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  betex::bench::add_folder(app, options.folder);
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(app, argc, argv, [&] {
    if (smoke) {
      options.runners = 2;
      options.brokers = 2;
      options.rounds = 1;
      options.rate = 100;
      options.idle_s = 1;
      options.pause_ms = 50;
    }
    betex::bench::run(options);
  });
}

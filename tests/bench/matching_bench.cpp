// What matching costs, in one program and in alternating rounds over the same stream: a bare floor,
// the floor with an event per result, the book with the engine's own events, and the whole engine
// with all checks, duplicate ClOrdIDs, events and apply. Run a release build on a quiet machine.
// The last line is the figures as JSON (json_line.h).
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <malloc.h>

#include "tests/bench/bench_program.h"
#include "tests/bench/engine_run.h"
#include "tests/bench/floor.h"
#include "tests/bench/json_line.h"
#include "tests/bench/neutral_mix.h"

namespace betex::matching::bench {
namespace {

using betex::bench::Beside;
using betex::bench::JsonLine;

// How much of it all.
struct Effort {
  std::size_t operations = 5'000'000;  // of the neutral mix
  std::size_t round = 100'000;         // of them
  std::vector<std::size_t> live{1'000, 10'000, 100'000};
  std::size_t mix_live = 10'000;  // where something else is varied
  std::vector<std::size_t> markets{1, 100, 10'000};
  std::size_t accounts = 5'000;  // that make, and as many that take
  std::size_t groups = 64;       // of orders, an account
  std::size_t empty_markets = 10'000;
  std::size_t kept_orders = 1'000'000;
  std::size_t cancelled_orders = 520'000;
  std::size_t mass_cancels = 1'000;
  std::size_t deep_orders = 300'000;
  std::size_t takes = 200;
  std::size_t rows = 1'000'000;
};

Effort least_effort() {
  return {.operations = 4'000,
          .round = 1'000,
          .live = {100},
          .mix_live = 100,
          .markets = {1, 10},
          .accounts = 10,
          .groups = 4,
          .empty_markets = 10,
          .kept_orders = 1'000,
          .cancelled_orders = 1'000,
          .mass_cancels = 10,
          .deep_orders = 1'000,
          .takes = 10,
          .rows = 1'000};
}

struct Contender {
  std::string name;
  std::function<double(std::span<const Operation>)> run;  // nanoseconds
  std::vector<double> rounds = {};                        // ns an operation
};

template <typename Target>
Contender contender(std::string name, std::shared_ptr<Target> target) {
  return {.name = std::move(name), .run = [target](std::span<const Operation> operations) {
            const auto start = thread_time();
            for (const Operation& operation : operations) {
              target->run(operation);
            }
            return (thread_time() - start).count();
          }};
}

Contender engine_contender(std::string name, const EngineSetup& setup) {
  return {.name = std::move(name),
          .run = [engine = std::make_shared<EngineRun>(setup)](
                     std::span<const Operation> operations) { return engine->run(operations); }};
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(),
                   values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

// All contenders in turn over each round of the stream; the first half warms up.
void compete(std::vector<Contender>& contenders, const Effort& effort, std::size_t live) {
  const std::vector<Operation> operations = make_stream(effort.operations, live);
  const std::span all{operations};
  for (std::size_t first = 0; first < all.size(); first += effort.round) {
    const auto round = all.subspan(first, std::min(effort.round, all.size() - first));
    for (Contender& each : contenders) {
      const double spent = each.run(round);
      if (first >= all.size() / 2) {
        each.rounds.push_back(spent / static_cast<double>(round.size()));
      }
    }
  }
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The mean holds what happens now and then, such as the end of a generation of ClOrdIDs; the median
// round does not. Ratios are of means, to the contender `base`.
void print(const std::vector<Contender>& contenders, std::size_t base) {
  for (const Contender& each : contenders) {
    std::printf("  %-22s %8.1f %8.1f %8.1f %8.2f\n",
                each.name.c_str(),
                mean(each.rounds),
                median(each.rounds),
                *std::min_element(each.rounds.begin(), each.rounds.end()),
                mean(each.rounds) / mean(contenders[base].rounds));
  }
}

// The same for tests/bench/run, of `base` and of those after it.
void add_figures(JsonLine& line,
                 const std::string& setting,
                 const std::vector<Contender>& contenders,
                 std::size_t base) {
  const auto add = [&](const Contender& each, const std::string& average, auto of) {
    std::optional<Beside> beside;
    if (&each != &contenders[base]) {
      beside = Beside{.name = contenders[base].name, .value = of(contenders[base].rounds)};
    }
    line.add(setting + each.name + ", " + average, of(each.rounds), "ns", std::move(beside));
  };
  for (std::size_t i = base; i < contenders.size(); ++i) {
    add(contenders[i], "mean", mean);
    add(contenders[i], "median", median);
  }
}

void run_book(const Effort& effort, std::size_t live, JsonLine& line) {
  const std::size_t count = effort.operations;
  std::vector<Contender> contenders;
  contenders.push_back(contender("floor", std::make_shared<Floor<false>>(count)));
  contenders.push_back(contender("floor + events", std::make_shared<Floor<true>>(count)));
  contenders.push_back(contender("book + events", std::make_shared<BookRun>(count)));
  contenders.push_back(engine_contender("engine", {}));
  compete(contenders, effort, live);
  std::printf("%zu live orders %17s %8s %8s %8s\n", live, "mean", "median", "least", "ratio");
  print(contenders, 1);
  add_figures(line, std::to_string(live) + " live, ", contenders, 1);
}

void run_markets(const Effort& effort, JsonLine& line) {
  std::vector<Contender> contenders;
  for (const std::size_t markets : effort.markets) {
    contenders.push_back(
        engine_contender("markets: " + std::to_string(markets), {.markets = markets}));
  }
  compete(contenders, effort, effort.mix_live);
  std::printf("Zipf-distributed orders, %zu live\n", effort.mix_live);
  print(contenders, 0);
  add_figures(line, std::to_string(effort.mix_live) + " live, ", contenders, 0);
}

// Two accounts that are checked for nothing, then as many as a venue has, each with a row.
void run_money(const Effort& effort, JsonLine& line) {
  const std::size_t accounts = effort.accounts;
  std::vector<Contender> contenders;
  contenders.push_back(engine_contender("2 accounts, unlimited", {}));
  contenders.push_back(engine_contender("10 000, 2 runners", {.accounts = accounts}));
  for (const std::size_t runners : {3UL, 20UL}) {
    contenders.push_back(
        engine_contender("10 000, " + std::to_string(runners) + " runners",
                         {.runners = runners, .all_runners = true, .accounts = accounts}));
  }
  contenders.push_back(
      engine_contender("10 000, binary", {.kind = MarketKind::Binary, .accounts = accounts}));
  compete(contenders, effort, effort.mix_live);
  std::printf("%zu collateralised accounts, %zu live\n", 2 * accounts, effort.mix_live);
  print(contenders, 0);
  add_figures(line, "accounts: ", contenders, 0);
}

// Half of the orders are of groups that never trip, of two accounts and of as many as a venue has.
void run_groups(const Effort& effort, JsonLine& line) {
  const auto run = [&](const std::string& of, std::size_t accounts, std::size_t groups) {
    std::vector<Contender> contenders;
    contenders.push_back(engine_contender("no groups", {.accounts = accounts}));
    contenders.push_back(engine_contender(std::to_string(groups) + " groups an account",
                                          {.accounts = accounts, .groups = groups}));
    compete(contenders, effort, effort.mix_live);
    std::printf(
        "half of the orders in groups, %s accounts, %zu live\n", of.c_str(), effort.mix_live);
    print(contenders, 0);
    add_figures(line, "groups, " + of + " accounts: ", contenders, 0);
  };
  run("2", 0, effort.groups);
  run(std::to_string(2 * effort.accounts), effort.accounts, 2);
}

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// What one more takes, over so many that the doubling of tables evens out to what they come to.
void run_memory(const Effort& effort, JsonLine& line) {
  const auto per = [](std::size_t before, std::size_t count) {
    return static_cast<double>(heap_bytes() - before) / static_cast<double>(count);
  };
  std::size_t before = heap_bytes();
  {
    const EngineRun markets{{.markets = effort.empty_markets}};
    const double market = per(before, effort.empty_markets);
    std::printf("\nbytes: an empty market with two instruments %.0f", market);
    line.add("an empty market with two instruments", market, "bytes");
  }
  EngineRun engine{{}};
  before = heap_bytes();
  engine.rest(effort.kept_orders);
  const double order = per(before, effort.kept_orders);
  std::printf(", a resting order with its ClOrdID %.0f", order);
  line.add("a resting order with its ClOrdID", order, "bytes");
  before = heap_bytes();
  engine.refuse(effort.kept_orders);
  const double id = per(before, effort.kept_orders);
  std::printf(", a held ClOrdID %.0f\n", id);
  line.add("a held ClOrdID", id, "bytes");
}

// A client whose orders have all gone asks for mass cancels: the first one, and those after it.
void run_mass_cancels(const Effort& effort, JsonLine& line) {
  EngineRun engine{{}};
  engine.rest_and_cancel(effort.cancelled_orders);
  const double first = engine.mass_cancel();
  std::vector<double> later(effort.mass_cancels);
  std::generate(later.begin(), later.end(), [&engine] { return engine.mass_cancel(); });
  std::printf(
      "\nmass cancels after %zu orders that were cancelled: the first %.0f us, later %.2f us\n",
      effort.cancelled_orders,
      first / 1'000,
      median(later) / 1'000);
  line.add("the first mass cancel", first / 1'000, "us");
  line.add("later mass cancels, median", median(later) / 1'000, "us");
}

// Orders that must be filled at once, whole or to a minimum, over a deep book: what it takes to say
// no, and yes.
void run_fill_or_kill(const Effort& effort, JsonLine& line) {
  constexpr std::int64_t kEach = 1'000;
  const std::int64_t all = kEach * static_cast<std::int64_t>(effort.deep_orders);
  EngineRun engine{{}};
  engine.rest_deep(effort.deep_orders);
  const auto median_of =
      [&](std::int64_t quantity, TimeInForce time_in_force, std::int64_t min_quantity = 0) {
        std::vector<double> times(effort.takes);
        std::generate(times.begin(), times.end(), [&] {
          return engine.take(quantity, time_in_force, min_quantity);
        });
        return median(times) / 1'000;
      };
  const double whole = median_of(all + kEach, TimeInForce::Fok);
  const double minimum = median_of(2 * all, TimeInForce::Ioc, all + kEach);
  const double none = median_of(100 * kEach, TimeInForce::Ioc);
  const double met_whole = median_of(100 * kEach, TimeInForce::Fok);
  const double met_minimum = median_of(100 * kEach, TimeInForce::Ioc, 99 * kEach);
  engine.rest_own(2 * all);
  const double own_whole = median_of(all + kEach, TimeInForce::Fok);
  const double own_minimum = median_of(2 * all, TimeInForce::Ioc, all + kEach);
  std::printf(
      "\nover %zu resting orders, us\n"
      "  fill or kill refused %.2f, minimum fill refused %.2f\n"
      "  the same with an own order behind them %.2f, %.2f\n"
      "  100 orders taken: fill or kill %.2f, minimum fill %.2f, neither %.2f\n",
      effort.deep_orders,
      whole,
      minimum,
      own_whole,
      own_minimum,
      met_whole,
      met_minimum,
      none);
  line.add("fill or kill refused", whole, "us");
  line.add("minimum fill refused", minimum, "us");
  line.add("fill or kill refused, an own order behind", own_whole, "us");
  line.add("minimum fill refused, an own order behind", own_minimum, "us");
  line.add("100 orders taken, fill or kill", met_whole, "us");
  line.add("100 orders taken, minimum fill", met_minimum, "us");
  line.add("100 orders taken, neither", none, "us");
}

// A round of one market.
void run_settlement(const Effort& effort, JsonLine& line) {
  const std::size_t rows = effort.rows;
  EngineRun engine{{.accounts = rows / 2}};
  engine.bet_and_determine();
  std::vector<double> chunks = engine.settle();
  const double sum = std::accumulate(chunks.begin(), chunks.end(), 0.0);
  std::sort(chunks.begin(), chunks.end());
  std::printf(
      "\nsettlement of %zu rows: %.2f s in %zu chunks; a chunk p50 %.1f us, p99 %.1f us, most %.1f "
      "us\n",
      rows,
      sum / 1e9,
      chunks.size(),
      chunks[chunks.size() / 2] / 1'000,
      chunks[chunks.size() * 99 / 100] / 1'000,
      chunks.back() / 1'000);
  const std::string of = "settlement of " + std::to_string(rows) + " rows, ";
  line.add(of + "in all", sum / 1e9, "s");
  line.add(of + "a chunk, p50", chunks[chunks.size() / 2] / 1'000, "us");
  line.add(of + "a chunk, p99", chunks[chunks.size() * 99 / 100] / 1'000, "us");
  line.add(of + "a chunk, most", chunks.back() / 1'000, "us");
}

struct Part {
  std::string name;
  std::function<void(const Effort&, JsonLine&)> run;
  bool is_of_mix = false;  // of the neutral mix
};

// All but the books, whose name is how many orders are live.
const std::vector<Part>& parts() {
  static const std::vector<Part> all{
      {.name = "markets", .run = run_markets, .is_of_mix = true},
      {.name = "money", .run = run_money, .is_of_mix = true},
      {.name = "groups", .run = run_groups, .is_of_mix = true},
      {.name = "memory", .run = run_memory},
      {.name = "mass-cancels", .run = run_mass_cancels},
      {.name = "fill-or-kill", .run = run_fill_or_kill},
      {.name = "settlement", .run = run_settlement},
  };
  return all;
}

// What the command line asks for; empty: all of it. Throws CLI::ValidationError.
void run(Effort effort, const std::string& asked) {
  const auto part = std::ranges::find(parts(), asked, &Part::name);
  std::size_t live = 0;
  if (part == parts().end() && !asked.empty()) {
    const auto [end, error] = std::from_chars(asked.data(), asked.data() + asked.size(), live);
    if (error != std::errc{} || end != asked.data() + asked.size() || live == 0) {
      throw CLI::ValidationError{"part", "there is no part " + asked + "; --help names them"};
    }
    effort.live = {live};
  }
  const bool is_of_mix = part == parts().end() || part->is_of_mix;
  if (is_of_mix && effort.operations < 2 * effort.round) {
    throw CLI::ValidationError{"operations",
                               "half of them are measured, in rounds of " +
                                   std::to_string(effort.round) +
                                   ": there must be twice as many, or more"};
  }
  JsonLine line{"matching_bench"};
  if (is_of_mix) {
    std::printf(
        "neutral mix, %zu operations, the second half measured in rounds of %zu\n"
        "ns of the thread's processor time an operation; ratio to the floor with events\n",
        effort.operations,
        effort.round);
  }
  if (part != parts().end()) {
    part->run(effort, line);
  } else {
    for (const std::size_t each : effort.live) {
      run_book(effort, each, line);
    }
  }
  if (asked.empty()) {
    for (const Part& each : parts()) {
      each.run(effort, line);
    }
  }
  line.print();
}

}  // namespace
}  // namespace betex::matching::bench

int main(int argc, char** argv) {
  using namespace betex::matching::bench;
  CLI::App app{"What matching costs.", "matching_bench"};
  Effort effort;
  std::string part;
  bool smoke = false;
  app.add_option("operations", effort.operations, "Of the neutral mix, in the parts that have it")
      ->check(CLI::Range(1UL, 1'000'000'000UL))
      ->capture_default_str();
  app.add_option(
      "part",
      part,
      "Only this: a number of live orders, markets, money, groups, memory, mass-cancels, "
      "fill-or-kill or settlement");
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(
      app, argc, argv, [&] { run(smoke ? least_effort() : effort, part); });
}

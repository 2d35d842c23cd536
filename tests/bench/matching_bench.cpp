// What matching costs, in one program and in alternating rounds over the same stream: a bare floor,
// the floor with an event per result, the book with the engine's own events, and the whole engine
// with all checks, duplicate ClOrdIDs, events and apply. Run a release build on a quiet machine.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>

#include "tests/bench/engine_run.h"
#include "tests/bench/floor.h"
#include "tests/bench/json_line.h"
#include "tests/bench/neutral_mix.h"

namespace betex::matching::bench {
namespace {

using betex::bench::Beside;
using betex::bench::JsonLine;

constexpr std::size_t kRound = 100'000;
constexpr int kUsageError = 64;  // of sysexits.h

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
void compete(std::vector<Contender>& contenders, const std::vector<Operation>& operations) {
  const std::span all{operations};
  for (std::size_t first = 0; first < all.size(); first += kRound) {
    const auto round = all.subspan(first, std::min(kRound, all.size() - first));
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

void run_book(std::size_t count, std::size_t live, JsonLine& line) {
  const std::vector<Operation> operations = make_stream(count, live);
  std::vector<Contender> contenders;
  contenders.push_back(contender("floor", std::make_shared<Floor<false>>(count)));
  contenders.push_back(contender("floor + events", std::make_shared<Floor<true>>(count)));
  contenders.push_back(contender("book + events", std::make_shared<BookRun>(count)));
  contenders.push_back(engine_contender("engine", {}));
  compete(contenders, operations);
  std::printf("%zu live orders %17s %8s %8s %8s\n", live, "mean", "median", "least", "ratio");
  print(contenders, 1);
  add_figures(line, std::to_string(live) + " live, ", contenders, 1);
}

void run_markets(std::size_t count, JsonLine& line) {
  const std::vector<Operation> operations = make_stream(count, 10'000);
  std::vector<Contender> contenders;
  for (const std::size_t markets : {1UL, 100UL, 10'000UL}) {
    contenders.push_back(
        engine_contender("markets: " + std::to_string(markets), {.markets = markets}));
  }
  compete(contenders, operations);
  std::printf("Zipf-distributed orders, 10 000 live\n");
  print(contenders, 0);
  add_figures(line, "10000 live, ", contenders, 0);
}

// Two accounts that are checked for nothing, then as many as a venue has, each with a row.
void run_money(std::size_t count, JsonLine& line) {
  constexpr std::size_t kAccounts = 5'000;  // that make, and as many that take
  const std::vector<Operation> operations = make_stream(count, 10'000);
  std::vector<Contender> contenders;
  contenders.push_back(engine_contender("2 accounts, unlimited", {}));
  contenders.push_back(engine_contender("10 000, 2 runners", {.accounts = kAccounts}));
  for (const std::size_t runners : {3UL, 20UL}) {
    contenders.push_back(
        engine_contender("10 000, " + std::to_string(runners) + " runners",
                         {.runners = runners, .all_runners = true, .accounts = kAccounts}));
  }
  contenders.push_back(
      engine_contender("10 000, binary", {.kind = MarketKind::Binary, .accounts = kAccounts}));
  compete(contenders, operations);
  std::printf("collateralised accounts, 10 000 live\n");
  print(contenders, 0);
  add_figures(line, "accounts: ", contenders, 0);
}

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// What one more takes, over so many that the doubling of tables evens out to what they come to.
void run_memory(JsonLine& line) {
  constexpr std::size_t kMarkets = 10'000;
  constexpr std::size_t kOrders = 1'000'000;
  const auto per = [](std::size_t before, std::size_t count) {
    return static_cast<double>(heap_bytes() - before) / static_cast<double>(count);
  };
  std::size_t before = heap_bytes();
  {
    const EngineRun markets{{.markets = kMarkets}};
    const double market = per(before, kMarkets);
    std::printf("\nbytes: an empty market with two instruments %.0f", market);
    line.add("an empty market with two instruments", market, "bytes");
  }
  EngineRun engine{{}};
  before = heap_bytes();
  engine.rest(kOrders);
  const double order = per(before, kOrders);
  std::printf(", a resting order with its ClOrdID %.0f", order);
  line.add("a resting order with its ClOrdID", order, "bytes");
  before = heap_bytes();
  engine.refuse(kOrders);
  const double id = per(before, kOrders);
  std::printf(", a held ClOrdID %.0f\n", id);
  line.add("a held ClOrdID", id, "bytes");
}

// A client whose orders have all gone asks for mass cancels: the first one, and those after it.
void run_mass_cancels(JsonLine& line) {
  constexpr std::size_t kOrders = 520'000;
  constexpr std::size_t kTimes = 1'000;
  EngineRun engine{{}};
  engine.rest_and_cancel(kOrders);
  const double first = engine.mass_cancel();
  std::vector<double> later(kTimes);
  std::generate(later.begin(), later.end(), [&engine] { return engine.mass_cancel(); });
  std::printf(
      "\nmass cancels after %zu orders that were cancelled: the first %.0f us, later %.2f us\n",
      kOrders,
      first / 1'000,
      median(later) / 1'000);
  line.add("the first mass cancel", first / 1'000, "us");
  line.add("later mass cancels, median", median(later) / 1'000, "us");
}

// Orders that must be filled at once, whole or to a minimum, over a deep book: what it takes to say
// no, and yes.
void run_fill_or_kill(JsonLine& line) {
  constexpr std::size_t kOrders = 300'000;
  constexpr std::int64_t kEach = 1'000;
  constexpr std::int64_t kAll = kEach * static_cast<std::int64_t>(kOrders);
  constexpr std::size_t kTimes = 200;
  EngineRun engine{{}};
  engine.rest_deep(kOrders);
  const auto median_of =
      [&](std::int64_t quantity, TimeInForce time_in_force, std::int64_t min_quantity = 0) {
        std::vector<double> times(kTimes);
        std::generate(times.begin(), times.end(), [&] {
          return engine.take(quantity, time_in_force, min_quantity);
        });
        return median(times) / 1'000;
      };
  const double whole = median_of(kAll + kEach, TimeInForce::Fok);
  const double minimum = median_of(2 * kAll, TimeInForce::Ioc, kAll + kEach);
  const double none = median_of(100 * kEach, TimeInForce::Ioc);
  const double met_whole = median_of(100 * kEach, TimeInForce::Fok);
  const double met_minimum = median_of(100 * kEach, TimeInForce::Ioc, 99 * kEach);
  engine.rest_own(2 * kAll);
  const double own_whole = median_of(kAll + kEach, TimeInForce::Fok);
  const double own_minimum = median_of(2 * kAll, TimeInForce::Ioc, kAll + kEach);
  std::printf(
      "\nover %zu resting orders, us\n"
      "  fill or kill refused %.2f, minimum fill refused %.2f\n"
      "  the same with an own order behind them %.2f, %.2f\n"
      "  100 orders taken: fill or kill %.2f, minimum fill %.2f, neither %.2f\n",
      kOrders,
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
void run_settlement(std::size_t rows, JsonLine& line) {
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

// What `argv` asks for. Returns the exit status.
int run(int argc, char** argv, JsonLine& line) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5'000'000;
  std::printf(
      "neutral mix, %zu operations, the second half measured in rounds of %zu\n"
      "ns of the thread's processor time an operation; ratio to the floor with events\n",
      count,
      kRound);
  if (argc > 2 && std::string_view{argv[2]} == "markets") {
    run_markets(count, line);
    return 0;
  }
  if (argc > 2 && std::string_view{argv[2]} == "money") {
    run_money(count, line);
    return 0;
  }
  if (argc > 2 && std::string_view{argv[2]} == "settlement") {
    run_settlement(1'000'000, line);
    return 0;
  }
  if (argc > 2 && std::string_view{argv[2]} == "mass-cancels") {
    run_mass_cancels(line);
    return 0;
  }
  if (argc > 2 && std::string_view{argv[2]} == "memory") {
    run_memory(line);
    return 0;
  }
  if (argc > 2 && std::string_view{argv[2]} == "fill-or-kill") {
    run_fill_or_kill(line);
    return 0;
  }
  if (argc > 2) {
    const std::size_t live = std::strtoull(argv[2], nullptr, 10);
    if (live == 0) {
      std::fprintf(stderr, "matching_bench: there is no part %s\n", argv[2]);
      return kUsageError;
    }
    run_book(count, live, line);
    return 0;
  }
  for (const std::size_t live : {1'000UL, 10'000UL, 100'000UL}) {
    run_book(count, live, line);
  }
  run_markets(count, line);
  run_money(count, line);
  run_memory(line);
  run_mass_cancels(line);
  run_fill_or_kill(line);
  run_settlement(1'000'000, line);
  return 0;
}

}  // namespace
}  // namespace betex::matching::bench

// matching_bench [OPERATIONS [LIVE|markets|money|settlement|mass-cancels|fill-or-kill|memory]]:
// 5 million, and all of 1 000, 10 000, 100 000 live orders and the rest. The last line is the
// figures as JSON (json_line.h).
int main(int argc, char** argv) {
  betex::bench::JsonLine line{"matching_bench"};
  const int status = betex::matching::bench::run(argc, argv, line);
  if (status == 0) {
    line.print();
  }
  return status;
}

// What sessions are told, how far they are behind, and what that costs orders.
#include "tests/bench/price_chapters.h"

#include <algorithm>
#include <cstdint>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <fmt/core.h>

#include "tests/bench/cpu_usage.h"
#include "tests/bench/scrape.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Of md and its sessions, in seconds.
double market_data_cpu(const CpuUsage& usage) {
  double seconds = 0;
  for (const auto& [name, its] : usage) {
    seconds += name == "md" || name == "md-io" ? its : 0;
  }
  return seconds;
}

struct FanOut {
  Micros behind;
  Micros orders;
};

// What all sessions are told for a while, with these words before each figure's name.
FanOut measure_fan_out(const PriceBench& bench, PriceReaders& readers) {
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

}  // namespace

// Each change is a mark.
void say_one_session(const PriceBench& bench) {
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

void say_ten_sessions(const PriceBench& bench) {
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

Micros say_orders_alone(const PriceBench& bench) {
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

void say_fan_out(const PriceBench& bench, const Micros& orders_alone, PriceReaders& readers) {
  const PriceOptions& options = bench.options;
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

// The sockets hold what it is told at first, which takes some rounds; what the gateway has for it
// then is what md leaves a slow reader, 256 KiB.
void say_dead_reader(const PriceBench& bench, MarketDesk& desk, PriceReaders& readers) {
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

}  // namespace betex::bench

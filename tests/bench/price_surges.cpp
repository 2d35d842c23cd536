// Much at once: all sessions come, or a market is suspended of which all are told.
#include <cstdint>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "tests/bench/price_chapters.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kGoal = "GOAL";

}  // namespace

void say_storm(const PriceBench& bench, const Micros& orders_alone) {
  const PriceOptions& options = bench.options;
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

void say_goal(const PriceBench& bench, MarketDesk& desk) {
  const PriceOptions& options = bench.options;
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

}  // namespace betex::bench

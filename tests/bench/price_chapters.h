// What market_data_bench tells of a gateway, a chapter each, and what the chapters have in common.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/bench/load.h"
#include "tests/bench/market_parties.h"
#include "tests/bench/price_parties.h"
#include "tests/bench/servers.h"
#include "tests/bench/session_name.h"
#include "tests/bench/tale.h"

namespace betex::bench {

struct PriceOptions {
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
inline constexpr int kMaker = 0;
inline constexpr int kTrader = 1;
inline constexpr int kCrowd = 2;  // whose orders a goal cancels
inline constexpr int kBrokers = 3;

struct PriceBench {
  const PriceOptions& options;
  Gateway& gateway;
  Tale& tale;
  std::size_t& resting;  // as PriceMaker has it

  [[nodiscard]] std::chrono::milliseconds time() const {
    return std::chrono::seconds{options.seconds};
  }
};

[[nodiscard]] inline double micros_between(Moment begin, Moment end) {
  return std::chrono::duration<double, std::micro>(end - begin).count();
}

// Orders in another market meanwhile, at a rate of their own.
class OrdersBeside {
 public:
  explicit OrdersBeside(const PriceBench& bench)
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

[[nodiscard]] inline std::unique_ptr<PriceMaker> prices_at(const PriceBench& bench,
                                                           PriceMaker::Pace pace) {
  return std::make_unique<PriceMaker>(
      bench.gateway.port(), session_name(kMaker), bench.options.markets, pace, bench.resting);
}

// ---- What sessions are told, and what that costs (price_chapters.cpp)

void say_one_session(const PriceBench& bench);
void say_ten_sessions(const PriceBench& bench);

// Orders and changes without a session that is told.
Micros say_orders_alone(const PriceBench& bench);

// All that there are; `orders_alone` is what that is held against.
void say_fan_out(const PriceBench& bench, const Micros& orders_alone, PriceReaders& readers);

// The same, and one of them reads nothing, and then reads again.
void say_dead_reader(const PriceBench& bench, MarketDesk& desk, PriceReaders& readers);

// ---- Much at once (price_surges.cpp)

// All sessions come at once.
void say_storm(const PriceBench& bench, const Micros& orders_alone);

// A market of many runners with many orders, of which all sessions are told, is suspended.
void say_goal(const PriceBench& bench, MarketDesk& desk);

}  // namespace betex::bench

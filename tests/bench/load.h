// Three ways to send orders, and what is seen of them: one at a time, as many as a window allows,
// and at a fixed rate whatever the answers do.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/bench/trading_session.h"

namespace betex::bench {

using Micros = std::vector<double>;

// `share` of 0.5 is the median. `samples` must not be empty.
[[nodiscard]] double percentile(Micros samples, double share);

// Orders at a fixed rate.
struct OpenLoop {
  Micros times;  // each order's to its New, in the order of the News
  Micros due;    // since the first was due, of the same orders
};

// Sessions that one thread drives. "S0001" and so on, as servers must know them.
class Load {
 public:
  Load(std::uint16_t port, int sessions);

  // One order, and its New.
  void round_trip();

  // Sends `orders` over all sessions, at most `window` of them unanswered, and waits for all
  // answers. Returns orders per second.
  double pipeline(std::uint64_t orders, std::uint64_t window);

  // Sends `orders` at `rate` per second, each when it is due, and returns each one's time to its
  // New
  // **from when it was due**: a server that stalls is charged for all that should have been sent
  // meanwhile (no coordinated omission).
  OpenLoop open_loop(std::uint64_t orders, double rate);

  struct SentAgain {
    std::size_t reports = 0;
    double millis = 0;
  };

  // Waits until nothing has come for a while: the reports of before the logon that no client has
  // proven to have are sent again (97=Y). How many, and how long it took.
  SentAgain settle();

 private:
  std::vector<std::unique_ptr<TradingSession>> sessions_;
};

}  // namespace betex::bench

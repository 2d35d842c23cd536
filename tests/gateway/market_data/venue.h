// Market data beside an engine that a test gives commands (tests/matching/exchange.h): markets
// HORSE (odds, runners A, B and C) and RAIN (binary). Time passes when the test says so.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/market_data/market_data.h"
#include "tests/gateway/market_data/recorded_outlet.h"
#include "tests/matching/exchange.h"

namespace betex::gateway::testing {

// "X 262=a|268=1|279=0|…", or of other messages what a test looks at: "f A 2 4", "Y a 0 127".
std::string text_of(const MarketDataMessage& message);

class Venue {
 public:
  explicit Venue(const MarketDataLimits& limits = {});

  // The session is on.
  SubscriberId join();

  [[nodiscard]] RecordedOutlet& outlet(SubscriberId session) {
    return *outlets_[session.value() - 1];
  }

  // Answered by all that the exchange has decided.
  void ask(SubscriberId session, const MarketDataRequest& request) {
    take();
    data.ask(session, request, now);
  }

  // Takes what the exchange has decided, and has a turn: as long as there is more to be sent.
  void turn();

  // Takes, without a turn.
  void take();

  void pass(std::chrono::milliseconds time) { now += time; }

  // What the session was sent since the last call.
  std::vector<std::string> told(SubscriberId session);

  matching::testing::Exchange exchange;
  MarketData data;
  MarketData::Instant now{std::chrono::hours{1}};

 private:
  std::vector<std::shared_ptr<RecordedOutlet>> outlets_;
  std::size_t taken_ = 0;  // transactions
};

// Both sides of these, three levels deep, with updates.
MarketDataRequest levels_of(const char* id, std::vector<const char*> symbols);

}  // namespace betex::gateway::testing

// What sessions cost: little for each subscription, and nothing once they are gone.
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/market_data/request_rate.h"
#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using std::chrono::milliseconds;

TEST(Limits, ARestAllowsSoManyAtOnceAndNoMore) {
  const MarketDataLimits limits;
  RequestRate rate;
  MarketData::Instant now{std::chrono::hours{1}};
  const auto takes = [&] {
    std::uint32_t taken = 0;
    while (rate.take(limits, now)) {
      ++taken;
    }
    return taken;
  };
  EXPECT_EQ(takes(), 100U);
  now += milliseconds{49};
  EXPECT_EQ(takes(), 0U);
  now += milliseconds{1};
  EXPECT_EQ(takes(), 1U);
  now += std::chrono::seconds{1};
  EXPECT_EQ(takes(), 20U);
  now += std::chrono::hours{1};
  EXPECT_EQ(takes(), 100U);
}

TEST(Limits, ASubscriptionTakesSixteenBytes) {
  EXPECT_LE(sizeof(Subscription) + sizeof(Reader), 16U);
}

TEST(Limits, NothingIsLeftOfThoseWhoAreGone) {
  Venue venue;
  for (int round = 0; round < 20; ++round) {
    std::vector<SubscriberId> sessions;
    for (int i = 0; i < 10; ++i) {
      sessions.push_back(venue.join());
      MarketDataRequest request = levels_of("a", {"A", "B", "C", "RAIN"});
      request.trades = true;
      request.conflate_ms = i % 2 == 0 ? 0 : 250;
      venue.ask(sessions.back(), request);
      request.id = matching::Name{"b"};
      request.depth = 1;
      request.symbols.clear();
      request.markets.emplace_back("HORSE");
      venue.ask(sessions.back(), request);
    }
    venue.exchange.back("alice", "1", "2");
    venue.turn();
    EXPECT_EQ(venue.data.figures().subscriptions, 70U);
    EXPECT_EQ(venue.data.figures().views, 14U);
    for (const SubscriberId session : sessions) {
      venue.data.leave(session);
    }
    const MarketDataFigures figures = venue.data.figures();
    EXPECT_EQ(figures.subscriptions, 0U);
    EXPECT_EQ(figures.views, 0U);
    EXPECT_EQ(figures.marked, 0U);
    venue.turn();
    EXPECT_FALSE(venue.data.next_deadline().has_value());
  }
  EXPECT_FALSE(venue.data.books().book(matching::InstrumentId{1}).watched);
}

}  // namespace
}  // namespace betex::gateway::testing

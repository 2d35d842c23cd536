// After a restart from a saved state: volumes, numbers and books are as before. After a jump to a
// later one, whose events are not to be had, as if they had come.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(Restart, KeepsVolumesLaddersAndNumbers) {
  Venue venue;
  venue.exchange.lay("alice", "10", "2.02");
  venue.exchange.lay("alice", "10", "2");
  venue.exchange.back("bob", "12", "2");
  venue.turn();
  const matching::Engine again = matching::Engine::load(venue.exchange.saved());
  MarketData data{again};  // the segments behind it are not needed
  const auto outlet = std::make_shared<RecordedOutlet>();
  data.join(SubscriberId{1}, outlet);
  MarketDataRequest request = levels_of("a", {"A"});
  request.volume = request.traded_ladder = true;
  data.ask(SubscriberId{1}, request, venue.now);
  data.turn(venue.now);
  const auto messages = outlet->take();
  ASSERT_EQ(messages.size(), 1U);
  const std::string image = text_of(messages.front());
  const std::uint64_t seq = venue.data.books().standing(matching::MarketId{1}).public_changes;
  EXPECT_THAT(image, HasSubstr("|83=" + std::to_string(seq) + "|"));
  EXPECT_THAT(image, HasSubstr("|269=B|271=12.00|269=B|270=2.00|271="));
  // And it goes on from there.
  venue.exchange.back("bob", "1", "1.9");
  data.take(venue.exchange.log.back().view());
  data.turn(venue.now);
  const auto updates = outlet->take();
  ASSERT_EQ(updates.size(), 1U);
  EXPECT_THAT(text_of(updates.front()), HasSubstr("|20050=" + std::to_string(seq) + "|"));
}

TEST(Restart, ListsNoMarketThatWasArchivedBefore) {
  constexpr matching::Name kHorse{"HORSE"};
  Venue venue;
  venue.exchange.run(matching::VoidMarket{.market = kHorse});
  venue.exchange.finish_batches();
  venue.exchange.run(matching::ArchiveMarket{.market = kHorse});
  venue.exchange.finish_batches();
  const matching::Engine again = matching::Engine::load(venue.exchange.saved());
  MarketData data{again};
  const auto outlet = std::make_shared<RecordedOutlet>();
  data.join(SubscriberId{1}, outlet);
  const auto listed = [&](SecurityListQuery query) {
    query.security_req_id = matching::Name{"l"};
    data.ask(SubscriberId{1}, query, venue.now);
    data.turn(venue.now);
    std::vector<std::string> texts;
    for (const MarketDataMessage& message : outlet->take()) {
      texts.push_back(text_of(message));
    }
    return texts;
  };
  EXPECT_THAT(listed({}), ElementsAre("y l RAIN 1 last1"));
  EXPECT_THAT(listed({.market = kHorse}), ElementsAre("y l A 3 5", "y l B 3 5", "y l C 3 last5"));
}

TEST(Jump, EndsWhatFollowedAMarketThatHasEndedMeanwhile) {
  constexpr matching::Name kHorse{"HORSE"};
  Venue venue;
  const SubscriberId session = venue.join();
  MarketDataRequest request = levels_of("a", {});
  request.markets.push_back(kHorse);
  venue.ask(session, request);
  venue.turn();
  EXPECT_THAT(venue.told(session), SizeIs(3));
  venue.exchange.run(matching::CloseMarket{.market = kHorse});
  venue.exchange.finish_batches();
  venue.exchange.determine("HORSE",
                           {{.symbol = matching::Name{"A"}, .numerator = 1, .denominator = 1}});
  venue.exchange.settle("HORSE");
  venue.exchange.finish_batches();
  venue.data.rebuild(venue.exchange.engine);
  venue.data.turn(venue.now);
  EXPECT_THAT(venue.told(session), SizeIs(3)) << "the images that say it";
  venue.data.ask(session, request, venue.now);  // under the id of the one that has ended
  venue.data.turn(venue.now);
  EXPECT_EQ(venue.data.figures().refused, 0U);
  EXPECT_THAT(venue.told(session), SizeIs(3));
}

}  // namespace
}  // namespace betex::gateway::testing

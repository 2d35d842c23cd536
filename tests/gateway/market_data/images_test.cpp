// Images: what is in them, and when they come.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Type = MarketDataRequest::Type;

std::vector<std::string> asked(Venue& venue, SubscriberId session, const MarketDataRequest& what) {
  venue.ask(session, what);
  venue.turn();
  return venue.told(session);
}

TEST(Images, HaveTheHeadAndTheLevels) {
  Venue venue;
  venue.exchange.back("alice", "10", "2.02");
  venue.exchange.lay("bob", "3", "1.9");
  const SubscriberId session = venue.join();
  EXPECT_THAT(
      asked(venue, session, levels_of("a", {"A"})),
      ElementsAre("W 262=a|55=A|1300=HORSE|83=3|779=20231114-22:13:20.000000|264=3|1021=2|1187=Y|"
                  "1682=17|20005=1|20033=N|893=Y|268=2|269=0|270=2.02|271=10.00|1023=1|269=1|"
                  "270=1.90|271=3.00|1023=1|"));
}

TEST(Images, HaveNothingOfAnEmptyBook) {
  Venue venue;
  const SubscriberId session = venue.join();
  MarketDataRequest request = levels_of("a", {"RAIN"});
  request.depth = 1;
  request.conflate_ms = 60;
  EXPECT_THAT(asked(venue, session, request),
              ElementsAre("W 262=a|55=RAIN|1300=RAIN|83=1|779=20231114-22:13:20.000000|264=1|"
                          "1021=1|1187=Y|1682=17|20005=1|20033=N|20051=100|893=Y|268=0|"));
}

TEST(Images, HaveTheLastTradeAndTheVolumes) {
  Venue venue;
  venue.exchange.lay("alice", "10", "2.02");
  const SubscriberId session = venue.join();
  MarketDataRequest request = levels_of("a", {"A"});
  request.levels = false;
  request.trades = true;
  request.volume = true;
  request.traded_ladder = true;
  EXPECT_THAT(asked(venue, session, request).front(), EndsWith("268=1|269=B|271=0.00|"));
  venue.exchange.back("bob", "4", "2.02");
  venue.turn();
  venue.told(session);
  request.id = matching::Name{"b"};
  const auto texts = asked(venue, session, request);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts.front(),
              HasSubstr("268=3|269=2|270=2.02|271=4.00|272=20231114|273=22:13:20.000000|1003="));
  EXPECT_THAT(texts.front(), EndsWith("2446=1|269=B|271=4.00|269=B|270=2.02|271=4.00|"));
}

TEST(Images, ComeOnceWhereNoUpdatesWereAskedFor) {
  Venue venue;
  const SubscriberId session = venue.join();
  MarketDataRequest request = levels_of("a", {"A", "B"});
  request.type = Type::Image;
  EXPECT_EQ(asked(venue, session, request).size(), 2U);
  EXPECT_EQ(venue.data.figures().subscriptions, 0U);
  EXPECT_EQ(venue.data.figures().views, 0U);
  venue.exchange.back("alice", "10", "2.02");
  venue.turn();
  EXPECT_THAT(venue.told(session), IsEmpty());
  EXPECT_EQ(asked(venue, session, request).size(), 2U);  // the id is free again
}

TEST(Images, OfAllLevelsComeInFragmentsOfOneCopy) {
  Venue venue;
  for (int odds = 102; odds <= 200; ++odds) {
    const std::string text = std::to_string(odds).insert(1, ".");
    for (const char* const symbol : {"A"}) {
      venue.exchange.run(venue.exchange.order("alice", symbol, matching::Side::Bid, "1", text));
    }
  }
  venue.exchange.run(matching::CreateMarket{.market = matching::Name{"FINE"},
                                            .ladder = matching::LadderKind::Finest,
                                            .runners = {matching::Name{"F"}, matching::Name{"G"}}});
  venue.exchange.run(matching::OpenMarket{.market = matching::Name{"FINE"}});
  for (int odds = 200; odds < 1'300; ++odds) {
    std::string text = std::to_string(odds);
    text.insert(text.size() - 2, ".");
    venue.exchange.run(venue.exchange.order("bob", "F", matching::Side::Bid, "1", text));
  }
  const SubscriberId session = venue.join();
  MarketDataRequest request = levels_of("a", {"F"});
  request.depth = 0;
  const std::vector<std::string> texts = asked(venue, session, request);
  ASSERT_GE(texts.size(), 2U);
  std::size_t entries = 0;
  for (const std::string& text : texts) {
    EXPECT_THAT(text, HasSubstr("|83=1101|"));
    EXPECT_THAT(text, HasSubstr(&text == &texts.back() ? "893=Y|" : "893=N|"));
    for (std::size_t at = text.find("269="); at != std::string::npos;
         at = text.find("269=", at + 1)) {
      ++entries;
    }
  }
  EXPECT_EQ(entries, 1'000U);  // not all 1 100
  EXPECT_THAT(texts.back(), EndsWith("1023=1000|"));
}

TEST(Images, OfAMarketAreThoseOfAllItsRunnersAndOfLaterOnes) {
  Venue venue;
  venue.exchange.run(matching::CreateMarket{.market = matching::Name{"NEW"}});
  const SubscriberId session = venue.join();
  MarketDataRequest request = levels_of("a", {});
  request.markets = {matching::Name{"NEW"}, matching::Name{"HORSE"}};
  EXPECT_EQ(asked(venue, session, request).size(), 3U);
  venue.exchange.run(
      matching::AddRunner{.market = matching::Name{"NEW"}, .symbol = matching::Name{"N"}});
  venue.turn();
  EXPECT_THAT(venue.told(session), ElementsAre(StartsWith("W 262=a|55=N|1300=NEW|83=0|")));
}

TEST(Images, AreSharedByAllWhoWantTheSame) {
  Venue venue;
  venue.exchange.back("alice", "10", "2.02");
  std::vector<SubscriberId> sessions;
  for (int i = 0; i < 5; ++i) {
    sessions.push_back(venue.join());
    venue.ask(sessions.back(), levels_of("a", {"A", "B"}));
  }
  venue.turn();
  EXPECT_EQ(venue.data.figures().views, 2U);
  EXPECT_EQ(venue.data.figures().subscriptions, 10U);
  const auto first = venue.told(sessions.front());
  EXPECT_EQ(first.size(), 2U);
  for (std::size_t i = 1; i < sessions.size(); ++i) {
    EXPECT_EQ(venue.told(sessions[i]), first);
  }
}

TEST(Images, AfterAGapFillThereIsOneForEverySubscription) {
  Venue venue;
  const SubscriberId session = venue.join();
  const SubscriberId other = venue.join();
  asked(venue, session, levels_of("a", {"A"}));
  asked(venue, session, levels_of("b", {"A", "B"}));
  asked(venue, other, levels_of("a", {"A"}));
  venue.data.resend_was_filled(session);
  venue.turn();
  EXPECT_THAT(venue.told(session),
              ElementsAre(StartsWith("W 262=a|814=2|55=A|"),
                          StartsWith("W 262=b|814=2|55=A|"),
                          StartsWith("W 262=b|814=2|55=B|")));
  EXPECT_THAT(venue.told(other), IsEmpty());
  EXPECT_EQ(venue.data.figures().images[static_cast<std::size_t>(ImageCause::GapFill)], 3U);
}

TEST(Images, AreLeftForALaterTurnWhereThereAreMany) {
  MarketDataLimits limits;
  limits.images_per_turn = 2;
  Venue venue{limits};
  std::vector<SubscriberId> sessions;
  for (int i = 0; i < 3; ++i) {
    sessions.push_back(venue.join());
    venue.ask(sessions.back(), levels_of("a", {"A", "B", "C"}));
  }
  EXPECT_TRUE(venue.data.turn(venue.now));
  std::size_t images = 0;
  for (const SubscriberId session : sessions) {
    images += venue.told(session).size();
  }
  EXPECT_EQ(images, 2U);
  venue.turn();
  for (const SubscriberId session : sessions) {
    images += venue.told(session).size();
  }
  EXPECT_EQ(images, 9U);
  EXPECT_FALSE(venue.data.turn(venue.now));
}

// Also where there was no turn while it was: then only what is told of by itself needs an image.
TEST(Images, StandForAStatusThatMdWasBehindFor) {
  Venue venue;
  const SubscriberId session = venue.join();
  asked(venue, session, levels_of("a", {"A", "RAIN"}));
  venue.data.set_behind(true);
  venue.exchange.run(matching::HaltMarket{.market = matching::Name{"HORSE"}});
  venue.exchange.buy("alice", "1", "0.5");
  venue.take();
  venue.data.set_behind(false);
  venue.turn();
  EXPECT_THAT(
      venue.told(session),
      ElementsAre(StartsWith("X 262=a|268=1|279=0|269=0|55=RAIN|"),
                  ::testing::AllOf(StartsWith("W 262=a|814=2|55=A|"), HasSubstr("|1682=2|"))));
}

TEST(Images, StandForWhatChangedWhileMdWasBehind) {
  Venue venue;
  const SubscriberId session = venue.join();
  asked(venue, session, levels_of("a", {"A", "B"}));
  venue.data.set_behind(true);
  venue.exchange.back("alice", "10", "2.02");
  venue.turn();
  venue.exchange.back("alice", "10", "2.02");
  venue.turn();
  EXPECT_THAT(venue.told(session), IsEmpty());
  venue.data.set_behind(false);
  venue.turn();
  const auto texts = venue.told(session);
  EXPECT_THAT(texts, ElementsAre(StartsWith("W 262=a|814=2|55=A|")));
  EXPECT_THAT(texts.front(), HasSubstr("271=20.00|"));
  venue.data.mark_all();
  venue.turn();
  EXPECT_EQ(venue.told(session).size(), 2U);
}

}  // namespace
}  // namespace betex::gateway::testing

// At most one update in so many milliseconds, at the same ticks for all who conflate alike.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Conflation : public ::testing::Test {
 protected:
  SubscriberId subscribe(std::uint32_t conflate_ms, bool trades = false) {
    const SubscriberId session = venue.join();
    MarketDataRequest request = levels_of("a", {"A"});
    request.conflate_ms = conflate_ms;
    request.trades = trades;
    request.volume = trades;
    request.traded_ladder = trades;
    venue.ask(session, request);
    venue.turn();
    venue.told(session);
    return session;
  }

  std::vector<std::string> told_after(SubscriberId session, int passed_ms) {
    venue.pass(milliseconds{passed_ms});
    venue.turn();
    return venue.told(session);
  }

  Venue venue;  // its time begins at a whole hour
};

TEST_F(Conflation, MakesOneUpdateOfSeveral) {
  const SubscriberId session = subscribe(100);
  venue.exchange.back("alice", "1", "2");
  EXPECT_THAT(told_after(session, 10), IsEmpty());
  EXPECT_EQ(venue.data.next_deadline(), venue.now + milliseconds{90});
  venue.exchange.back("alice", "1", "2");
  venue.exchange.back("alice", "1", "2.02");
  venue.exchange.cancel("alice", 3);
  EXPECT_THAT(told_after(session, 89), IsEmpty());
  EXPECT_THAT(told_after(session, 1), ElementsAre(StartsWith("X 262=a|814=2|268=1|")));
  EXPECT_THAT(told_after(session, 1'000), IsEmpty());
}

TEST_F(Conflation, OfASingleChangeIsNone) {
  const SubscriberId session = subscribe(100);
  venue.exchange.back("alice", "1", "2");
  venue.turn();
  EXPECT_THAT(told_after(session, 100), ElementsAre(StartsWith("X 262=a|268=1|")));
}

TEST_F(Conflation, HasItsTicksAtTheSameTimeForAll) {
  const SubscriberId first = subscribe(250);
  venue.pass(milliseconds{130});
  const SubscriberId second = subscribe(250);
  venue.exchange.back("alice", "1", "2");
  venue.turn();
  venue.pass(milliseconds{119});
  venue.turn();
  EXPECT_THAT(venue.told(first), IsEmpty());
  EXPECT_THAT(venue.told(second), IsEmpty());
  venue.pass(milliseconds{1});
  const std::uint64_t before = venue.data.figures().updates;
  venue.turn();
  EXPECT_EQ(venue.data.figures().updates, before + 1);  // made once, for both
  EXPECT_EQ(venue.told(first), venue.told(second));
}

TEST_F(Conflation, ServesAtLeastWhatWasAskedFor) {
  EXPECT_EQ(spec_of({.type = MarketDataRequest::Type::Subscribe}).conflate_ms(), 0U);
  for (const auto& [asked, served] : {std::pair{1U, 50U},
                                      std::pair{50U, 50U},
                                      std::pair{51U, 100U},
                                      std::pair{501U, 1'000U},
                                      std::pair{1'001U, 5'000U},
                                      std::pair{9'000U, 5'000U}}) {
    MarketDataRequest request{.type = MarketDataRequest::Type::Subscribe, .conflate_ms = asked};
    EXPECT_EQ(spec_of(request).conflate_ms(), served) << asked;
    request.type = MarketDataRequest::Type::Image;
    EXPECT_EQ(spec_of(request).conflate_ms(), 0U) << asked;
  }
}

TEST_F(Conflation, KeepsFiftyTrades) {
  const SubscriberId session = subscribe(100, true);
  const SubscriberId other = subscribe(0, true);
  std::size_t told_at_once = 0;
  for (int i = 0; i < 60; ++i) {
    venue.exchange.lay("alice", "1", "2");
    venue.exchange.back("bob", "1", "2");
    venue.turn();
    for (const std::string& text : venue.told(other)) {
      told_at_once += text.find("|269=2|") != std::string::npos ? 1U : 0U;
    }
  }
  EXPECT_EQ(told_at_once, 60U);
  const std::vector<std::string> texts = told_after(session, 100);
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts.front(), StartsWith("X 262=a|814=2|268=52|"));  // and B twice
  EXPECT_THAT(texts.front(), HasSubstr("|269=B|55=A|271=60.00|"));
  EXPECT_THAT(texts.front(), HasSubstr("|269=B|270=2.00|271=60.00|"));
  EXPECT_EQ(venue.data.figures().trades_left_out, 10U);
}

// Who comes while others wait for a tick has what they have: the same update is right for all.
TEST_F(Conflation, AnImageIsOfTheLastTick) {
  venue.exchange.lay("alice", "5", "2");
  venue.exchange.back("bob", "1", "2");
  const SubscriberId first = subscribe(1'000, true);
  venue.exchange.back("bob", "1", "2");
  venue.turn();
  const SubscriberId second = venue.join();
  MarketDataRequest request = levels_of("a", {"A"});
  request.conflate_ms = 1'000;
  request.trades = request.volume = request.traded_ladder = true;
  venue.ask(second, request);
  venue.turn();
  const std::vector<std::string> images = venue.told(second);
  ASSERT_EQ(images.size(), 1U);
  EXPECT_THAT(images.front(), HasSubstr("|270=2.00|271=4.00|1023=1|"));
  EXPECT_THAT(images.front(), HasSubstr("|269=B|271=1.00|269=B|270=2.00|271=1.00|"));
  venue.pass(milliseconds{1'000});
  venue.turn();
  EXPECT_EQ(venue.told(first), venue.told(second));
}

TEST_F(Conflation, EndsWithTheLastWhoWantedIt) {
  const SubscriberId session = subscribe(100);
  venue.exchange.back("alice", "1", "2");
  venue.turn();
  venue.data.leave(session);
  venue.pass(milliseconds{100});
  venue.turn();
  EXPECT_FALSE(venue.data.next_deadline().has_value());
  EXPECT_EQ(venue.data.figures().views, 0U);
}

}  // namespace
}  // namespace betex::gateway::testing

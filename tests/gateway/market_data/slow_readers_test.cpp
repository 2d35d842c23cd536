// Sessions that read slowly: images instead of a backlog, and nobody else notices.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class SlowReaders : public ::testing::Test {
 protected:
  SubscriberId subscribe(bool log_out_when_slow = false) {
    const SubscriberId session = venue.join();
    MarketDataRequest request = levels_of("a", {"A", "B"});
    request.log_out_when_slow = log_out_when_slow;
    venue.ask(session, request);
    venue.turn();
    venue.told(session);
    return session;
  }

  void change_often(int times) {
    for (int i = 0; i < times; ++i) {
      venue.exchange.back("alice", "1", "2");
      venue.turn();
    }
  }

  Venue venue{{.slow_bytes = 4'000, .normal_bytes = 1'000}};
};

TEST_F(SlowReaders, GetAnImageWhenTheyReadAgain) {
  const SubscriberId slow = subscribe();
  const SubscriberId other = subscribe();
  venue.outlet(slow).reads = false;
  change_often(200);
  EXPECT_THAT(venue.told(other), SizeIs(200));
  EXPECT_LT(venue.outlet(slow).most_unsent, 4'500U);
  EXPECT_EQ(venue.data.figures().slow_sessions, 1U);
  EXPECT_EQ(venue.data.figures().marked, 1U);  // B has not changed
  EXPECT_TRUE(venue.data.next_deadline().has_value());

  const std::vector<std::string> before = venue.told(slow);
  EXPECT_THAT(before, ::testing::Each(StartsWith("X ")));
  venue.turn();
  EXPECT_THAT(
      venue.told(slow),
      ElementsAre(::testing::AllOf(StartsWith("W 262=a|814=2|55=A|"), HasSubstr("|271=200.00|"))));
  EXPECT_EQ(venue.data.figures().slow_sessions, 0U);
  EXPECT_EQ(venue.data.figures().images[static_cast<std::size_t>(ImageCause::Slow)], 1U);
  venue.outlet(slow).reads = true;
  change_often(1);
  EXPECT_EQ(venue.told(slow), std::vector<std::string>{venue.told(other).back()});
  venue.turn();
  EXPECT_FALSE(venue.data.next_deadline().has_value());
}

TEST_F(SlowReaders, AreLoggedOutWhereTheyWantThat) {
  const SubscriberId slow = subscribe(true);
  const SubscriberId other = subscribe(true);
  venue.outlet(slow).reads = false;
  change_often(200);
  EXPECT_THAT(venue.outlet(slow).logged_out, SizeIs(1));
  EXPECT_THAT(venue.outlet(other).logged_out, IsEmpty());
  EXPECT_THAT(venue.told(other), SizeIs(200));
  EXPECT_EQ(venue.data.figures().subscriptions, 2U);
  EXPECT_EQ(venue.data.figures().logged_out, 1U);
  venue.data.leave(slow);
  venue.turn();
}

TEST_F(SlowReaders, LearnTheStatusFromTheImage) {
  const SubscriberId slow = subscribe();
  venue.outlet(slow).reads = false;
  change_often(100);
  venue.exchange.run(matching::HaltMarket{.market = matching::Name{"HORSE"}});
  venue.turn();
  venue.told(slow);
  venue.turn();
  EXPECT_THAT(venue.told(slow),
              ::testing::UnorderedElementsAre(
                  ::testing::AllOf(StartsWith("W 262=a|814=2|55=A|"), HasSubstr("|1682=2|")),
                  ::testing::AllOf(StartsWith("W 262=a|814=2|55=B|"), HasSubstr("|1682=2|"))));
}

TEST_F(SlowReaders, GetImagesAsTheyReadThem) {
  for (int odds = 102; odds <= 160; ++odds) {
    venue.exchange.back("alice", "1", std::to_string(odds).insert(1, "."));
  }
  const SubscriberId session = venue.join();
  venue.outlet(session).reads = false;
  MarketDataRequest request = levels_of("0", {"A"});
  request.depth = 0;
  for (int i = 0; i < 8; ++i) {
    request.id = matching::Name{std::to_string(i)};
    venue.ask(session, request);
  }
  venue.turn();
  std::size_t images = 0;
  for (int i = 0; i < 20 && images < 8; ++i) {
    const std::size_t now = venue.told(session).size();
    EXPECT_LE(now, 2U);
    images += now;
    venue.turn();
  }
  EXPECT_EQ(images, 8U);
  EXPECT_LT(venue.outlet(session).most_unsent, 2 * 4'000U);
}

TEST_F(SlowReaders, WhoReadsNothingAtAllIsLoggedOutInTheEnd) {
  const SubscriberId dead = subscribe();
  venue.outlet(dead).reads = false;
  constexpr int kMany = 10'000;
  for (int i = 0; i < kMany && venue.outlet(dead).logged_out.empty(); ++i) {
    venue.exchange.run(matching::Announce{.headline = matching::Remark{"news"}});
    venue.turn();
  }
  EXPECT_THAT(venue.outlet(dead).logged_out, SizeIs(1));
  EXPECT_LT(venue.outlet(dead).most_unsent, 1'100'000U);
}

}  // namespace
}  // namespace betex::gateway::testing

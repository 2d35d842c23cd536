// How instruments stand: f between the updates before and after it, and the end of subscriptions.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using matching::Name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr Name kHorse{"HORSE"};

class Statuses : public ::testing::Test {
 protected:
  SubscriberId subscribe(const MarketDataRequest& request) {
    const SubscriberId session = venue.join();
    venue.ask(session, request);
    venue.turn();
    venue.told(session);
    return session;
  }

  std::vector<std::string> told(SubscriberId session) {
    venue.turn();
    return venue.told(session);
  }

  // The market's result, and that it is paid.
  void settle() {
    venue.exchange.run(matching::CloseMarket{.market = kHorse});
    venue.exchange.finish_batches();
    venue.exchange.determine("HORSE", {{.symbol = Name{"A"}, .numerator = 1, .denominator = 1}});
    venue.exchange.settle("HORSE");
    venue.exchange.finish_batches();
  }

  Venue venue;
};

TEST_F(Statuses, StandBetweenTheUpdatesBeforeAndAfterThem) {
  venue.exchange.back("alice", "10", "2.02");
  MarketDataRequest request = levels_of("a", {"A"});
  request.conflate_ms = 5'000;  // does not hold up what is before a status
  const SubscriberId session = subscribe(request);
  venue.exchange.back("bob", "5", "2.02");
  venue.turn();
  EXPECT_THAT(venue.told(session), IsEmpty());
  venue.exchange.run(
      matching::SuspendMarket{.market = kHorse, .scope = matching::CancelScope::All});
  venue.exchange.finish_batches();
  EXPECT_THAT(told(session), ElementsAre(HasSubstr("271=15.00|"), "f A 2 2"));
  venue.pass(std::chrono::milliseconds{5'000});
  EXPECT_THAT(told(session), ElementsAre(HasSubstr("279=2|269=0|55=A|")));
}

TEST_F(Statuses, AreToldOnceForAllRequestsOfASession) {
  const SubscriberId session = subscribe(levels_of("a", {"A"}));
  MarketDataRequest second = levels_of("b", {"A", "B"});
  second.depth = 1;
  venue.ask(session, second);
  venue.turn();
  venue.told(session);
  venue.exchange.run(matching::HaltMarket{.market = kHorse});
  EXPECT_THAT(told(session), ElementsAre("f A 2 2", "f B 2 2"));
}

TEST_F(Statuses, AreInTheImage) {
  venue.exchange.run(
      matching::SuspendMarket{.market = kHorse, .reason = matching::SuspendReason::Pause});
  venue.turn();
  const SubscriberId session = venue.join();
  venue.ask(session, levels_of("a", {"A"}));
  EXPECT_THAT(told(session), ElementsAre(HasSubstr("|1682=2|20005=2|20032=4|20033=N|")));
  venue.exchange.run(matching::ResumeMarket{.market = kHorse});
  venue.exchange.run(matching::TurnInPlay{.market = kHorse});
  EXPECT_THAT(told(session), ElementsAre("f A 3 3", "f A 17 4"));
  venue.ask(session, levels_of("b", {"A"}));
  EXPECT_THAT(told(session), ElementsAre(HasSubstr("|1682=17|20005=4|20033=Y|")));
}

TEST_F(Statuses, WhoHasNoImageYetHasTheStatusWithIt) {
  const SubscriberId session = venue.join();
  venue.ask(session, levels_of("a", {"A"}));
  venue.exchange.run(matching::HaltMarket{.market = kHorse});
  EXPECT_THAT(told(session), ElementsAre(HasSubstr("|1682=2|")));
}

TEST_F(Statuses, SettledEndsTheSubscription) {
  const SubscriberId session = subscribe(levels_of("a", {"A"}));
  MarketDataRequest all = levels_of("b", {});
  all.markets.push_back(kHorse);
  const SubscriberId other = subscribe(all);
  settle();
  EXPECT_THAT(told(session), ElementsAre("f A 18 2", "f A 100 3", "f A 101 4"));
  EXPECT_EQ(venue.told(other).size(), 9U);
  EXPECT_EQ(venue.data.figures().subscriptions, 0U);
  EXPECT_EQ(venue.data.figures().views, 0U);
  venue.ask(session, levels_of("a", {"A"}));  // its id is free, and there is an image and no more
  EXPECT_THAT(told(session), ElementsAre(HasSubstr("|1682=101|")));
  EXPECT_EQ(venue.data.figures().subscriptions, 0U);
  venue.ask(other, all);
  EXPECT_EQ(told(other).size(), 3U);
  venue.ask(other, all);
  EXPECT_EQ(told(other).size(), 3U);
}

TEST_F(Statuses, VoidEndsTheSubscription) {
  const SubscriberId session = subscribe(levels_of("a", {"A"}));
  venue.exchange.run(matching::VoidMarket{.market = kHorse});
  venue.exchange.finish_batches();
  EXPECT_THAT(told(session), ElementsAre("f A 102 2"));
  EXPECT_EQ(venue.data.figures().subscriptions, 0U);
}

TEST_F(Statuses, ARunnerThatIsRemovedEndsWithAnEmptyImage) {
  venue.exchange.back("alice", "10", "2.02");
  const SubscriberId session = subscribe(levels_of("a", {"A", "B"}));
  venue.exchange.run(matching::RemoveRunner{.market = kHorse, .symbol = Name{"A"}});
  venue.exchange.finish_batches();
  const std::vector<std::string> texts = told(session);
  EXPECT_THAT(
      texts,
      ::testing::Contains(::testing::AllOf(
          StartsWith("W 262=a|55=A|"), HasSubstr("|1682=18|"), ::testing::EndsWith("|268=0|"))));
  EXPECT_THAT(texts, ::testing::Contains(StartsWith("f A 18 ")));
  EXPECT_THAT(texts, ::testing::Contains(StartsWith("f B 2 ")));
  EXPECT_EQ(venue.data.figures().subscriptions, 1U);
  venue.ask(session, levels_of("b", {"A"}));
  EXPECT_THAT(told(session), ElementsAre(::testing::EndsWith("|268=0|")));
  EXPECT_EQ(venue.data.figures().subscriptions, 1U);
}

TEST_F(Statuses, TheEndThatMdWasBehindForIsToldByAnImage) {
  MarketDataRequest all = levels_of("b", {});
  all.markets.push_back(kHorse);
  const SubscriberId session = subscribe(all);
  venue.data.set_behind(true);
  settle();
  EXPECT_THAT(told(session), IsEmpty());
  venue.data.set_behind(false);
  const std::vector<std::string> texts = told(session);
  EXPECT_EQ(texts.size(), 3U);
  EXPECT_THAT(texts, ::testing::Each(HasSubstr("|1682=101|")));
  venue.ask(session, all);  // nothing is left of it
  EXPECT_EQ(told(session).size(), 3U);
}

TEST_F(Statuses, EverybodyIsToldOfAnnouncementsAndOfHaltsOfTheExchange) {
  const SubscriberId session = venue.join();
  venue.exchange.run(matching::Announce{.headline = matching::Remark{"rain"}});
  venue.exchange.run(matching::HaltExchange{});
  EXPECT_THAT(told(session), ElementsAre("B rain", "h halted"));
  const SubscriberId later = venue.join();
  EXPECT_THAT(told(later), ElementsAre("h halted"));
  venue.exchange.run(matching::UnhaltExchange{});
  EXPECT_THAT(told(later), ElementsAre("h open"));
}

TEST_F(Statuses, EverybodyIsToldOfAPlannedStop) {
  const SubscriberId session = venue.join();
  venue.exchange.run(matching::StopExchange{.notice_s = 60});
  EXPECT_THAT(told(session), ElementsAre("B The exchange stops for maintenance in 60 seconds"));
}

}  // namespace
}  // namespace betex::gateway::testing

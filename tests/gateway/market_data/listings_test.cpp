// SecurityListRequest(x): what there is, and how it changes.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using matching::Name;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using Updates = SecurityListQuery::Updates;

class Listings : public ::testing::Test {
 protected:
  void ask(SecurityListQuery query) {
    query.security_req_id = Name{"l"};
    venue.data.ask(session, query, venue.now);
  }

  std::vector<std::string> told() {
    venue.turn();
    return venue.told(session);
  }

  // Made void before, whether it is binary or not.
  void archive(const Name& market) {
    venue.exchange.run(matching::VoidMarket{.market = market,
                                            .price = market == Name{"RAIN"}
                                                         ? matching::testing::decimal("0.25")
                                                         : matching::Decimal{}});
    venue.exchange.finish_batches();
    venue.exchange.run(matching::ArchiveMarket{.market = market});
    venue.exchange.finish_batches();
  }

  // The list is told but for its end when HORSE, three of its four instruments, changes.
  void begin_and_halt_horse() {
    ask({.updates = Updates::Begin});
    EXPECT_TRUE(venue.data.turn(venue.now));
    EXPECT_THAT(venue.told(session), SizeIs(3));
    venue.exchange.run(matching::HaltMarket{.market = Name{"HORSE"}});
  }

  // The turn after that has told the list's end, and looked at A and B of four.
  void expect_a_look_up_to_b() {
    venue.take();
    EXPECT_TRUE(venue.data.turn(venue.now));
    EXPECT_THAT(venue.told(session), ElementsAre("y l RAIN 4 last1", "BK M l A 9", "BK M l B 9"));
  }

  Venue venue{{.slow_bytes = 8'000, .normal_bytes = 2'000, .list_messages_per_turn = 3}};
  SubscriberId session = venue.join();
};

TEST_F(Listings, HaveAllInstruments) {
  ask({});
  EXPECT_TRUE(venue.data.turn(venue.now));  // three of four
  EXPECT_THAT(told(), ElementsAre("y l A 4 1", "y l B 4 1", "y l C 4 1", "y l RAIN 4 last1"));
  ask({.market = Name{"HORSE"}});
  EXPECT_THAT(told(), ElementsAre("y l A 3 1", "y l B 3 1", "y l C 3 last1"));
  ask({.symbol = Name{"B"}});
  EXPECT_THAT(told(), ElementsAre("y l B 1 last1"));
  ask({.symbol = Name{"NONE"}});
  EXPECT_THAT(told(), ElementsAre("y l  0 last0"));
}

TEST_F(Listings, LeaveOutArchivedMarketsUnlessByName) {
  archive(Name{"HORSE"});
  ask({});
  EXPECT_THAT(told(), ElementsAre("y l RAIN 1 last1"));
  ask({.market = Name{"HORSE"}});
  EXPECT_THAT(told(), ElementsAre("y l A 3 5", "y l B 3 5", "y l C 3 last5"));
  ask({.symbol = Name{"B"}});
  EXPECT_THAT(told(), ElementsAre("y l B 1 last5"));
  archive(Name{"RAIN"});
  ask({});
  EXPECT_THAT(told(), ElementsAre("y l  0 last0"));
}

TEST_F(Listings, TellOfWhatIsArchivedWhileTheyAreMade) {
  ask({});
  EXPECT_TRUE(venue.data.turn(venue.now));
  EXPECT_THAT(venue.told(session), ElementsAre("y l A 4 1", "y l B 4 1", "y l C 4 1"));
  archive(Name{"HORSE"});
  archive(Name{"RAIN"});
  venue.exchange.run(matching::CreateMarket{.market = Name{"NEW"}, .runners = {Name{"N"}}});
  EXPECT_THAT(told(), ElementsAre("y l RAIN 4 last5"));
  ask({});
  EXPECT_THAT(told(), ElementsAre("y l N 1 last10"));
}

// Who subscribed is told that a market has ended, also where it is archived by then.
TEST_F(Listings, TellLaterOfTheEndOfAMarketThatIsArchived) {
  ask({.updates = Updates::Begin});
  EXPECT_TRUE(venue.data.turn(venue.now));
  EXPECT_THAT(venue.told(session), SizeIs(3));
  archive(Name{"HORSE"});
  EXPECT_THAT(told(), ElementsAre("y l RAIN 4 last1", "BK D l A 5", "BK D l B 5", "BK D l C 5"));
  archive(Name{"RAIN"});
  EXPECT_THAT(told(), ElementsAre("BK D l RAIN 5"));
}

TEST_F(Listings, AreAnsweredAsTheSessionReads) {
  venue.outlet(session).reads = false;
  for (int i = 0; i < 16; ++i) {
    ask({});
  }
  ask({});
  venue.turn();
  EXPECT_LT(venue.outlet(session).most_unsent, 8'000U);
  std::size_t listed = 0;
  bool refused = false;
  for (int i = 0; i < 100; ++i) {
    for (const std::string& text : venue.told(session)) {
      listed += text.starts_with("y ") ? 1U : 0U;
      refused = refused || text == "j x 143";
    }
    venue.turn();
  }
  EXPECT_EQ(listed, 64U);
  EXPECT_TRUE(refused);  // the 17th
  EXPECT_FALSE(venue.data.next_deadline().has_value());
}

TEST_F(Listings, TellHowTheyChange) {
  ask({.updates = Updates::Begin});
  EXPECT_THAT(told(), SizeIs(4));
  venue.exchange.run(
      matching::CreateMarket{.market = Name{"NEW"}, .runners = {Name{"N1"}, Name{"N2"}}});
  EXPECT_THAT(told(), ElementsAre("BK A l N1 10", "BK A l N2 10"));
  venue.exchange.run(matching::OpenMarket{.market = Name{"NEW"}});
  EXPECT_THAT(told(), ElementsAre("BK M l N1 1", "BK M l N2 1"));
  venue.exchange.run(matching::DescribeMarket{
      .market = Name{"NEW"},
      .symbol = Name{"N2"},
      .description = matching::Description{.text = matching::DescriptionText{"two"}}});
  EXPECT_THAT(told(), ElementsAre("BK M l N2 1"));
  venue.exchange.run(matching::RemoveRunner{.market = Name{"NEW"}, .symbol = Name{"N1"}});
  venue.exchange.finish_batches();
  EXPECT_THAT(told(), ElementsAre("BK D l N1 5", "BK M l N2 9"));
  venue.exchange.run(matching::VoidMarket{.market = Name{"NEW"}});
  EXPECT_THAT(told(), ElementsAre("BK D l N2 5"));
  venue.exchange.back("alice", "1", "2");
  EXPECT_THAT(told(), IsEmpty());
  ask({.updates = Updates::End});
  EXPECT_THAT(told(), ElementsAre("y l  0 last0"));
  venue.exchange.run(matching::HaltMarket{.market = Name{"HORSE"}});
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(Listings, TellOnlyOfWhatWasAskedFor) {
  ask({.market = Name{"HORSE"}, .updates = Updates::Begin});
  EXPECT_THAT(told(), SizeIs(3));
  venue.exchange.run(matching::HaltMarket{.market = Name{"RAIN"}});
  EXPECT_THAT(told(), IsEmpty());
  venue.exchange.run(matching::HaltMarket{.market = Name{"HORSE"}});
  EXPECT_THAT(told(), SizeIs(3));
}

TEST_F(Listings, TellLaterWhatChangedWhileTheyWereMade) {
  begin_and_halt_horse();
  venue.exchange.run(matching::CreateMarket{.market = Name{"NEW"}, .runners = {Name{"N"}}});
  EXPECT_THAT(
      told(),
      ElementsAre("y l RAIN 4 last1", "BK M l A 9", "BK M l B 9", "BK M l C 9", "BK A l N 10"));
}

TEST_F(Listings, TellLaterWhatChangedWhileNothingWasRead) {
  ask({.updates = Updates::Begin});
  EXPECT_THAT(told(), SizeIs(4));
  venue.outlet(session).reads = false;
  for (int i = 0; i < 50; ++i) {
    venue.exchange.run(matching::HaltMarket{.market = Name{"HORSE"}});
    venue.exchange.run(matching::UnhaltMarket{.market = Name{"HORSE"}});
    venue.turn();
  }
  venue.exchange.run(matching::CreateMarket{.market = Name{"NEW"}, .runners = {Name{"N"}}});
  venue.exchange.run(matching::HaltMarket{.market = Name{"HORSE"}});
  venue.turn();
  EXPECT_LT(venue.outlet(session).most_unsent, 12'000U);
  venue.told(session);
  EXPECT_THAT(told(),
              UnorderedElementsAre("BK M l A 9", "BK M l B 9", "BK M l C 9", "BK A l N 10"));
  venue.turn();
  EXPECT_THAT(venue.told(session), IsEmpty());
}

TEST_F(Listings, TellOnceWhatIsAddedWhileTheyCatchUp) {
  begin_and_halt_horse();
  expect_a_look_up_to_b();
  venue.exchange.run(matching::CreateMarket{.market = Name{"NEW"}, .runners = {Name{"N"}}});
  EXPECT_THAT(told(), ElementsAre("BK M l C 9", "BK A l N 10"));
}

// What changes behind a look is told by the next one; what changes ahead of it, by this one.
TEST_F(Listings, TellOnceWhatChangesWhileTheyCatchUp) {
  begin_and_halt_horse();
  expect_a_look_up_to_b();
  venue.exchange.run(matching::UnhaltMarket{.market = Name{"HORSE"}});
  EXPECT_THAT(
      told(),
      ElementsAre(StartsWith("BK M l C "), StartsWith("BK M l A "), StartsWith("BK M l B ")));
  venue.exchange.run(matching::HaltMarket{.market = Name{"HORSE"}});
  EXPECT_THAT(told(), ElementsAre("BK M l A 9", "BK M l B 9", "BK M l C 9"));
}

TEST_F(Listings, TellOnceWhatChangesRightBehindItsBeingAdded) {
  begin_and_halt_horse();
  venue.exchange.run(
      matching::CreateMarket{.market = Name{"NEW"}, .runners = {Name{"N1"}, Name{"N2"}}});
  expect_a_look_up_to_b();
  venue.exchange.run(matching::OpenMarket{.market = Name{"NEW"}});
  EXPECT_THAT(told(), ElementsAre("BK M l C 9", "BK A l N1 1", "BK A l N2 1"));
  venue.exchange.run(matching::HaltMarket{.market = Name{"NEW"}});
  EXPECT_THAT(told(), ElementsAre("BK M l N1 9", "BK M l N2 9"));
}

}  // namespace
}  // namespace betex::gateway::testing

// Pictures of the books for people.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Wall final : PictureOutlet {
  void show(std::shared_ptr<const MarketsPicture> picture) override {
    pictures.push_back(std::move(picture));
  }

  std::vector<std::shared_ptr<const MarketsPicture>> pictures;
};

TEST(Pictures, ShowMarketsAndTheLaddersOfOne) {
  Venue venue;
  venue.exchange.back("alice", "10", "2.02");
  venue.exchange.lay("bob", "3", "1.9");
  venue.exchange.lay("bob", "4", "2.02");
  const auto wall = std::make_shared<Wall>();
  venue.data.watch(wall, "HORSE");
  venue.turn();
  ASSERT_THAT(wall->pictures, SizeIs(1));
  const MarketsPicture& picture = *wall->pictures.front();
  ASSERT_THAT(picture.markets, SizeIs(2));
  EXPECT_EQ(picture.markets[0].name, "HORSE");
  EXPECT_EQ(picture.markets[0].state, "Open");
  EXPECT_EQ(picture.markets[0].version, 1U);
  EXPECT_EQ(picture.market, "HORSE");
  ASSERT_THAT(picture.runners, SizeIs(3));
  const RunnerPicture& runner = picture.runners.front();
  EXPECT_EQ(runner.symbol, "A");
  ASSERT_THAT(runner.bids, SizeIs(1));
  EXPECT_EQ(runner.bids[0].price + " " + runner.bids[0].size, "2.02 6.00");
  ASSERT_THAT(runner.offers, SizeIs(1));
  EXPECT_EQ(runner.offers[0].price + " " + runner.offers[0].size, "1.90 3.00");
  EXPECT_EQ(runner.last_price + " " + runner.last_size + " " + runner.matched, "2.02 4.00 4.00");
}

TEST(Pictures, LeaveOutMarketsThatAreArchived) {
  Venue venue;
  venue.exchange.run(matching::VoidMarket{.market = matching::Name{"HORSE"}});
  venue.exchange.run(matching::ArchiveMarket{.market = matching::Name{"HORSE"}});
  const auto wall = std::make_shared<Wall>();
  const auto other = std::make_shared<Wall>();
  venue.data.watch(wall, "HORSE");
  venue.data.watch(other, std::string(100, 'x'));
  venue.turn();
  ASSERT_THAT(wall->pictures, SizeIs(1));
  ASSERT_THAT(wall->pictures.front()->markets, SizeIs(1));
  EXPECT_EQ(wall->pictures.front()->markets[0].name, "RAIN");
  EXPECT_THAT(wall->pictures.front()->runners, SizeIs(3)) << "whoever asks for it sees it";
  ASSERT_THAT(other->pictures, SizeIs(1));
  EXPECT_THAT(other->pictures.front()->runners, IsEmpty());
}

TEST(Pictures, ComeWhenSomethingHasChangedAndNotTooOften) {
  Venue venue;
  const auto wall = std::make_shared<Wall>();
  venue.data.watch(wall, "");
  EXPECT_TRUE(venue.data.next_deadline().has_value());
  venue.turn();
  EXPECT_THAT(wall->pictures, SizeIs(1));
  EXPECT_THAT(wall->pictures.front()->runners, IsEmpty());
  EXPECT_FALSE(venue.data.next_deadline().has_value());
  venue.pass(milliseconds{1'000});
  venue.turn();
  EXPECT_THAT(wall->pictures, SizeIs(1));  // nothing is different
  for (int i = 0; i < 20; ++i) {
    venue.exchange.back("alice", "1", "2");
    venue.turn();
    venue.pass(milliseconds{20});
  }
  EXPECT_THAT(wall->pictures, SizeIs(3));  // 0 and 200 ms after the first change
  EXPECT_EQ(venue.data.next_deadline(), venue.now);
  venue.turn();
  EXPECT_THAT(wall->pictures, SizeIs(4));
  EXPECT_LT(wall->pictures[2]->revision, wall->pictures[3]->revision);
}

TEST(Pictures, AreLaterOnesAfterAJump) {
  Venue venue;
  const auto wall = std::make_shared<Wall>();
  venue.data.watch(wall, "");
  for (int i = 0; i < 20; ++i) {
    venue.exchange.back("alice", "1", "2");
  }
  venue.turn();
  ASSERT_THAT(wall->pictures, SizeIs(1));
  venue.exchange.back("alice", "1", "2");
  venue.data.rebuild(venue.exchange.engine);
  venue.pass(kPictureInterval);
  venue.data.turn(venue.now);
  ASSERT_THAT(wall->pictures, SizeIs(2));
  EXPECT_LT(wall->pictures[0]->revision, wall->pictures[1]->revision);
}

TEST(Pictures, AreForThoseWhoAreStillThere) {
  Venue venue;
  auto wall = std::make_shared<Wall>();
  const auto other = std::make_shared<Wall>();
  venue.data.watch(wall, "HORSE");
  venue.data.watch(other, "HORSE");
  venue.turn();
  EXPECT_EQ(wall->pictures.front(), other->pictures.front());  // made once
  wall.reset();
  venue.exchange.back("alice", "1", "2");
  venue.pass(milliseconds{200});
  venue.turn();
  EXPECT_THAT(other->pictures, SizeIs(2));
}

}  // namespace
}  // namespace betex::gateway::testing

// What a market is created with, its runners among it, and what may be changed of that later.
#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

const Name kHorse{"HORSE"};

// ---- Markets with their runners -----------------------------------------------------------------

std::vector<Name> runners(std::size_t count) {
  std::vector<Name> names;
  for (std::size_t i = 1; i <= count; ++i) {
    names.push_back(Name{"X" + std::to_string(i)});
  }
  return names;
}

TEST(MarketsWithRunners, AreCreatedInOneTransaction) {
  Exchange x;
  EXPECT_THAT(
      x.run(CreateMarket{.market = Name{"CUP"}, .runners = runners(2), .request_id = Name{"r1"}}),
      ElementsAre("market CUP", "runner X1", "runner X2"));
  EXPECT_EQ(all_of<MarketCreated>(x.log).back().runners, 2U);
  EXPECT_EQ(all_of<RunnerAdded>(x.log).back().request_id, Name{"r1"});
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .expected_runners = 3}),
              ElementsAre("command rejected CUP: not possible in this state"));
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .expected_runners = 2}),
              ElementsAre("opened v1"));
}

TEST(MarketsWithRunners, ExpectThoseThatAreLeft) {
  Exchange x;
  x.run(CreateMarket{.market = Name{"CUP"}, .runners = runners(3)});
  x.run(RemoveRunner{.market = Name{"CUP"}, .symbol = Name{"X2"}});
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .expected_runners = 3}).at(0),
              StartsWith("command rejected"));
  EXPECT_THAT(x.run(OpenMarket{.market = Name{"CUP"}, .expected_runners = 2}).at(0),
              StartsWith("opened"));
}

TEST(MarketsWithRunners, HaveAtMost100EachOnceAndNew) {
  Exchange x;
  const auto create = [&x](const char* name, const std::vector<Name>& with) {
    return x.run(CreateMarket{.market = Name{name}, .runners = with}).at(0);
  };
  const std::string invalid = "command rejected CUP: invalid parameter";
  EXPECT_EQ(create("CUP", runners(101)), invalid);
  EXPECT_EQ(create("CUP", {Name{"X1"}, Name{"X1"}}), invalid);
  EXPECT_EQ(create("CUP", {Name{"X1"}, Name{}}), invalid);
  EXPECT_EQ(create("CUP", {Name{"X1"}, Name{"A"}}), "command rejected CUP: already exists");
  EXPECT_EQ(x.run(CreateMarket{.market = Name{"CUP"},
                               .kind = MarketKind::Binary,
                               .ladder = LadderKind::LinearCent,
                               .runners = runners(1)})
                .at(0),
            invalid);
  EXPECT_EQ(create("CUP", runners(100)), "market CUP");
  EXPECT_THAT(x.run(AddRunner{.market = Name{"CUP"}, .symbol = Name{"Y"}}),
              ElementsAre("command rejected CUP: not possible in this state"));
}

TEST(Creation, OfAMarketThatCouldTakeNoOrderIsRefused) {
  Exchange x;
  const auto create = [&x](const char* least, const char* step, const char* most) {
    return x
        .run(CreateMarket{.market = Name{"CUP"},
                          .min_quantity = decimal(least),
                          .quantity_step = decimal(step),
                          .max_quantity = decimal(most)})
        .at(0);
  };
  const std::string invalid = "command rejected CUP: invalid parameter";
  EXPECT_EQ(create("2", "0", "1.99"), invalid);
  EXPECT_EQ(create("0", "2", "1.99"), invalid);
  EXPECT_EQ(create("2", "2", "2"), "market CUP");
}

// ---- Changes ------------------------------------------------------------------------------------

TEST(Changes, HaveTheLimitsOfCreating) {
  Exchange x;
  x.run(CreateMarket{.market = Name{"CUP"}, .min_quantity = decimal("2")});
  const auto change = [&x](ChangeMarket changed) {
    changed.market = Name{"CUP"};
    return x.run(changed).at(0);
  };
  const std::string invalid = "command rejected CUP: invalid parameter";
  EXPECT_EQ(change({.bet_delay_ms = 60'001}), invalid);
  EXPECT_EQ(change({.commission_bp = 10'001}), invalid);
  EXPECT_EQ(change({.max_quantity = Decimal{-kDecimalScale}}), invalid);
  EXPECT_EQ(change({.max_quantity = decimal("1.99")}), invalid) << "below the smallest";
  EXPECT_EQ(change({.max_quantity = decimal("2.001")}), invalid);
  EXPECT_EQ(change({.max_quantity = decimal("1000000000.01")}), invalid);
  EXPECT_EQ(change({.max_quantity = decimal("2")}), "changed v1 delay 0 commission 0 largest 2.00");
  EXPECT_EQ(change({.bet_delay_ms = 60'000, .commission_bp = 10'000}),
            "changed v2 delay 60000 commission 10000 largest 2.00");
  EXPECT_EQ(change({.max_quantity = Decimal{}}),
            "changed v3 delay 60000 commission 10000 largest 1000000000.00");
}

TEST(Changes, OfTheCommissionCountWhenTheMarketIsSettled) {
  Exchange x;
  x.back("alice", "10", "2");
  x.lay("bob", "10", "2");
  x.run(ChangeMarket{.market = kHorse, .commission_bp = 1'000});
  x.run(CloseMarket{.market = kHorse});
  x.determine("HORSE", {{Name{"A"}, 1, 1}});
  EXPECT_THAT(x.settle("HORSE").at(2), ::testing::HasSubstr("commission 1.0000"));
}

}  // namespace
}  // namespace betex::matching::testing

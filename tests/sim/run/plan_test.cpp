#include "tests/sim/run/plan.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "tests/sim/run/smaller.h"

namespace betex::sim {
namespace {

TEST(PlanTest, OneSeedGivesOnePlan) {
  EXPECT_EQ(to_text(plan_of(7)), to_text(plan_of(7)));
  EXPECT_NE(to_text(plan_of(7)), to_text(plan_of(8)));
}

TEST(PlanTest, IsReadAsItWasWritten) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Plan plan = plan_of(seed, kAllPlanted.at(seed % kAllPlanted.size()));
    EXPECT_EQ(to_text(plan_from_text(to_text(plan))), to_text(plan));
  }
}

TEST(PlanTest, EveryKindOfFaultIsPlannedInTime) {
  std::set<FaultKind> kinds;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    const Plan plan = plan_of(seed);
    EXPECT_TRUE(std::is_sorted(
        plan.faults.begin(), plan.faults.end(), [](const Fault& one, const Fault& other) {
          return one.at < other.at;
        }));
    for (const Fault& fault : plan.faults) {
      kinds.insert(fault.kind);
    }
  }
  EXPECT_EQ(kinds.size(), kFaultKinds);
}

TEST(PlanTest, AWrongLineIsNamed) {
  const auto why = [](const char* text) -> std::string {
    try {
      static_cast<void>(plan_from_text(text));
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return {};
  };
  EXPECT_EQ(why("seed five"), "plan: \"seed five\": a number is expected in place of \"five\"");
  EXPECT_EQ(why("seed 5\nfault flood 1 2 3"),
            "plan: \"fault flood 1 2 3\": there is no such fault");
  EXPECT_EQ(why("traders 1 2"), "plan: \"traders 1 2\": \"2\" is one too many");
  EXPECT_NE(why("tarders 1").find("it begins with none of"), std::string::npos);
  EXPECT_EQ(why("# a remark\n\nseed 5\n"), "");
}

// A plan that fails for one of its faults, where there are at least two traders and ten requests.
bool needs_the_power_cut(const Plan& plan) {
  return plan.traders >= 2 && plan.requests >= 10 &&
         std::any_of(plan.faults.begin(), plan.faults.end(), [](const Fault& fault) {
           return fault.kind == FaultKind::PowerCut;
         });
}

TEST(SmallerTest, KeepsWhatTheFaultNeedsAndNothingElse) {
  Plan plan{.seed = 3, .traders = 4, .watchers = 2, .operates = true, .requests = 80};
  for (std::size_t i = 0; i < 20; ++i) {
    plan.faults.push_back({.kind = i == 13 ? FaultKind::PowerCut : FaultKind::NetworkSlow});
  }
  const Plan least = smaller(plan, needs_the_power_cut);
  ASSERT_EQ(least.faults.size(), 1U);
  EXPECT_EQ(least.faults[0].kind, FaultKind::PowerCut);
  EXPECT_EQ(least.traders, 2U);
  EXPECT_EQ(least.watchers, 0U);
  EXPECT_FALSE(least.operates);
  EXPECT_EQ(least.requests, 10U);
}

TEST(SmallerTest, KeepsAPairThatIsNeeded) {
  Plan plan{.seed = 3, .traders = 1, .watchers = 0, .operates = false, .requests = 1};
  for (std::size_t i = 0; i < 16; ++i) {
    plan.faults.push_back({.kind = FaultKind::NetworkSlow, .value = static_cast<std::int64_t>(i)});
  }
  const auto has = [](const Plan& each, std::int64_t value) {
    return std::any_of(each.faults.begin(), each.faults.end(), [&](const Fault& fault) {
      return fault.value == value;
    });
  };
  const Plan least = smaller(plan, [&](const Plan& each) { return has(each, 2) && has(each, 15); });
  EXPECT_EQ(least.faults.size(), 2U);
}

TEST(SmallerTest, TriesNoMoreThanItMay) {
  Plan plan{.seed = 3};
  plan.faults.resize(64);
  unsigned runs = 0;
  static_cast<void>(smaller(
      plan,
      [&](const Plan&) {
        ++runs;
        return false;
      },
      10));
  EXPECT_EQ(runs, 10U);
}

}  // namespace
}  // namespace betex::sim

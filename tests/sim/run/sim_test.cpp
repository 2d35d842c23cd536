// Whole exchanges on simulated machines: what must hold holds for each seed, and what is wrong on
// purpose is found.

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "tests/sim/run/figures.h"
#include "tests/sim/run/isolated.h"
#include "tests/sim/run/plan.h"
#include "tests/sim/run/smaller.h"
#include "tests/support/environment.h"

namespace betex::sim {
namespace {

const Dictionaries& dictionaries() {
  static const Dictionaries kDictionaries{BETEX_DICTIONARIES_DIR};
  return kDictionaries;
}

std::string text_of(const Outcome& outcome) {
  std::string text;
  for (const std::string& fault : outcome.faults_found) {
    text += fault + "\n";
  }
  return text;
}

std::string smallest(const Plan& plan) {
  return to_text(smaller(plan, [](const Plan& each) {
    return !run_isolated(each, dictionaries()).faults_found.empty();
  }));
}

class SimTest : public ::testing::Test {
 protected:
  void SetUp() override { spdlog::set_level(spdlog::level::off); }
};

// Two minutes' worth of two processors at most.
constexpr std::uint64_t kSeeds = 1'000;

// BETEX_SIM_SEEDS of them from BETEX_SEED on.
TEST_F(SimTest, WhatMustHoldHoldsForEverySeed) {
  const std::uint64_t first = test::number_from_environment("BETEX_SEED", 1);
  const std::uint64_t count =
      test::number_from_environment("BETEX_SIM_SEEDS", test::is_long_run() ? 100'000 : kSeeds);
  Figures figures;
  run_seeds(
      {.first = first, .count = count, .jobs = std::max(1U, std::thread::hardware_concurrency())},
      dictionaries(),
      [&](const Plan& plan, const Outcome& outcome) {
        figures.add(outcome);
        if (!outcome.faults_found.empty()) {
          ADD_FAILURE() << "seed " << plan.seed << ": " << text_of(outcome)
                        << "what is left of it (betex-sim --plan FILE):\n"
                        << smallest(plan);
        }
        return outcome.faults_found.empty();
      });
  std::cout << "seeds " << first << " to " << first + figures.runs - 1 << ": " << figures.text();
  EXPECT_EQ(figures.runs, count);
  for (std::size_t i = 0; i < kFaultKinds && count >= kSeeds; ++i) {
    EXPECT_GT(figures.sums.happened.at(i), 0U) << name_of(static_cast<FaultKind>(i));
  }
  if (count >= kSeeds) {
    EXPECT_GT(figures.sums.snapshots, 0U);
    EXPECT_GT(figures.sums.retired, 0U);
    EXPECT_GT(figures.sums.stalls, 0U);
    EXPECT_GT(figures.sums.ends, 0U);
    EXPECT_GT(figures.sums.cuts, 0U);
  }
}

TEST_F(SimTest, APlanAlwaysGivesTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Outcome one = run_isolated(plan_of(seed), dictionaries());
    const Outcome other = run_isolated(plan_of(seed), dictionaries());
    EXPECT_EQ(text_of(one), "") << "seed " << seed;  // two that end at once would be equal, too
    EXPECT_GT(one.steps, 0U) << "seed " << seed;
    EXPECT_EQ(one.trace_hash, other.trace_hash) << "seed " << seed;
    EXPECT_EQ(one.steps, other.steps) << "seed " << seed;
  }
}

class PlantedTest : public SimTest, public ::testing::WithParamInterface<Planted> {};

TEST_P(PlantedTest, IsFoundAndMadeSmaller) {
  constexpr std::uint64_t kMostSeeds = 500;
  std::uint64_t tried = 0;
  Plan found;
  std::string what;
  run_seeds({.first = 1, .count = kMostSeeds, .planted = GetParam(), .jobs = 1},
            dictionaries(),
            [&](const Plan& plan, const Outcome& outcome) {
              ++tried;
              if (outcome.faults_found.empty()) {
                return true;
              }
              found = plan;
              what = text_of(outcome);
              return false;
            });
  ASSERT_FALSE(what.empty()) << "not found in " << tried << " seeds";
  std::cout << name_of(GetParam()) << " takes " << tried << " seeds: " << what;
  const Plan least = smaller(
      found,
      [](const Plan& each) { return !run_isolated(each, dictionaries()).faults_found.empty(); },
      60);
  std::cout << "what is left of it:\n" << to_text(least);
  EXPECT_FALSE(run_isolated(least, dictionaries()).faults_found.empty());
  EXPECT_LE(least.faults.size(), found.faults.size());
  if (least.two_nodes) {
    return;  // without the planted fault it would be another kind of run
  }
  // The fault is the planted one's, and nothing else's.
  Plan sound = least;
  sound.planted = Planted::None;
  EXPECT_EQ(text_of(run_isolated(sound, dictionaries())), "");
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedTest, ::testing::ValuesIn(kAllPlanted), [](const auto& each) {
  std::string name{name_of(each.param)};
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace betex::sim

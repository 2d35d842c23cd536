// The protocol of the quorum log under lost, late and doubled messages, pauses and crashes: every
// course of two leaders, and many of three nodes at random (quorum_model.h). BETEX_MODEL_SEED=N
// repeats the run of that seed alone; BETEX_LONG=1 runs 100 000, and says now and then how far it
// is.
#include "tests/gateway/cluster/quorum_model.h"

#include <cstdint>
#include <iostream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "tests/support/environment.h"

namespace betex::test {
namespace {

using testing::HasSubstr;
using Script = ModelOptions::Script;

constexpr std::uint64_t kSeeds = 1'000;
constexpr std::uint64_t kSeedsWhenLong = 100'000;
constexpr std::uint64_t kSeedsForABug = 300;
constexpr std::uint64_t kSeedsBetweenWords = 5'000;

// The courses of a race are some ten thousand; more are a fault of the model.
constexpr std::size_t kMostCourses = 5'000'000;

class QuorumModelTest : public testing::Test {
 protected:
  // Of refusals, which the model makes by the thousand.
  QuorumModelTest() : level_{spdlog::get_level()} { spdlog::set_level(spdlog::level::off); }

  ~QuorumModelTest() override { spdlog::set_level(level_); }

  QuorumModelTest(const QuorumModelTest&) = delete;
  QuorumModelTest& operator=(const QuorumModelTest&) = delete;
  QuorumModelTest(QuorumModelTest&&) = delete;
  QuorumModelTest& operator=(QuorumModelTest&&) = delete;

  std::string run(Turns& turns, std::uint64_t seed, const ModelOptions& options) {
    RandomChoices choices{seed};
    return QuorumModel{turns, choices, options, tally_}.run();
  }

  // What the first of the seeds that finds something finds.
  std::string first_violation(PlantedBug bug) {
    const ModelOptions options{.bug = bug};
    Turns turns{options.nodes};
    for (std::uint64_t seed = 1; seed <= kSeedsForABug; ++seed) {
      const std::string violation = run(turns, seed, options);
      if (!violation.empty()) {
        std::cout << "seed " << seed << ": " << violation << "\n";
        return violation;
      }
    }
    return {};
  }

  // What the first course of a race that finds something finds.
  std::string race(Script script, PlantedBug bug = PlantedBug::None) {
    const ModelOptions options{.script = script, .nodes = 2, .bug = bug};
    Turns turns{options.nodes};
    EveryChoice choices;
    courses_ = 0;
    do {
      ++courses_;
      const std::string violation = QuorumModel{turns, choices, options, tally_}.run();
      if (!violation.empty()) {
        return "course " + std::to_string(courses_) + ": " + violation;
      }
    } while (courses_ < kMostCourses && choices.next());
    return {};
  }

  ModelTally tally_;
  std::size_t courses_ = 0;

 private:
  spdlog::level::level_enum level_;
};

TEST_F(QuorumModelTest, NothingIsLostDoubledOrTakenBackWhateverHappensToMessages) {
  const ModelOptions options;
  Turns turns{options.nodes};
  if (const std::uint64_t only = test::number_from_environment("BETEX_MODEL_SEED", 0); only != 0) {
    ASSERT_EQ(run(turns, only, options), "");
    return;
  }
  const std::uint64_t seeds = test::is_long_run() ? kSeedsWhenLong : kSeeds;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    ASSERT_EQ(run(turns, seed, options), "") << "BETEX_MODEL_SEED=" << seed;
    if (seed % kSeedsBetweenWords == 0) {
      std::cout << seed << " of " << seeds << " seeds\n" << std::flush;
    }
  }
  // It has tried what it is there for.
  EXPECT_GT(tally_.take_overs, seeds);
  EXPECT_GT(tally_.appends, seeds);
  EXPECT_GT(tally_.refused, seeds / 10);
  EXPECT_GT(tally_.confirms, seeds / 10);
  EXPECT_GT(tally_.followed, seeds);
  EXPECT_GT(tally_.crashes, seeds / 10);
  EXPECT_GT(tally_.too_old, 0U);
  std::cout << tally_.take_overs << " takeovers, " << tally_.appends << " appends, "
            << tally_.refused << " refused, " << tally_.confirms << " confirmed, "
            << tally_.followed << " followed, " << tally_.crashes << " crashes, " << tally_.too_old
            << " too old\n";
}

TEST_F(QuorumModelTest, EveryCourseOfTwoLeadersWithOneFaultIsSafe) {
  EXPECT_EQ(race(Script::Race), "");
  EXPECT_GT(courses_, 1'000U);
  EXPECT_LT(courses_, kMostCourses);
  EXPECT_GT(tally_.appends, courses_ / 2);  // one of the two, at least, where no leader is fenced
  EXPECT_GT(tally_.refused, 0U);
  std::cout << courses_ << " courses\n";
}

TEST_F(QuorumModelTest, EveryCourseOfAConfirmationBesideATakeOverIsSafe) {
  EXPECT_EQ(race(Script::ConfirmRace), "");
  EXPECT_GT(courses_, 1'000U);
  EXPECT_LT(courses_, kMostCourses);
  EXPECT_GT(tally_.confirms, 0U);
  EXPECT_GT(tally_.refused, 0U);
  std::cout << courses_ << " courses\n";
}

// ---- The model is worth something: it finds each of these.

TEST_F(QuorumModelTest, FindsAStoreThatDoesNotCompare) {
  EXPECT_NE(first_violation(PlantedBug::NoCompare), "");
  EXPECT_NE(race(Script::Race, PlantedBug::NoCompare), "");
}

TEST_F(QuorumModelTest, FindsALogThatCommitsHereBeforeItIsAppended) {
  EXPECT_NE(first_violation(PlantedBug::LocalFirst), "");
  EXPECT_NE(race(Script::Race, PlantedBug::LocalFirst), "");
}

TEST_F(QuorumModelTest, FindsAConfirmationFromMemory) {
  EXPECT_THAT(first_violation(PlantedBug::BlindConfirm), HasSubstr("had been superseded"));
  EXPECT_THAT(race(Script::ConfirmRace, PlantedBug::BlindConfirm),
              HasSubstr("had been superseded"));
}

TEST_F(QuorumModelTest, FindsATakeOverThatDoesNotRaiseTheEpoch) {
  EXPECT_NE(first_violation(PlantedBug::SameEpoch), "");
  EXPECT_NE(race(Script::Race, PlantedBug::SameEpoch), "");
}

}  // namespace
}  // namespace betex::test

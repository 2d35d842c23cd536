// The soak tests are worth as much as what they judge growth by.
#include "tests/soak/steady.h"

#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace betex::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kSamples = 400;

// `at(i)` is the figure then, beside ten messages a sample.
template <typename At>
SteadyFigure sampled(Allowance allowance, At at) {
  SteadyFigure figure{"memory", "MiB", allowance};
  for (int i = 0; i < kSamples; ++i) {
    figure.sample(at(i), static_cast<std::uint64_t>(i) * 10);
  }
  return figure;
}

TEST(SteadyFigure, OneThatStaysIsSteady) {
  EXPECT_THAT(sampled({}, [](int) { return 50.0; }).fault(), IsEmpty());
}

TEST(SteadyFigure, ALeakIsFoundHoweverSlow) {
  const auto figure = sampled({.slack = 10}, [](int i) { return 50 + 0.06 * i; });
  EXPECT_THAT(figure.fault(), HasSubstr("memory: 59.0, later 71.0 MiB; 10.0 more were allowed"));
  EXPECT_THAT(sampled({.slack = 13}, [](int i) { return 50 + 0.06 * i; }).fault(), IsEmpty());
}

TEST(SteadyFigure, WarmingUpIsNoLeak) {
  const auto figure = sampled({}, [](int i) { return i < kSamples / 4 ? 1.0 * i : 100.0; });
  EXPECT_THAT(figure.fault(), IsEmpty());
}

// As when the process is killed, or takes a snapshot.
TEST(SteadyFigure, PeaksAndValleysAreNoLeakAndHideNone) {
  const auto peaks = [](int i) { return i % 7 == 0 ? 500.0 : i % 11 == 0 ? 0.0 : 50.0; };
  EXPECT_THAT(sampled({}, peaks).fault(), IsEmpty());
  const auto leak = [&peaks](int i) { return peaks(i) + 0.1 * i; };
  EXPECT_THAT(sampled({.slack = 10}, leak).fault(), HasSubstr("memory"));
}

TEST(SteadyFigure, WhatItsWorkTakesIsNoLeakAndMoreIs) {
  const auto figure = [](double per_message) {
    return sampled({.slack = 1, .per_message = 2}, [=](int i) { return per_message * 10 * i; });
  };
  EXPECT_THAT(figure(2).fault(), IsEmpty());
  EXPECT_THAT(figure(2.1).fault(), HasSubstr("for 2000 messages"));
}

TEST(SteadyFigure, AFewSamplesSayNothing) {
  SteadyFigure figure{"memory", "MiB", {.slack = 1'000}};
  EXPECT_THAT(figure.fault(), HasSubstr("sampled 0 times"));
  figure.sample(1, 0);
  EXPECT_THAT(figure.fault(), HasSubstr("sampled 1 times"));
  EXPECT_THAT(figure.told(), HasSubstr("sampled 1 times"));
}

}  // namespace
}  // namespace betex::test

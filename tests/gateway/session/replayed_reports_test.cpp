#include "gateway/session/replayed_reports.h"

#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

gateway::ReplayPortion portion(std::uint32_t number, std::uint64_t first, std::uint64_t count) {
  gateway::ReplayPortion portion;
  portion.number = number;
  for (std::uint64_t i = 0; i < count; ++i) {
    portion.reports.push_back(
        {.id = {.event = matching::EventSeq{first + i}, .leg = 1}, .body = News{}});
  }
  return portion;
}

TEST(ReplayedReports, WaitForThePromise) {
  ReplayedReports reports;
  reports.take(portion(1, 10, 2));
  EXPECT_EQ(reports.next(), nullptr);
  reports.promised();
  ASSERT_NE(reports.next(), nullptr);
  EXPECT_EQ(reports.next()->id.event, matching::EventSeq{10});
  EXPECT_FALSE(reports.pass());
  EXPECT_TRUE(reports.pass()) << "the portion is on its way";
  EXPECT_EQ(reports.next(), nullptr);
}

TEST(ReplayedReports, BehindTheLastPortionNothingIsWantedAnyMore) {
  ReplayedReports reports;
  reports.promised();
  gateway::ReplayPortion last = portion(1, 10, 1);
  last.last = true;
  reports.take(std::move(last));
  EXPECT_FALSE(reports.pass());
}

TEST(ReplayedReports, ALaterReplayTakesThePlaceOfTheOneBefore) {
  ReplayedReports reports;
  reports.promised();
  reports.take(portion(1, 10, 5));
  reports.promised();
  EXPECT_EQ(reports.next(), nullptr) << "from its promise on";
  reports.take(portion(1, 15, 5));
  EXPECT_EQ(reports.next(), nullptr);
  reports.take(portion(2, 1, 1));
  ASSERT_NE(reports.next(), nullptr);
  EXPECT_EQ(reports.next()->id.event, matching::EventSeq{1});
}

TEST(ReplayedReports, OrFromItsFirstPortionOnWhichMayComeBeforeThePromise) {
  ReplayedReports reports;
  reports.promised();
  reports.take(portion(1, 10, 5));
  reports.take(portion(2, 1, 1));
  EXPECT_EQ(reports.next(), nullptr);
  reports.promised();
  ASSERT_NE(reports.next(), nullptr);
  EXPECT_EQ(reports.next()->id.event, matching::EventSeq{1});
}

}  // namespace
}  // namespace betex::fix

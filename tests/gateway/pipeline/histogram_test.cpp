#include "gateway/pipeline/histogram.h"

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using std::chrono::nanoseconds;

std::uint64_t counted_in_all(const Histogram& histogram) {
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket <= Histogram::kBounds; ++bucket) {
    count += histogram.counted(bucket);
  }
  return count;
}

TEST(Histogram, BoundsDouble) {
  EXPECT_EQ(Histogram::bound(0), std::chrono::microseconds{10});
  EXPECT_EQ(Histogram::bound(1), std::chrono::microseconds{20});
  EXPECT_EQ(Histogram::bound(Histogram::kBounds - 1), std::chrono::microseconds{10'485'760});
}

TEST(Histogram, ABoundCountsInItsOwnBucketAndWhatIsLongerInTheNext) {
  for (std::size_t bucket = 0; bucket < Histogram::kBounds; ++bucket) {
    Histogram histogram;
    histogram.count(Histogram::bound(bucket));
    EXPECT_EQ(histogram.counted(bucket), 1U) << bucket;
    histogram.count(Histogram::bound(bucket) + nanoseconds{1});
    EXPECT_EQ(histogram.counted(bucket), 1U) << bucket;
    EXPECT_EQ(histogram.counted(bucket + 1), 1U) << bucket;
  }
}

TEST(Histogram, TakesEveryTime) {
  Histogram histogram;
  histogram.count(nanoseconds{0});
  histogram.count(nanoseconds{-5});
  histogram.count(nanoseconds::max() / 2);
  EXPECT_EQ(histogram.counted(0), 2U);
  EXPECT_EQ(histogram.counted(Histogram::kBounds), 1U);
  EXPECT_EQ(counted_in_all(histogram), 3U);
}

TEST(Histogram, AddsUpTheTimes) {
  Histogram histogram;
  histogram.count(nanoseconds{1'500});
  histogram.count(std::chrono::seconds{2});
  EXPECT_EQ(histogram.total(), std::chrono::seconds{2} + nanoseconds{1'500});
}

}  // namespace
}  // namespace betex::gateway

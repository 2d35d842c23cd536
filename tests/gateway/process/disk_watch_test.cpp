// Who looks at the disks while nobody writes.
#include "gateway/process/disk_watch.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/patience.h"

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;
using betex::test::comes_to;

TEST(DiskWatch, LooksAgainAndAgainInTheOrderGiven) {
  std::atomic<int> second{0};
  std::vector<int> order;  // the watch's, until it has ended
  {
    const DiskWatch watch{{[&] { order.push_back(1); },
                           [&] {
                             order.push_back(2);
                             ++second;
                           }},
                          1ms};
    EXPECT_TRUE(comes_to([&] { return second >= 3; }));
  }
  ASSERT_GE(order.size(), 6U);
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(order[i], i % 2 == 0 ? 1 : 2) << i;
  }
}

TEST(DiskWatch, ALookThatFailsIsNoReasonToStop) {
  std::atomic<int> failed{0};
  std::atomic<int> after{0};
  const DiskWatch watch{{[&] {
                           ++failed;
                           throw std::runtime_error{"no answer " + std::to_string(failed.load())};
                         },
                         [&] { ++after; }},
                        1ms};
  EXPECT_TRUE(comes_to([&] { return failed >= 3; }));
  EXPECT_TRUE(comes_to([&] { return after >= 3; }));
}

// Where it did not, ctest would end it.
TEST(DiskWatch, EndsAtOnceHoweverLongItWouldRest) {
  const DiskWatch watch{{}, 1h};
}

}  // namespace
}  // namespace betex::gateway

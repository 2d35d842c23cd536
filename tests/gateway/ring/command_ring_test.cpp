#include "gateway/ring/command_ring.h"

#include <cstdint>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

TEST(CommandRing, GivesCommandsInTheOrderOfTheirPublishing) {
  WaitStrategy wait;
  CommandRing<int> ring{8, wait};
  ASSERT_TRUE(ring.try_reserve(3));
  ring.publish(1);
  ring.publish(2);
  ring.publish(3);
  std::vector<int> seen;
  EXPECT_EQ(ring.poll([&](int value) { seen.push_back(value); }), 3U);
  EXPECT_EQ(seen, (std::vector{1, 2, 3}));
}

}  // namespace
}  // namespace betex::gateway

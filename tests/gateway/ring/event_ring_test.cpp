#include "gateway/ring/event_ring.h"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

TEST(EventRing, ShowsAConsumerWhatItsGateHasReleased) {
  WaitStrategy wait;
  EventRing ring{{.capacity = 8, .arena_size = 4096}, wait};
  EventConsumer& journal = ring.add_consumer({.name = "journal", .wait = wait});
  EventConsumer& report = ring.add_consumer({.name = "report", .wait = wait, .behind = {&journal}});
  const Claim claim = ring.try_claim(5);
  ASSERT_EQ(claim.outcome, ClaimOutcome::Claimed);
  std::memcpy(claim.bytes.data(), "hello", 5);
  ring.publish(7);

  EXPECT_TRUE(report.poll().empty());
  const EventBatch batch = journal.poll();
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch.begin()->tag, 7U);
  EXPECT_EQ(std::memcmp(batch.begin()->payload.data(), "hello", 5), 0);
  EXPECT_TRUE(report.poll().empty());
  journal.release(batch.end_seq());
  EXPECT_EQ(report.poll().size(), 1U);
}

}  // namespace
}  // namespace betex::gateway

#include "gateway/session/outbound_queue.h"

#include <string>

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

std::string append_report(OutboundQueue& queue, const std::string& text) {
  return std::string{queue.append_report([&](std::string& bytes) { bytes += text; })};
}

std::string take_all(OutboundQueue& queue) {
  std::string bytes;
  while (const auto block = queue.take_released()) {
    bytes += block->bytes;
  }
  return bytes;
}

TEST(OutboundQueue, ReleasesATurnInOnePieceAtItsEnd) {
  OutboundQueue queue;
  EXPECT_EQ(append_report(queue, "one"), "one");
  queue.append("admin");
  EXPECT_EQ(append_report(queue, "two"), "two") << "what was appended last, and no more";
  EXPECT_EQ(queue.take_released(), nullptr) << "the turn is not over";

  queue.seal();
  const auto block = queue.take_released();
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block->bytes, "oneadmintwo");
  EXPECT_EQ(block->reports, 2U);
  EXPECT_EQ(queue.take_released(), nullptr);
}

TEST(OutboundQueue, ATurnOfNothingReleasesNothing) {
  OutboundQueue queue;
  queue.seal();
  EXPECT_EQ(queue.take_released(), nullptr);
}

TEST(OutboundQueue, KeepsTurnsInTheirOrder) {
  OutboundQueue queue;
  queue.append("first");
  queue.seal();
  append_report(queue, "second");
  queue.seal();
  queue.append("of this turn");
  EXPECT_EQ(take_all(queue), "firstsecond");
}

TEST(OutboundQueue, CountsWhatIsNotWritten) {
  OutboundQueue queue;
  append_report(queue, "four");
  EXPECT_EQ(queue.unwritten_bytes(), 4U);
  queue.seal();
  EXPECT_EQ(take_all(queue), "four");
  EXPECT_EQ(queue.unwritten_bytes(), 4U);

  queue.written(4);
  EXPECT_EQ(queue.unwritten_bytes(), 0U);
}

TEST(OutboundQueue, ForgetsWhatCannotBeWritten) {
  OutboundQueue queue;
  append_report(queue, "of a turn before");
  queue.seal();
  append_report(queue, "of this turn");
  queue.discard();
  EXPECT_EQ(queue.unwritten_bytes(), 0U);

  queue.seal();
  EXPECT_EQ(take_all(queue), "");
}

}  // namespace
}  // namespace betex::fix

#include "gateway/session/outbound_queue.h"

#include <string>

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using matching::MsgSeqNum;
using matching::SessionId;

constexpr SessionId kSession{7};
constexpr matching::EventSeq kDelivered{7};

OutboundState after(std::uint32_t number) {
  return {.epoch = matching::SessionEpoch{1},
          .last_number = MsgSeqNum{number},
          .sent = {},
          .poss_resend_to = {}};
}

void append_report(OutboundQueue& queue, std::uint32_t number, const std::string& text) {
  queue.append_report({}, after(number), [&](std::string& bytes) { bytes += text; });
}

void append_admin(OutboundQueue& queue, std::uint32_t number, const std::string& text) {
  queue.use_number(after(number));
  queue.append(text);
}

std::string take_all(OutboundQueue& queue) {
  std::string bytes;
  while (const auto block = queue.take_released()) {
    bytes += block->bytes;
  }
  return bytes;
}

TEST(OutboundQueue, ReleasesNothingBeforeTheCacheHasIt) {
  OutboundQueue queue;
  append_report(queue, 1, "a");
  append_report(queue, 2, "b");
  const auto blocks = queue.seal(kSession, kDelivered);
  ASSERT_EQ(blocks.size(), 1U) << "one block for a turn";
  EXPECT_EQ(take_all(queue), "");

  queue.committed(blocks[0]);
  EXPECT_EQ(take_all(queue), "ab");
}

TEST(OutboundQueue, TellsTheCacheWhatIsInABlock) {
  OutboundQueue queue;
  append_admin(queue, 1, "logon");
  append_report(queue, 2, "report");
  const auto block = queue.seal(kSession, kDelivered).at(0);

  EXPECT_EQ(block->session, kSession);
  EXPECT_EQ(block->state.last_number, MsgSeqNum{2});
  ASSERT_EQ(block->entries.size(), 1U) << "administrative messages are never sent again";
  EXPECT_EQ(block->bytes.substr(block->entries[0].offset, block->entries[0].size), "report");
}

TEST(OutboundQueue, KeepsTheOrderWhateverNeedsTheCache) {
  OutboundQueue queue;
  append_report(queue, 1, "a");
  const auto first = queue.seal(kSession, kDelivered);
  queue.append("resent");
  EXPECT_TRUE(queue.seal(kSession, kDelivered).empty()) << "a resend has been cached before";
  EXPECT_EQ(take_all(queue), "");

  queue.committed(first[0]);
  EXPECT_EQ(take_all(queue), "aresent");
}

TEST(OutboundQueue, HoldsARejectAndWhatFollows) {
  OutboundQueue queue;
  append_admin(queue, 1, "before");
  queue.hold_from_here(MsgSeqNum{9});
  append_admin(queue, 2, "reject");
  const auto blocks = queue.seal(kSession, kDelivered);
  ASSERT_EQ(blocks.size(), 2U);
  append_admin(queue, 3, "after");
  const auto behind = queue.seal(kSession, kDelivered);
  queue.committed(blocks[0]);
  queue.committed(blocks[1]);
  queue.committed(behind[0]);
  EXPECT_EQ(take_all(queue), "before");

  queue.release_hold(MsgSeqNum{8});
  EXPECT_EQ(take_all(queue), "");
  queue.release_hold(MsgSeqNum{9});
  EXPECT_EQ(take_all(queue), "rejectafter");
}

TEST(OutboundQueue, CountsWhatIsNotWritten) {
  OutboundQueue queue;
  append_report(queue, 1, "four");
  EXPECT_EQ(queue.unwritten_bytes(), 4U);
  const auto block = queue.seal(kSession, kDelivered).at(0);
  queue.committed(block);
  EXPECT_EQ(take_all(queue), "four");
  EXPECT_EQ(queue.unwritten_bytes(), 4U);

  queue.written(4);
  EXPECT_EQ(queue.unwritten_bytes(), 0U);
}

TEST(OutboundQueue, ForgetsWhatCannotBeWritten) {
  OutboundQueue queue;
  append_report(queue, 1, "lost");
  const auto block = queue.seal(kSession, kDelivered).at(0);
  queue.discard();
  EXPECT_EQ(queue.unwritten_bytes(), 0U);

  queue.committed(block);
  EXPECT_EQ(take_all(queue), "");
}

}  // namespace
}  // namespace betex::fix

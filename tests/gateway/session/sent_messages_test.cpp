#include "gateway/session/sent_messages.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionId;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr SessionId kSession{1};
constexpr SessionEpoch kEpoch{1};

OutboundQueue::Block block_of(std::vector<std::uint32_t> numbers, SessionEpoch epoch = kEpoch) {
  auto block = std::make_shared<OutboundBlock>();
  block->session = kSession;
  for (const std::uint32_t number : numbers) {
    const ReportId report{.event = EventSeq{10 * number}};
    const std::string bytes = "message " + std::to_string(number);
    block->entries.push_back({.number = MsgSeqNum{number},
                              .report = report,
                              .offset = block->bytes.size(),
                              .size = bytes.size()});
    block->bytes += bytes;
    block->state = {
        .epoch = epoch, .last_number = MsgSeqNum{number}, .sent = report, .poss_resend_to = {}};
  }
  return block;
}

class SentMessagesTest : public testing::Test {
 protected:
  // Into the cache; sent_ still has it.
  void commit(const OutboundQueue::Block& block) { cache_.write({&block, 1}); }

  std::vector<std::string> read(std::uint32_t first, std::uint32_t last) const {
    std::vector<std::string> bytes;
    for (const auto& message : sent_.read(kSession, kEpoch, MsgSeqNum{first}, MsgSeqNum{last})) {
      bytes.push_back(message.bytes);
    }
    return bytes;
  }

  std::optional<MsgSeqNum> next(std::uint32_t first) const {
    return sent_.next_number(kSession, kEpoch, MsgSeqNum{first});
  }

  test::TempFolder folder_;
  MessageCache cache_{folder_.path() / "cache",
                      {.boot_id = "boot", .wal_id = "wal"},
                      {.sessions = {}, .last_seq = {}}};
  SentMessages sent_{cache_};
};

TEST_F(SentMessagesTest, FindsWhatIsOnItsWayToTheCache) {
  sent_.add(block_of({2, 3}));
  sent_.add(block_of({5}));
  EXPECT_THAT(read(1, 9), ElementsAre("message 2", "message 3", "message 5"));
  EXPECT_THAT(read(3, 3), ElementsAre("message 3"));
  EXPECT_EQ(next(1), MsgSeqNum{2});
  EXPECT_EQ(next(4), MsgSeqNum{5});
  EXPECT_EQ(next(6), std::nullopt);
}

TEST_F(SentMessagesTest, HasEachMessageOnceWhileItIsBeingCached) {
  const auto first = block_of({2, 3});
  sent_.add(first);
  sent_.add(block_of({5}));
  commit(first);
  EXPECT_THAT(read(1, 9), ElementsAre("message 2", "message 3", "message 5"));
  EXPECT_EQ(next(1), MsgSeqNum{2});

  sent_.first_is_cached();
  EXPECT_THAT(read(1, 9), ElementsAre("message 2", "message 3", "message 5"));
  EXPECT_EQ(next(4), MsgSeqNum{5});
}

TEST_F(SentMessagesTest, KnowsNothingOfAnotherEpoch) {
  sent_.add(block_of({2}, SessionEpoch{2}));
  EXPECT_THAT(read(1, 9), IsEmpty());
  EXPECT_EQ(next(1), std::nullopt);
}

}  // namespace
}  // namespace betex::fix

#include "gateway/fix/message_cache.h"

#include <fstream>
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

matching::SessionInfo known_session() {
  return {.session = kSession,
          .comp_id = matching::Name{"BROKER1"},
          .epoch = kEpoch,
          .next_in = MsgSeqNum{5},
          .reserved_to = MsgSeqNum{10'000},
          .delivered = EventSeq{3}};
}

// Reports with numbers `first` to `last`; a report's event is ten times its number.
std::shared_ptr<const OutboundBlock> block_of(std::uint32_t first,
                                              std::uint32_t last,
                                              SessionEpoch epoch = kEpoch) {
  auto block = std::make_shared<OutboundBlock>();
  block->session = kSession;
  for (std::uint32_t number = first; number <= last; ++number) {
    const std::string bytes = "message " + std::to_string(number);
    const ReportId report{.event = EventSeq{10 * number}};
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

// The same, sent when the client has proven to have the reports of events up to `delivered`.
std::shared_ptr<const OutboundBlock> proven(const std::shared_ptr<const OutboundBlock>& block,
                                            std::uint64_t delivered) {
  auto same = std::make_shared<OutboundBlock>(*block);
  same->delivered = EventSeq{delivered};
  return same;
}

class MessageCacheTest : public testing::Test {
 protected:
  MessageCache open(const CacheLimits& limits = {}) const {
    return MessageCache{
        folder(), identity_, {.sessions = sessions_, .last_seq = last_seq_}, limits};
  }

  std::filesystem::path folder() const { return temp_.path() / "cache"; }

  static void write(MessageCache& cache, const std::shared_ptr<const OutboundBlock>& block) {
    cache.write(std::vector{block});
  }

  static std::vector<std::string> read(const MessageCache& cache,
                                       std::uint32_t first,
                                       std::uint32_t last,
                                       SessionEpoch epoch = kEpoch) {
    std::vector<std::string> bytes;
    for (const auto& message : cache.read(kSession, epoch, MsgSeqNum{first}, MsgSeqNum{last})) {
      bytes.push_back(message.bytes);
    }
    return bytes;
  }

  betex::test::TempFolder temp_;
  CacheIdentity identity_{.boot_id = "boot", .wal_id = "wal"};
  std::vector<matching::SessionInfo> sessions_;
  EventSeq last_seq_{1000};
};

TEST_F(MessageCacheTest, GivesBackWhatWasWritten) {
  auto cache = open();
  write(cache, block_of(1, 3));

  EXPECT_THAT(read(cache, 2, 9), ElementsAre("message 2", "message 3"));
  ASSERT_TRUE(cache.state(kSession).has_value());
  EXPECT_EQ(cache.state(kSession)->last_number, MsgSeqNum{3});
  EXPECT_EQ(cache.state(kSession)->sent, ReportId{.event = EventSeq{30}});
}

TEST_F(MessageCacheTest, KnowsNothingOfASessionThatHasSentNothing) {
  const auto cache = open();

  EXPECT_FALSE(cache.state(kSession).has_value());
  EXPECT_THAT(read(cache, 1, 100), IsEmpty());
}

TEST_F(MessageCacheTest, SurvivesTheProcess) {
  {
    auto cache = open();
    write(cache, block_of(1, 3));
  }
  sessions_ = {known_session()};
  const auto cache = open();

  EXPECT_FALSE(cache.was_void());
  EXPECT_EQ(cache.state(kSession)->last_number, MsgSeqNum{3});
  EXPECT_THAT(read(cache, 1, 3), ElementsAre("message 1", "message 2", "message 3"));
}

TEST_F(MessageCacheTest, IsVoidAfterAnotherBoot) {
  {
    auto cache = open();
    write(cache, block_of(1, 3));
  }
  sessions_ = {known_session()};
  identity_.boot_id = "another boot";
  const auto cache = open();

  EXPECT_TRUE(cache.was_void());
  EXPECT_THAT(read(cache, 1, 3), IsEmpty());
  const OutboundState state = cache.state(kSession).value();
  EXPECT_EQ(state.epoch, kEpoch);
  EXPECT_EQ(state.last_number, MsgSeqNum{10'000}) << "numbers go on above the reservation";
  EXPECT_EQ(state.sent.event, EventSeq{3}) << "reports go on from what is proven delivered";
  EXPECT_LT((ReportId{.event = EventSeq{3}, .leg = 2}), state.sent);
  EXPECT_EQ(state.poss_resend_to.event, EventSeq{1000});
  EXPECT_TRUE(std::filesystem::exists(folder().string() + ".void"));
}

TEST_F(MessageCacheTest, IsVoidForAnotherJournal) {
  { const auto cache = open(); }
  identity_.wal_id = "another wal";

  EXPECT_TRUE(open().was_void());
}

TEST_F(MessageCacheTest, IsVoidWhenItCannotBeRead) {
  {
    auto cache = open();
    write(cache, block_of(1, 3));
  }
  std::ofstream{folder() / "data.mdb", std::ios::binary | std::ios::trunc}
      << std::string(16'384, 'x');

  EXPECT_TRUE(open().was_void());
}

TEST_F(MessageCacheTest, IsNotVoidWhenThereWasNone) {
  EXPECT_FALSE(open().was_void());
}

TEST_F(MessageCacheTest, GrowsWhenItIsFull) {
  auto cache = open({.map_size = std::size_t{1} << 20});
  for (std::uint32_t number = 1; number < 50'000; number += 1000) {
    write(cache, block_of(number, number + 999));
  }

  EXPECT_EQ(read(cache, 1, 50'000).size(), 50'000U);
}

TEST_F(MessageCacheTest, KeepsTheNewestNumbers) {
  auto cache = open({.kept_numbers = 100});
  for (std::uint32_t number = 1; number <= 1000; number += 10) {
    write(cache, proven(block_of(number, number + 9), 10'000));
  }

  const auto kept = read(cache, 1, 1000);
  ASSERT_EQ(kept.size(), 100U);
  EXPECT_EQ(kept.front(), "message 901");
}

TEST_F(MessageCacheTest, KeepsWhatIsNotProvenToHaveArrivedHoweverOldItIs) {
  auto cache = open({.kept_numbers = 100});
  for (std::uint32_t number = 1; number <= 1000; number += 10) {
    write(cache, proven(block_of(number, number + 9), 5'000));  // the event of message 500
  }
  EXPECT_EQ(read(cache, 1, 1000).front(), "message 501");

  write(cache, proven(block_of(1001, 1300), 10'000));
  EXPECT_EQ(read(cache, 1, 1300).front(), "message 1001") << "numbers beyond the newest 100";
}

TEST_F(MessageCacheTest, DropsAnOldEpochLittleByLittle) {
  auto cache = open();
  write(cache, block_of(1, 1000));
  write(cache, block_of(1, 1, SessionEpoch{2}));
  const std::size_t left = read(cache, 1, 1000).size();
  EXPECT_GT(left, 900U) << "one turn must not pay for a whole epoch";
  for (std::uint32_t number = 2; number <= 101; ++number) {
    write(cache, block_of(number, number, SessionEpoch{2}));
  }

  EXPECT_THAT(read(cache, 1, 1000), IsEmpty());
  EXPECT_EQ(read(cache, 1, 1000, SessionEpoch{2}).size(), 101U);
}

TEST_F(MessageCacheTest, RefusesAJournalThatKnowsLess) {
  {
    auto cache = open();
    write(cache, block_of(1, 3));
  }
  sessions_ = {known_session()};
  last_seq_ = EventSeq{29};  // report 3 tells of event 30
  EXPECT_THROW(open(), std::runtime_error);

  last_seq_ = EventSeq{30};
  sessions_[0].reserved_to = MsgSeqNum{2};
  EXPECT_THROW(open(), std::runtime_error);

  sessions_[0].reserved_to = MsgSeqNum{3};
  EXPECT_NO_THROW(open());
}

TEST(BootId, IsThereAndStays) {
  EXPECT_FALSE(read_boot_id().empty());
  EXPECT_EQ(read_boot_id(), read_boot_id());
}

}  // namespace
}  // namespace betex::fix

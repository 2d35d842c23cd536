#include "gateway/session/message_cache.h"

#include <cstdlib>
#include <fstream>
#include <random>
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

// The same as answers, which tell of no event.
std::shared_ptr<const OutboundBlock> answers(const std::shared_ptr<const OutboundBlock>& block) {
  auto same = std::make_shared<OutboundBlock>(*block);
  for (OutboundBlock::Entry& entry : same->entries) {
    entry.report = {};
  }
  return same;
}

// The same of another session.
std::shared_ptr<const OutboundBlock> of(SessionId session,
                                        const std::shared_ptr<const OutboundBlock>& block) {
  auto same = std::make_shared<OutboundBlock>(*block);
  same->session = session;
  return same;
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

// ---- How much is kept ---------------------------------------------------------------------------

// A message of these tests, with what goes with it.
constexpr std::size_t kMessageBytes = 60;

TEST_F(MessageCacheTest, BeyondItsBoundASessionKeepsItsNewestMessages) {
  auto cache = open({.bounds = {.of_a_session = 100 * kMessageBytes}});
  for (std::uint32_t number = 1; number <= 1000; number += 10) {
    write(cache, proven(block_of(number, number + 9), 10'000));
  }
  const auto kept = read(cache, 1, 1000);
  EXPECT_LE(cache.kept_bytes(), 100 * kMessageBytes);
  EXPECT_GT(kept.size(), 50U);
  EXPECT_EQ(kept.back(), "message 1000");
}

TEST_F(MessageCacheTest, AnswersGoBeforeReportsAndNoneStandsInTheirWay) {
  auto cache = open({.bounds = {.of_a_session = 100 * kMessageBytes}});
  write(cache, block_of(1, 10));  // not proven, ever
  for (std::uint32_t number = 11; number <= 2000; number += 10) {
    write(cache, answers(block_of(number, number + 9)));
  }
  const auto kept = read(cache, 1, 2000);
  EXPECT_LE(cache.kept_bytes(), 100 * kMessageBytes);
  ASSERT_GT(kept.size(), 10U);
  EXPECT_EQ(kept[0], "message 1");
  EXPECT_EQ(kept[9], "message 10");
  EXPECT_EQ(kept.back(), "message 2000");
}

TEST_F(MessageCacheTest, WhatIsNotProvenIsKeptBeyondTheBoundToo) {
  auto cache = open({.bounds = {.of_a_session = 10 * kMessageBytes}});
  for (std::uint32_t number = 1; number <= 1000; number += 10) {
    write(cache, block_of(number, number + 9));
  }
  EXPECT_EQ(read(cache, 1, 1000).size(), 1000U);
}

TEST_F(MessageCacheTest, WhereThereIsTooMuchInAllThoseThatWriteNothingGiveTheirPartToo) {
  auto cache =
      open({.bounds = {.of_a_session = 500 * kMessageBytes, .in_all = 500 * kMessageBytes}});
  for (std::uint32_t session = 2; session <= 6; ++session) {
    write(cache, proven(of(SessionId{session}, block_of(1, 100)), 10'000));
  }
  for (std::uint32_t number = 1; number <= 400; ++number) {
    write(cache, block_of(number, number));
  }
  EXPECT_LE(cache.kept_bytes(), 510 * kMessageBytes);
  EXPECT_EQ(read(cache, 1, 400).size(), 400U) << "not proven";
}

TEST_F(MessageCacheTest, AnswersAreNotKeptWhileTheDiskIsLow) {
  auto cache = open({.bounds = {.low_disk_bytes = UINT64_MAX}});
  write(cache, block_of(1, 1));
  write(cache, answers(block_of(2, 2)));
  write(cache, block_of(3, 3));
  EXPECT_THAT(read(cache, 1, 3), ElementsAre("message 1", "message 3"));
  EXPECT_EQ(cache.state(kSession)->last_number, MsgSeqNum{3}) << "its number is used all the same";
}

TEST_F(MessageCacheTest, ReportsAndAnswersComeBackInTheOrderOfTheirNumbers) {
  auto cache = open();
  write(cache, block_of(1, 1));
  write(cache, answers(block_of(2, 3)));
  write(cache, block_of(4, 4));
  EXPECT_THAT(read(cache, 1, 4), ElementsAre("message 1", "message 2", "message 3", "message 4"));
  EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{2}), MsgSeqNum{2});
  EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{4}), MsgSeqNum{4});
  EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{5}), std::nullopt);
}

TEST_F(MessageCacheTest, TellsAfterARestartWhatIsNotProven) {
  {
    auto cache = open();
    write(cache, block_of(1, 10));
    write(cache, answers(block_of(11, 20)));
  }
  sessions_ = {known_session()};
  sessions_[0].delivered = EventSeq{50};  // of message 5
  const auto cache = open();
  std::size_t bytes = 0;
  for (const UnprovenStep& step : cache.unproven_at_start(kSession)) {
    bytes += step.bytes;
    EXPECT_EQ(step.last, EventSeq{100});
  }
  EXPECT_GT(bytes, 5 * (kMessageBytes - 15));
  EXPECT_LT(bytes, 6 * kMessageBytes);
}

// ---- Damage -------------------------------------------------------------------------------------

class DamagedCacheTest : public MessageCacheTest {
 protected:
  void SetUp() override {
    auto cache = open();
    for (std::uint32_t number = 1; number <= 3000; number += 100) {
      write(cache, proven(block_of(number, number + 99), 10));
      write(cache, of(SessionId{2}, answers(block_of(number, number + 99))));
    }
    all_ = read(cache, 1, 3000);
    sessions_ = {known_session()};
    last_seq_ = EventSeq{100'000};
    ASSERT_EQ(all_.size(), 3000U);
  }

  // What it was, or nothing of it, and in no case the end of this process.
  void expect_whole_or_void(const std::string& what) {
    SCOPED_TRACE(what);
    const auto cache = open();
    if (cache.was_void()) {
      ++void_;
      EXPECT_THAT(read(cache, 1, 3000), IsEmpty());
      EXPECT_EQ(cache.state(kSession)->last_number, MsgSeqNum{10'000});
      EXPECT_TRUE(std::filesystem::exists(folder().string() + ".void"));
    } else {
      EXPECT_EQ(read(cache, 1, 3000), all_);
      EXPECT_EQ(cache.state(kSession)->last_number, MsgSeqNum{3000});
    }
  }

  // `damage` is done to a fresh copy of the cache's file.
  template <typename Damage>
  void try_with(const std::string& what, Damage damage) {
    const std::filesystem::path kept = temp_.path() / "kept";
    if (!std::filesystem::exists(kept)) {
      std::filesystem::rename(folder(), kept);
    }
    std::filesystem::remove_all(folder());
    std::filesystem::copy(kept, folder(), std::filesystem::copy_options::recursive);
    damage(folder() / "data.mdb");
    expect_whole_or_void(what);
  }

  std::vector<std::string> all_;
  int void_ = 0;
};

TEST_F(DamagedCacheTest, OneThatIsTruncatedIsMovedAside) {
  const auto size = std::filesystem::file_size(folder() / "data.mdb");
  constexpr int kSteps = 20;
  for (int step = 0; step < kSteps; ++step) {
    const auto left = size * static_cast<std::uintmax_t>(step) / kSteps;
    try_with("truncated to " + std::to_string(left),
             [&](const auto& file) { std::filesystem::resize_file(file, left); });
  }
  EXPECT_EQ(void_, kSteps);
}

TEST_F(DamagedCacheTest, FlippedBitsAreFoundOrDoNoHarm) {
  const char* const given = std::getenv("BETEX_SEED");
  const auto seed = given != nullptr ? std::stoul(given) : std::random_device{}();
  std::mt19937_64 random{seed};
  const auto size = std::filesystem::file_size(folder() / "data.mdb");
  constexpr int kTimes = 150;
  for (int i = 0; i < kTimes; ++i) {
    // Every other one where the trees begin.
    const auto at = static_cast<std::streamoff>(random() % (i % 2 == 0 ? size : 8 * 4096));
    const char bit = static_cast<char>(1 << random() % 8);
    try_with("BETEX_SEED=" + std::to_string(seed) + ", byte " + std::to_string(at),
             [&](const auto& path) {
               std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
               file.seekg(at);
               const char byte = static_cast<char>(file.get() ^ bit);
               file.seekp(at);
               file.put(byte);
             });
  }
  EXPECT_GT(void_, kTimes / 4);
}

TEST_F(DamagedCacheTest, PagesOfNothingAreFound) {
  const auto size = std::filesystem::file_size(folder() / "data.mdb");
  for (std::uintmax_t page = 0; page < size / 4096; page += 1 + size / 4096 / 20) {
    try_with("page " + std::to_string(page), [&](const auto& path) {
      std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
      file.seekp(static_cast<std::streamoff>(page * 4096));
      file << std::string(4096, '\0');
    });
  }
  EXPECT_GT(void_, 10);
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

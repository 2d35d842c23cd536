#include "gateway/session/session_cache.h"

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/errors.h"
#include "tests/gateway/session/cached_messages.h"
#include "tests/support/temp_folder.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionId;
using test::store;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

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

class SessionCacheTest : public testing::Test {
 protected:
  SessionCache open(const CacheLimits& limits = {.file_bytes = std::size_t{2} << 20}) const {
    return SessionCache{
        folder(), identity_, {.sessions = sessions_, .last_seq = last_seq_}, limits};
  }

  std::filesystem::path folder() const { return temp_.path() / "cache"; }

  static std::vector<std::string> read(const SessionCache& cache,
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

TEST_F(SessionCacheTest, GivesBackWhatWasStored) {
  auto cache = open();
  store(cache, {.first = 1, .last = 3});

  EXPECT_THAT(read(cache, 2, 9), ElementsAre("message 2", "message 3"));
  ASSERT_TRUE(cache.state(kSession).has_value());
  EXPECT_EQ(cache.state(kSession)->last_number, MsgSeqNum{3});
  EXPECT_EQ(cache.state(kSession)->sent, ReportId{.event = EventSeq{30}});
}

TEST_F(SessionCacheTest, KnowsNothingOfASessionThatHasSentNothing) {
  const auto cache = open();

  EXPECT_FALSE(cache.state(kSession).has_value());
  EXPECT_THAT(read(cache, 1, 100), IsEmpty());
  EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{1}), std::nullopt);
}

TEST_F(SessionCacheTest, SurvivesTheProcess) {
  {
    auto cache = open();
    store(cache, {.first = 1, .last = 3});
    ASSERT_TRUE(cache.use_number(kSession,
                                 {.epoch = kEpoch,
                                  .last_number = MsgSeqNum{4},
                                  .sent = {.event = EventSeq{30}, .leg = 2},
                                  .poss_resend_to = {.event = EventSeq{7}, .leg = 1}}));
  }
  sessions_ = {known_session()};
  const auto cache = open();

  EXPECT_FALSE(cache.was_void());
  const OutboundState state = cache.state(kSession).value();
  EXPECT_EQ(state.last_number, MsgSeqNum{4});
  EXPECT_EQ(state.sent, (ReportId{.event = EventSeq{30}, .leg = 2}));
  EXPECT_EQ(state.poss_resend_to, (ReportId{.event = EventSeq{7}, .leg = 1}));
  EXPECT_THAT(read(cache, 1, 4), ElementsAre("message 1", "message 2", "message 3"));
}

TEST_F(SessionCacheTest, GoesOnWhereAnEarlierLifeEnded) {
  const CacheLimits limits{.file_bytes = std::size_t{1} << 20, .block_bytes = 4096};
  sessions_ = {known_session()};
  std::vector<std::string> all;
  for (std::uint32_t life = 0; life < 10; ++life) {
    auto cache = open(limits);
    ASSERT_EQ(cache.was_void(), false);
    last_seq_ = EventSeq{100'000};
    store(cache, {.first = 1 + 50 * life, .last = 40 + 50 * life});
    store(cache, {.first = 41 + 50 * life, .last = 50 + 50 * life, .answers = true});
    for (std::uint32_t i = 1; i <= 50; ++i) {
      all.push_back("message " + std::to_string(50 * life + i));
    }
    EXPECT_EQ(read(cache, 1, 1000), all) << life;
  }
}

// ---- Void ---------------------------------------------------------------------------------------

TEST_F(SessionCacheTest, IsVoidAfterAnotherBoot) {
  {
    auto cache = open();
    store(cache, {.first = 1, .last = 3});
  }
  sessions_ = {known_session()};
  identity_.boot_id = "another-boot";
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

TEST_F(SessionCacheTest, IsVoidForAnotherJournal) {
  { const auto cache = open(); }
  identity_.wal_id = "another-wal";

  EXPECT_TRUE(open().was_void());
}

TEST_F(SessionCacheTest, IsVoidWhenItCannotBeRead) {
  std::filesystem::path file;
  {
    auto cache = open();
    store(cache, {.first = 1, .last = 3});
    file = cache.file();
  }
  std::ofstream{file, std::ios::binary | std::ios::trunc} << std::string(16'384, 'x');
  EXPECT_TRUE(open().was_void());
  EXPECT_EQ(std::filesystem::file_size(temp_.path() / "cache.void" / file.filename()), 16'384U)
      << "kept to be looked at";
}

TEST_F(SessionCacheTest, IsVoidWhenItIsGone) {
  std::filesystem::path file;
  {
    auto cache = open();
    store(cache, {.first = 1, .last = 3});
    file = cache.file();
  }
  std::filesystem::remove(file);
  EXPECT_TRUE(open().was_void());
}

TEST_F(SessionCacheTest, IsVoidWhenItHasNoRoomForTheSessionsThatThereAreNow) {
  { const auto cache = open(); }
  EXPECT_FALSE(open({.file_bytes = std::size_t{2} << 20, .sessions = 256}).was_void());
  EXPECT_TRUE(open({.file_bytes = std::size_t{2} << 20, .sessions = 257}).was_void());
}

TEST_F(SessionCacheTest, IsNotVoidWhenThereWasNone) {
  EXPECT_FALSE(open().was_void());
}

TEST_F(SessionCacheTest, OneThatIsVoidIsNotKeptWhileTheDiskIsLow) {
  { const auto cache = open(); }
  identity_.boot_id = "another-boot";
  const auto cache =
      open({.file_bytes = std::size_t{2} << 20, .bounds = {.low_disk_bytes = UINT64_MAX}});
  EXPECT_TRUE(cache.was_void());
  EXPECT_TRUE(cache.space().disk_is_low());
  EXPECT_FALSE(std::filesystem::exists(folder().string() + ".void"));
}

// ---- Whose it is --------------------------------------------------------------------------------

TEST_F(SessionCacheTest, IsOfTheWriterOfTheLogsLastRecord) {
  sessions_ = {known_session()};
  identity_.writer = 5;
  identity_.last_writer = 4;
  { const auto cache = open(); }
  identity_.writer = 6;  // writer 5 was killed before it had written anything
  EXPECT_FALSE(open().was_void());
  identity_.writer = 7;  // so was 6, which had stamped the cache
  EXPECT_FALSE(open().was_void());
  identity_.writer = 8;
  identity_.last_writer = 7;
  EXPECT_FALSE(open().was_void());
  identity_.writer = 11;
  identity_.last_writer = 10;  // with another cache, on another machine, perhaps
  EXPECT_TRUE(open().was_void());
  identity_.writer = 12;
  identity_.last_writer = 11;
  EXPECT_FALSE(open().was_void());
}

TEST_F(SessionCacheTest, OneWhoseWriterIsNotInTheLogIsAheadOfIt) {
  identity_.writer = 5;
  identity_.last_writer = 4;
  { const auto cache = open(); }
  identity_.writer = 6;
  identity_.last_writer = 3;
  for (int start = 0; start < 2; ++start) {  // and stays as it is
    try {
      static_cast<void>(open());
      FAIL();
    } catch (const journal::JournalError& error) {
      EXPECT_EQ(error.fault(), journal::Fault::CacheAhead);
    }
  }
}

TEST_F(SessionCacheTest, RefusesAJournalThatKnowsLess) {
  {
    auto cache = open();
    store(cache, {.first = 1, .last = 3});
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

// Another writer has gone on, and then the log was restored: that it is older is what counts.
TEST_F(SessionCacheTest, RefusesAJournalThatKnowsLessWhoeverHasWrittenIt) {
  sessions_ = {known_session()};
  {
    auto cache = open();
    store(cache, {.first = 1, .last = 3});
  }
  identity_.last_writer = 9;
  last_seq_ = EventSeq{29};
  EXPECT_THROW(open(), journal::JournalError);
}

// ---- How much is kept ---------------------------------------------------------------------------

// Blocks of a page, into which 73 messages of these tests go.
constexpr std::uint32_t kBlock = 4096;
constexpr std::size_t kOfABlock = kBlock / cache::record_bytes(12);

CacheLimits small(std::size_t blocks_in_file, const CacheBounds& bounds = {}) {
  return {.file_bytes = cache::first_block_at(256, static_cast<std::uint32_t>(blocks_in_file)) +
                        cache::kPage + (kBlock + cache::kCellBytes) * blocks_in_file,
          .block_bytes = kBlock,
          .bounds = bounds};
}

TEST_F(SessionCacheTest, ASessionKeepsItsNewestMessages) {
  auto cache = open(small(100, {.kept_of_a_session = 4 * kBlock}));
  for (std::uint32_t number = 1; number <= 1000; number += 10) {
    store(cache, {.first = number, .last = number + 9, .delivered = 10'000});
  }
  const auto kept = read(cache, 1, 1000);
  EXPECT_GE(kept.size(), 2 * kOfABlock);  // and one that is written to, and one that is to be
  EXPECT_LE(kept.size(), 4 * kOfABlock);
  EXPECT_EQ(kept.front(), "message " + std::to_string(1001 - kept.size()));
  EXPECT_EQ(kept.back(), "message 1000");
  EXPECT_LE(cache.kept_bytes(), 4 * kBlock);
}

TEST_F(SessionCacheTest, KeepsWhatIsNotProvenToHaveArrivedHoweverMuchItIs) {
  auto cache = open(small(100, {.kept_of_a_session = 2 * kBlock}));
  for (std::uint32_t number = 1; number <= 1000; number += 10) {
    store(cache, {.first = number, .last = number + 9, .delivered = 5'000});  // up to message 500
  }
  const auto kept = read(cache, 1, 1000);
  EXPECT_THAT(kept, Contains("message 501"));
  EXPECT_LE(kept.size(), 500 + kOfABlock) << "whole blocks go";
  store(cache, {.first = 1001, .last = 1300, .delivered = 13'000});
  EXPECT_THAT(read(cache, 1, 1300), Not(Contains("message 1001")));
  EXPECT_LE(cache.kept_bytes(), 2 * kBlock);
}

TEST_F(SessionCacheTest, AnswersGoBeforeReportsAndNoneStandsInTheirWay) {
  auto cache = open(small(100, {.kept_of_a_session = 4 * kBlock}));
  store(cache, {.first = 1, .last = 10});  // not proven, ever
  for (std::uint32_t number = 11; number <= 2000; number += 10) {
    store(cache, {.first = number, .last = number + 9, .answers = true});
  }
  const auto kept = read(cache, 1, 2000);
  EXPECT_LE(cache.kept_bytes(), 4 * kBlock);
  ASSERT_GT(kept.size(), 10 + 2 * kOfABlock);
  EXPECT_EQ(kept[0], "message 1");
  EXPECT_EQ(kept[9], "message 10");
  EXPECT_EQ(kept.back(), "message 2000");
}

// Twelve blocks of the usual size; a session sees to it in time that it has the next one.
TEST_F(SessionCacheTest, WhereTheFileIsFullThoseThatStoreNothingGiveTheirPartToo) {
  constexpr std::uint32_t kOfAUsualBlock = cache::kBlockBytes / cache::record_bytes(12);
  auto cache = open({.file_bytes = 13 * std::size_t{cache::kBlockBytes} + (std::size_t{60} << 10)});
  ASSERT_EQ(cache.capacity(), 12 * cache::kBlockBytes);
  const auto kept_of = [&](std::uint32_t session) {
    return cache.read(SessionId{session}, kEpoch, MsgSeqNum{1}, MsgSeqNum{10'000}).size();
  };
  const auto kept_of_those = [&] {
    return kept_of(2) + kept_of(3) + kept_of(4) + kept_of(5) + kept_of(6);
  };
  for (std::uint32_t session = 2; session <= 6; ++session) {
    store(cache, {.session = SessionId{session}, .first = 1, .last = 70, .delivered = 10'000});
  }
  store(cache, {.session = SessionId{7}, .first = 1, .last = 70, .answers = true});
  store(cache, {.session = SessionId{8}, .first = 1, .last = 70});
  const std::uint32_t last = 5 * kOfAUsualBlock - kOfAUsualBlock * 3 / 5;
  store(cache, {.first = 1, .last = last});
  EXPECT_EQ(kept_of(7), 70U) << "all blocks are somebody's";
  store(cache, {.first = last + 1, .last = last + 200});
  EXPECT_EQ(kept_of(7), 0U) << "answers first";
  EXPECT_EQ(kept_of_those(), 5 * 70U);
  store(cache, {.first = last + 201, .last = last + 200 + 3 * kOfAUsualBlock});
  EXPECT_EQ(kept_of(1), last + 200 + 3 * kOfAUsualBlock) << "not proven";
  EXPECT_EQ(kept_of(8), 70U) << "neither";
  EXPECT_EQ(kept_of_those(), 2 * 70U);
}

TEST_F(SessionCacheTest, WhereAllIsNotProvenThereIsNoRoomUntilSomethingIs) {
  auto cache = open(small(10));
  std::uint32_t number = 1;
  while (cache.make_room(kSession, false, {})) {
    ASSERT_LT(number, 10'000U);
    store(cache, {.first = number, .last = number});
    ++number;
  }
  EXPECT_GT(number, 9 * kOfABlock);
  EXPECT_FALSE(cache.make_room(SessionId{2}, false, {}));
  EXPECT_EQ(read(cache, 1, number).size(), number - 1U) << "and nothing is lost";

  // What has no room is an answer that is not kept; its number is used all the same.
  EXPECT_TRUE(cache.make_room(SessionId{2}, true, {}));
  store(cache, {.session = SessionId{2}, .first = 1, .last = 3, .answers = true});
  EXPECT_EQ(cache.state(SessionId{2})->last_number, MsgSeqNum{3});
  EXPECT_EQ(cache.next_number(SessionId{2}, kEpoch, MsgSeqNum{1}), std::nullopt);

  EXPECT_TRUE(cache.make_room(kSession, false, EventSeq{20 * kOfABlock}));  // two blocks' events
  EXPECT_TRUE(cache.make_room(SessionId{2}, false, {})) << "the client of the other has proven it";
}

TEST_F(SessionCacheTest, OneMoreSessionThanTheFileHasRoomForIsTold) {
  const OutboundState state{
      .epoch = kEpoch, .last_number = MsgSeqNum{1}, .sent = {}, .poss_resend_to = {}};
  auto cache = open(small(10));
  for (std::uint32_t session = 1; session <= 256; ++session) {
    ASSERT_TRUE(cache.use_number(SessionId{session}, state));
  }
  EXPECT_FALSE(cache.use_number(SessionId{257}, state));
  EXPECT_FALSE(cache.make_room(SessionId{257}, true, {}));
  EXPECT_TRUE(cache.use_number(SessionId{256}, state));
}

TEST_F(SessionCacheTest, BoundsAreHalfOfTheFileAtMost) {
  const auto cache = open(small(20));
  EXPECT_EQ(cache.capacity() % kBlock, 0U);
  EXPECT_GE(cache.capacity(), 20 * kBlock);
  EXPECT_EQ(cache.space().bounds().in_all, cache.capacity() / 2);
  EXPECT_EQ(cache.space().bounds().of_a_session, cache.capacity() / 2);
}

TEST_F(SessionCacheTest, ReportsAndAnswersComeBackInTheOrderOfTheirNumbers) {
  auto cache = open();
  store(cache, {.first = 1, .last = 1});
  store(cache, {.first = 2, .last = 3, .answers = true});
  store(cache, {.first = 4, .last = 4});
  EXPECT_THAT(read(cache, 1, 4), ElementsAre("message 1", "message 2", "message 3", "message 4"));
  EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{2}), MsgSeqNum{2});
  EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{4}), MsgSeqNum{4});
  EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{5}), std::nullopt);
}

// At every number, whatever is the first and the last of a block.
TEST_F(SessionCacheTest, FindsEachNumberAndEachGap) {
  auto cache = open(small(20));
  for (std::uint32_t number = 10; number <= 3000; number += 10) {
    store(cache, {.first = number, .last = number, .answers = number % 70 == 0});
  }
  for (std::uint32_t first = 1; first <= 2990; first += 7) {
    const std::uint32_t next = (first + 9) / 10 * 10;
    EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{first}), MsgSeqNum{next});
    EXPECT_THAT(read(cache, first, next), ElementsAre("message " + std::to_string(next)));
    EXPECT_EQ(read(cache, first, first + 99).size(), std::min(10U, (3000 - next) / 10 + 1));
  }
}

TEST_F(SessionCacheTest, ANewEpochLeavesNothingOfTheOldOne) {
  auto cache = open();
  store(cache, {.first = 1, .last = 1000});
  store(cache, {.first = 1001, .last = 1010, .answers = true});
  store(cache, {.epoch = SessionEpoch{2}, .first = 1, .last = 1});

  EXPECT_THAT(read(cache, 1, 2000), IsEmpty());
  EXPECT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{1}), std::nullopt);
  EXPECT_THAT(read(cache, 1, 2000, SessionEpoch{2}), ElementsAre("message 1"));
  EXPECT_EQ(cache.kept_bytes(), cache::record_bytes(9));
}

TEST_F(SessionCacheTest, TellsAfterARestartWhatIsNotProven) {
  {
    auto cache = open();
    store(cache, {.first = 1, .last = 10});
    store(cache, {.first = 11, .last = 20, .answers = true});
  }
  sessions_ = {known_session()};
  sessions_[0].delivered = EventSeq{50};  // of message 5
  const auto cache = open();
  std::size_t bytes = 0;
  for (const UnprovenStep& step : cache.unproven_at_start(kSession)) {
    bytes += step.bytes;
    EXPECT_EQ(step.last, EventSeq{100});
  }
  EXPECT_EQ(bytes, 4 * cache::record_bytes(9) + cache::record_bytes(10));
}

// ---- Damage -------------------------------------------------------------------------------------

TEST_F(SessionCacheTest, WhatIsDamagedWhileItRunsIsNotTold) {
  auto cache = open();
  store(cache, {.first = 1, .last = 3});
  std::string bytes;
  {
    std::ifstream file{cache.file(), std::ios::binary};
    bytes.assign(std::istreambuf_iterator<char>{file}, {});
  }
  const auto at = bytes.find("message 2");
  ASSERT_NE(at, std::string::npos);
  std::fstream file{cache.file(), std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(static_cast<std::streamoff>(at));
  file << "massage 2" << std::flush;
  EXPECT_THAT(read(cache, 1, 1), ElementsAre("message 1"));
  EXPECT_THROW(read(cache, 1, 3), std::runtime_error);
}

// It ends the process: there is nothing else to do. The next start finds a file that is too short.
TEST_F(SessionCacheTest, OneThatIsCutOffWhileItRunsEndsTheProcessAndIsVoidThen) {
  EXPECT_EXIT(
      {
        std::signal(SIGBUS, SIG_DFL);  // of a sanitizer
        auto cache = open();
        std::filesystem::resize_file(cache.file(), 100);
        store(cache, {.first = 1, .last = 1});
      },
      testing::KilledBySignal(SIGBUS),
      "");
  EXPECT_TRUE(open().was_void());
}

// A kill between a record and the state that counts it, and then something else in its place: what
// was never sent is not there.
TEST_F(SessionCacheTest, ARecordThatDoesNotCountIsNeverSeen) {
  const CacheLimits limits = small(20);
  sessions_ = {known_session()};
  const auto read_file = [](const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return std::string{std::istreambuf_iterator<char>{file}, {}};
  };
  std::filesystem::path file;
  std::string before;
  std::string after;
  {
    auto cache = open(limits);
    file = cache.file();
    store(cache, {.first = 1, .last = 73});  // 20 bytes are left, or a little more
    before = read_file(file);
    store(cache, {.first = 74, .last = 74});
    after = read_file(file);
  }
  // All blocks as the kill has left them, all cells as they were.
  const std::size_t cells = before.size() - 20 * kBlock;
  const std::size_t table = cache::blocks_table_at(2 * 1 + 256);
  std::string killed = before;
  killed.replace(cells, std::string::npos, after.substr(cells));
  for (const bool with_block : {false, true}) {
    std::string image = killed;
    if (with_block) {
      image.replace(table, cells - table, after.substr(table, cells - table));
    }
    std::ofstream{file, std::ios::binary | std::ios::trunc} << image;
    for (const std::string& message : {std::string{"short"}, std::string(3000, 'x')}) {
      {
        auto cache = open(limits);
        ASSERT_FALSE(cache.was_void());
        ASSERT_EQ(cache.next_number(kSession, kEpoch, MsgSeqNum{74}), std::nullopt);
        ASSERT_TRUE(cache.make_room(kSession, false, {}));
        cache.append(kSession,
                     {.epoch = kEpoch,
                      .last_number = MsgSeqNum{74},
                      .sent = {.event = EventSeq{740}},
                      .poss_resend_to = {}},
                     {.event = EventSeq{740}},
                     message);
        EXPECT_THAT(read(cache, 74, 90), ElementsAre(message));
      }
      {
        const auto cache = open(limits);
        ASSERT_FALSE(cache.was_void());
        EXPECT_THAT(read(cache, 74, 90), ElementsAre(message));
        EXPECT_EQ(read(cache, 1, 90).size(), 74U);
      }
      std::ofstream{file, std::ios::binary | std::ios::trunc} << image;
    }
  }
}

// ---- Memory -------------------------------------------------------------------------------------

class CacheInMemoryTest : public SessionCacheTest {
 protected:
  CacheInMemoryTest() { std::filesystem::create_directory(memory_); }

  [[nodiscard]] CacheLimits limits() const {
    return {.file_bytes = std::size_t{2} << 20, .memory = memory_};
  }

  const std::filesystem::path memory_ = temp_.path() / "shm";
};

TEST_F(CacheInMemoryTest, IsThereAndSurvivesTheProcess) {
  {
    auto cache = open(limits());
    EXPECT_EQ(cache.file().parent_path(), memory_);
    EXPECT_THAT(cache.file().filename().string(), testing::StartsWith("betex-wal-"));
    EXPECT_EQ(std::filesystem::status(cache.file()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    store(cache, {.first = 1, .last = 3});
  }
  sessions_ = {known_session()};
  const auto cache = open(limits());
  EXPECT_FALSE(cache.was_void());
  EXPECT_EQ(read(cache, 1, 3).size(), 3U);
}

TEST_F(CacheInMemoryTest, StaysWhereItIsWhateverTheLimitsSayNow) {
  { auto cache = open(limits()); }
  EXPECT_EQ(open().file().parent_path(), memory_);
}

TEST_F(CacheInMemoryTest, IsBesideTheLogWhereItDoesNotFit) {
  const std::uintmax_t free = std::filesystem::space(memory_).available;
  EXPECT_EQ(choose_place(folder(), identity_, free / 4 * 3 + (free >> 6), memory_),
            folder() / "messages-0");
  EXPECT_EQ(choose_place(folder(), identity_, 1, memory_).parent_path(), memory_);
  EXPECT_EQ(choose_place(folder(), identity_, 1, temp_.path() / "none"), folder() / "messages-0");
}

TEST_F(CacheInMemoryTest, IsBesideTheLogWhereSomebodyElseHasItsName) {
  const auto file = choose_place(folder(), identity_, 1, memory_);
  std::filesystem::create_directories(file / "something");
  const auto cache = open(limits());
  EXPECT_EQ(cache.file(), folder() / "messages-0");
}

TEST_F(CacheInMemoryTest, OneThatIsVoidIsMovedBesideTheLog) {
  std::filesystem::path file;
  {
    auto cache = open(limits());
    store(cache, {.first = 1, .last = 3});
    file = cache.file();
  }
  std::filesystem::resize_file(file, 1'000'000);
  const auto cache = open(limits());
  EXPECT_TRUE(cache.was_void());
  EXPECT_EQ(cache.file(), file);
  EXPECT_EQ(std::filesystem::file_size(temp_.path() / "cache.void" / "messages-0"), 1'000'000U);
}

TEST_F(CacheInMemoryTest, ALinkInItsPlaceIsNotFollowed) {
  std::filesystem::path file;
  {
    auto cache = open(limits());
    store(cache, {.first = 1, .last = 3});
    file = cache.file();
  }
  const auto victim = temp_.path() / "victim";
  std::ofstream{victim} << "somebody's file";
  std::filesystem::remove(file);
  std::filesystem::create_symlink(victim, file);
  const auto cache = open(limits());
  EXPECT_TRUE(cache.was_void());
  EXPECT_EQ(std::filesystem::file_size(victim), 15U);
  EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(cache.file())));
}

// Two copies of a log, on one machine, at the same time.
TEST_F(CacheInMemoryTest, CopiesOfALogDoNotShareIt) {
  const auto cache = open(limits());
  const auto copy = temp_.path() / "copy";
  std::filesystem::create_directory(copy);
  const SessionCache other{copy / "cache", identity_, {.sessions = {}, .last_seq = {}}, limits()};
  EXPECT_EQ(other.file().parent_path(), memory_);
  EXPECT_NE(other.file(), cache.file());
}

TEST_F(CacheInMemoryTest, WhatOthersHaveLeftIsRemovedAndNothingElse) {
  const auto wal = [&](const char* name) {
    const auto root = temp_.path() / name;
    std::filesystem::create_directory(root);
    return root;
  };
  const auto open_in = [&](const std::filesystem::path& root) {
    return SessionCache{root / "cache", identity_, {.sessions = {}, .last_seq = {}}, limits()};
  };
  const auto gone = open_in(wal("gone")).file();
  const auto replaced = open_in(wal("replaced")).file();
  const auto down = open_in(wal("down")).file();
  const auto up = open_in(wal("up"));
  const auto foreign = memory_ / "betex-something";
  std::ofstream{foreign} << "somebody's";
  std::ofstream{memory_ / "else"} << "somebody's";
  std::filesystem::rename(replaced, memory_ / "betex-kept");
  static_cast<void>(open_in(temp_.path() / "replaced"));  // void, so it makes a new one
  std::filesystem::remove_all(temp_.path() / "gone");
  std::filesystem::remove_all(temp_.path() / "up");

  const auto cache = open(limits());
  EXPECT_FALSE(std::filesystem::exists(gone));
  EXPECT_FALSE(std::filesystem::exists(memory_ / "betex-kept"));
  for (const auto& stays : {down, replaced, up.file(), cache.file(), foreign, memory_ / "else"}) {
    EXPECT_TRUE(std::filesystem::exists(stays)) << stays;
  }
}

TEST(ProposedSize, GrowsWithTheSessionsUpToAGibibyte) {
  EXPECT_EQ(proposed_cache_bytes(0), std::size_t{64} << 20);
  EXPECT_EQ(proposed_cache_bytes(5), std::size_t{104} << 20);
  EXPECT_EQ(proposed_cache_bytes(500), std::size_t{1} << 30);
}

TEST(BootId, IsThereAndStays) {
  EXPECT_FALSE(read_boot_id().empty());
  EXPECT_EQ(read_boot_id(), read_boot_id());
}

}  // namespace
}  // namespace betex::fix

// What a session cache gives back: all that was stored and no more, after a restart too, and what
// becomes of it when its file is damaged.
#include "gateway/session/session_cache.h"

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/cached_messages.h"
#include "tests/gateway/session/session_cache_fixture.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using test::SessionCacheTest;
using test::store;
using testing::ElementsAre;
using testing::IsEmpty;

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

}  // namespace
}  // namespace betex::fix

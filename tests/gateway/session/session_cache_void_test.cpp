// Which cache a start goes on with, which one is void, and which one keeps it from starting.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/session/session_cache.h"
#include "journal/errors.h"
#include "tests/gateway/session/cached_messages.h"
#include "tests/gateway/session/session_cache_fixture.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;
using test::SessionCacheTest;
using test::store;
using testing::IsEmpty;

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

TEST(BootId, IsThereAndStays) {
  EXPECT_FALSE(read_boot_id().empty());
  EXPECT_EQ(read_boot_id(), read_boot_id());
}

}  // namespace
}  // namespace betex::fix

// A cache's file that was made beforehand.
#include "gateway/session/spare_cache.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "gateway/session/session_cache.h"
#include "tests/support/temp_folder.h"

namespace betex::fix {
namespace {

constexpr matching::SessionId kSession{1};
constexpr matching::SessionEpoch kEpoch{1};

class SpareCacheTest : public ::testing::Test {
 protected:
  SpareCacheTest() {
    std::filesystem::create_directory(memory_);
    std::filesystem::create_directory(wal_);
  }

  [[nodiscard]] CacheLimits limits() const {
    return {.file_bytes = std::size_t{2} << 20, .memory = memory_};
  }

  [[nodiscard]] std::unique_ptr<SpareCache> spare(std::size_t sessions = 1) const {
    return SpareCache::make(folder_, identity(1), sessions, limits());
  }

  [[nodiscard]] static CacheIdentity identity(std::uint32_t writer) {
    return {.boot_id = "boot", .wal_id = "wal", .writer = writer, .last_writer = writer - 1};
  }

  [[nodiscard]] SessionCache open(std::uint32_t writer, SpareCache* spare = nullptr) const {
    const matching::SessionInfo session{.session = kSession,
                                        .comp_id = matching::Name{"BROKER1"},
                                        .epoch = kEpoch,
                                        .next_in = matching::MsgSeqNum{1},
                                        .reserved_to = matching::MsgSeqNum{9},
                                        .delivered = {}};
    return SessionCache{
        folder_,
        identity(writer),
        {.sessions = {&session, 1}, .last_seq = matching::EventSeq{20}, .new_epochs = false},
        limits(),
        spare};
  }

  [[nodiscard]] std::size_t files_in_memory() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{memory_}) {
      static_cast<void>(entry);
      ++count;
    }
    return count;
  }

  test::TempFolder temp_;
  const std::filesystem::path memory_ = temp_.path() / "shm";
  const std::filesystem::path wal_ = temp_.path() / "wal";
  const std::filesystem::path folder_ = wal_ / "cache";
};

TEST_F(SpareCacheTest, IsWhatTheCacheIsMadeOf) {
  const auto spare = this->spare();
  ASSERT_NE(spare, nullptr);
  const auto made = std::filesystem::directory_iterator {
    memory_
    } -> path();
  EXPECT_TRUE(made.string().ends_with(".spare")) << made;
  const auto size = std::filesystem::file_size(made);
  {
    SessionCache cache = open(1, spare.get());
    EXPECT_EQ(cache.file().parent_path(), memory_);
    EXPECT_EQ(std::filesystem::file_size(cache.file()), size);
    EXPECT_EQ(files_in_memory(), 1U);
    ASSERT_TRUE(cache.make_room(kSession, false, matching::EventSeq{0}));
    cache.append(
        kSession,
        {.epoch = kEpoch, .last_number = matching::MsgSeqNum{9}, .sent = {}, .poss_resend_to = {}},
        {.event = matching::EventSeq{3}, .leg = 0},
        "a report");
  }
  // Like any other one it is found again.
  const SessionCache again = open(2);
  EXPECT_FALSE(again.was_void());
  const auto kept = again.read(kSession, kEpoch, matching::MsgSeqNum{1}, matching::MsgSeqNum{9});
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].bytes, "a report");
}

TEST_F(SpareCacheTest, OneForFewerSessionsIsNotTaken) {
  const auto spare = this->spare();
  ASSERT_NE(spare, nullptr);
  const auto taken = spare->take(100'000, limits().block_bytes);
  EXPECT_FALSE(taken.has_value());
  EXPECT_FALSE(spare->take(1, limits().block_bytes / 2).has_value());
  EXPECT_TRUE(spare->take(1, limits().block_bytes).has_value());
  EXPECT_FALSE(spare->take(1, limits().block_bytes).has_value()) << "it was taken";
}

TEST_F(SpareCacheTest, OneThatIsGoneIsMadeAnew) {
  const auto spare = this->spare();
  ASSERT_NE(spare, nullptr);
  std::filesystem::remove(std::filesystem::directory_iterator { memory_ } -> path());
  const SessionCache cache = open(1, spare.get());
  EXPECT_TRUE(std::filesystem::exists(cache.file()));
}

TEST_F(SpareCacheTest, GoesWithWhoHasNotTakenIt) {
  EXPECT_NE(spare(), nullptr);
  EXPECT_EQ(files_in_memory(), 0U);
}

TEST_F(SpareCacheTest, IsInMemoryOrNotAtAll) {
  CacheLimits on_disk = limits();
  on_disk.memory.clear();
  EXPECT_EQ(SpareCache::make(folder_, identity(1), 1, on_disk), nullptr);
  CacheLimits huge = limits();
  huge.file_bytes = std::filesystem::space(memory_).available;
  EXPECT_EQ(SpareCache::make(folder_, identity(1), 1, huge), nullptr);
}

TEST_F(SpareCacheTest, WhatIsDiscardedLeavesNothing) {
  discard_cache(folder_, identity(1));  // there is nothing
  static_cast<void>(open(1));
  EXPECT_EQ(files_in_memory(), 1U);
  discard_cache(folder_, identity(1));
  EXPECT_EQ(files_in_memory(), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_));
  EXPECT_FALSE(std::filesystem::exists(folder_.string() + ".void"));
  EXPECT_FALSE(open(1).was_void());
}

}  // namespace
}  // namespace betex::fix

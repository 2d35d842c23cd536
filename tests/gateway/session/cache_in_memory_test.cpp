// A session cache whose file is in memory: where that is, whose it is, and what is removed there.
#include <cstddef>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/session/session_cache.h"
#include "tests/gateway/session/cached_messages.h"
#include "tests/gateway/session/session_cache_fixture.h"

namespace betex::fix {
namespace {

using test::SessionCacheTest;
using test::store;

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

}  // namespace
}  // namespace betex::fix

#include "journal/lmdb.h"

#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "journal/environment_pool.h"
#include "tests/support/temp_folder.h"

namespace betex::journal {
namespace {

Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr EnvironmentOptions kWrite{.access = EnvironmentOptions::Access::ReadWrite,
                                    .sync = EnvironmentOptions::Sync::Never,
                                    .map_size = std::size_t{1} << 20U,
                                    .max_databases = 2};

class LmdbTest : public ::testing::Test {
 protected:
  test::TempFolder folder_;
};

TEST_F(LmdbTest, PutGetReplaceErase) {
  Environment environment{folder_.path(), kWrite};
  const Database main = environment.main_database();
  {
    WriteTransaction write{environment};
    write.put(main, bytes_of("a"), bytes_of("1"));
    write.put(main, bytes_of("b"), bytes_of("2"));
    write.put(main, bytes_of("a"), bytes_of("3"));
    EXPECT_TRUE(write.erase(main, bytes_of("b")));
    EXPECT_FALSE(write.erase(main, bytes_of("b")));
    EXPECT_EQ(text_of(write.get(main, bytes_of("a")).value()), "3");
    write.commit();
  }
  const ReadTransaction read{environment};
  EXPECT_EQ(text_of(read.get(main, bytes_of("a")).value()), "3");
  EXPECT_FALSE(read.get(main, bytes_of("b")));
}

TEST_F(LmdbTest, WhatIsNotCommittedIsUndone) {
  Environment environment{folder_.path(), kWrite};
  {
    WriteTransaction write{environment};
    write.put(environment.main_database(), bytes_of("a"), bytes_of("1"));
  }
  EXPECT_FALSE(ReadTransaction{environment}.get(environment.main_database(), bytes_of("a")));
}

TEST_F(LmdbTest, AViewStaysAsItIsUntilItIsRenewed) {
  Environment environment{folder_.path(), kWrite};
  const Database main = environment.main_database();
  ReadTransaction view{environment};
  {
    WriteTransaction write{environment};
    write.put(main, bytes_of("a"), bytes_of("1"));
    write.commit();
  }
  EXPECT_FALSE(view.get(main, bytes_of("a")));
  view.reset();
  view.renew();
  EXPECT_TRUE(view.get(main, bytes_of("a")));
}

TEST_F(LmdbTest, ACursorWalksARangeOfCompositeKeysInOrder) {
  Environment environment{folder_.path(), kWrite};
  WriteTransaction write{environment};
  const Database main = environment.main_database();
  for (const std::uint32_t session : {300U, 2U, 1U}) {
    for (const std::uint64_t number : {256U, 255U, 1U}) {
      write.put(main, big_endian_key(session, number), bytes_of("x"));
    }
  }
  Cursor cursor{write, main};
  std::vector<std::uint64_t> numbers;
  for (auto entry = cursor.seek(big_endian_key(2U, std::uint64_t{2}));
       entry && big_endian_part<std::uint32_t>(entry->key, 0) == 2;
       entry = cursor.next()) {
    numbers.push_back(big_endian_part<std::uint64_t>(entry->key, 4));
  }
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{255, 256}));
  EXPECT_EQ(big_endian_part<std::uint32_t>(cursor.last()->key, 0), 300U);
  EXPECT_EQ(big_endian_part<std::uint64_t>(cursor.previous()->key, 4), 255U);
}

TEST_F(LmdbTest, ACursorErasesWhatItStandsOnAndGoesOnBehindIt) {
  Environment environment{folder_.path(), kWrite};
  const Database main = environment.main_database();
  WriteTransaction write{environment};
  for (const char* key : {"a", "b", "c"}) {
    write.put(main, bytes_of(key), bytes_of("x"));
  }
  {
    Cursor cursor{write, main};
    ASSERT_TRUE(cursor.first());
    cursor.erase();
    EXPECT_EQ(text_of(cursor.next()->key), "b");
  }
  EXPECT_FALSE(write.get(main, bytes_of("a")));
}

TEST_F(LmdbTest, IntegerKeysAreOrderedAsNumbersAlsoAfterReopening) {
  EnvironmentOptions options = kWrite;
  options.main_key_order = KeyOrder::Integer;
  {
    Environment environment{folder_.path(), options};
    WriteTransaction write{environment};
    for (const std::uint64_t key : {0U, 1U, 255U, 256U, 65536U}) {
      write.append(environment.main_database(), IntegerKey{key}.bytes(), bytes_of("x"));
    }
    write.commit();
  }
  options.access = EnvironmentOptions::Access::ReadOnly;
  const Environment environment{folder_.path(), options};
  const ReadTransaction view{environment};
  Cursor cursor{view, environment.main_database()};
  EXPECT_EQ(integer_key(cursor.seek(IntegerKey{2}.bytes())->key), 255U);
  EXPECT_EQ(integer_key(cursor.last()->key), 65536U);
}

TEST_F(LmdbTest, AReservedValueIsWhatTheCallerFillsIn) {
  Environment environment{folder_.path(), kWrite};
  const Database main = environment.main_database();
  for (const std::string& text : {std::string{"one"}, std::string{"two"}, std::string(9000, 'x')}) {
    WriteTransaction write{environment};
    const std::span<std::byte> value = write.put_reserved(main, bytes_of("b"), text.size());
    std::memcpy(value.data(), text.data(), text.size());
    write.put(main, bytes_of("a"), bytes_of("first in order"));
    write.commit();
    const ReadTransaction view{environment};
    EXPECT_EQ(text_of(view.get(main, bytes_of("b")).value()), text) << "also in place of another";
  }
}

TEST_F(LmdbTest, NamedDatabasesAreSeparate) {
  Environment environment{folder_.path(), kWrite};
  WriteTransaction write{environment};
  const Database sent = environment.open_database(write, "sent", KeyOrder::Lexicographic);
  const Database meta = environment.open_database(write, "meta", KeyOrder::Integer);
  write.put(sent, bytes_of("a"), bytes_of("1"));
  write.put(meta, IntegerKey{1}.bytes(), bytes_of("2"));
  write.commit();
  const ReadTransaction view{environment};
  EXPECT_EQ(text_of(view.get(sent, bytes_of("a")).value()), "1");
  EXPECT_EQ(text_of(view.get(meta, IntegerKey{1}.bytes()).value()), "2");
}

TEST_F(LmdbTest, AFullMapIsAnErrorOfItsOwnLosesNothingAndCanGrow) {
  Environment environment{folder_.path(), kWrite};
  const Database main = environment.main_database();
  const std::string large(std::size_t{2} << 20U, 'x');
  {
    WriteTransaction write{environment};
    write.put(main, bytes_of("small"), bytes_of("1"));
    write.commit();
  }
  {
    WriteTransaction write{environment};
    EXPECT_THROW(write.put(main, bytes_of("large"), bytes_of(large)), MapFullError);
  }
  environment.grow_map(std::size_t{8} << 20U);
  EXPECT_EQ(environment.map_size(), std::size_t{8} << 20U);
  {
    WriteTransaction write{environment};
    write.put(main, bytes_of("large"), bytes_of(large));
    write.commit();
  }
  EXPECT_GT(environment.used_bytes(), large.size());
  EXPECT_TRUE(ReadTransaction{environment}.get(main, bytes_of("small")));
}

using LmdbDeathTest = LmdbTest;

TEST_F(LmdbDeathTest, AMapThatIsBeingReadMustNotGrow) {
  EXPECT_DEATH(
      {
        Environment environment(folder_.path(), kWrite);
        ReadTransaction first(environment);
        const ReadTransaction second(environment);
        first.reset();
        environment.grow_map(std::size_t{8} << 20U);
      },
      "views_ == 0");
}

TEST_F(LmdbTest, AnErrorNamesTheCallThePathAndTheCause) {
  const std::filesystem::path missing = folder_.path() / "missing";
  try {
    const Environment environment{missing, kWrite};
    FAIL();
  } catch (const LmdbError& error) {
    EXPECT_EQ(error.code(), ENOENT);
    EXPECT_EQ(error.fault(), Fault::Io);
    EXPECT_EQ(error.exit_code(), 74);
    EXPECT_EQ(error.segment(), missing.string());
    EXPECT_NE(std::string{error.what()}.find("mdb_env_open failed: No such file"),
              std::string::npos);
  }
}

TEST_F(LmdbTest, ThePoolOpensAFolderOnceAndAgainAfterItWasClosed) {
  EnvironmentPool pool;
  auto first = pool.open(folder_.path(), kWrite);
  EXPECT_EQ(pool.open(folder_.path(), kWrite), first);
  first.reset();
  EXPECT_NE(pool.open(folder_.path(), kWrite), nullptr);
}

TEST_F(LmdbTest, ThePoolStandsThreadsThatOpenAndCloseTheSameFolder) {
  EnvironmentPool pool;
  pool.open(folder_.path(), kWrite).reset();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        const auto environment = pool.open(folder_.path(), kWrite);
        const ReadTransaction view{*environment};
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace betex::journal

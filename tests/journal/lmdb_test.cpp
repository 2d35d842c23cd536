#include "journal/lmdb.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "journal/environment_pool.h"
#include "tests/journal/grow_map.h"
#include "tests/support/temp_folder.h"

namespace betex::journal {
namespace {

Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Its bytes live as long as the program.
Bytes key(std::uint64_t number) {
  static std::map<std::uint64_t, IntegerKey> keys;
  return keys.try_emplace(number, number).first->second.bytes();
}

constexpr EnvironmentOptions kWrite{.access = EnvironmentOptions::Access::ReadWrite,
                                    .sync = EnvironmentOptions::Sync::Never,
                                    .map_size = std::size_t{1} << 20U};

class LmdbTest : public ::testing::Test {
 protected:
  test::TempFolder folder_;
};

TEST_F(LmdbTest, WhatIsAppendedIsThereUntilItIsErased) {
  Environment environment{folder_.path(), kWrite};
  {
    WriteTransaction write{environment};
    write.append(key(1), bytes_of("one"));
    write.append(key(2), bytes_of("two"));
    EXPECT_TRUE(write.erase(key(2)));
    EXPECT_FALSE(write.erase(key(2)));
    write.commit();
  }
  const ReadTransaction read{environment};
  EXPECT_EQ(text_of(read.get(key(1)).value()), "one");
  EXPECT_FALSE(read.get(key(2)));
}

TEST_F(LmdbTest, WhatIsNotCommittedIsUndone) {
  Environment environment{folder_.path(), kWrite};
  {
    WriteTransaction write{environment};
    write.append(key(1), bytes_of("one"));
  }
  EXPECT_FALSE(ReadTransaction{environment}.get(key(1)));
}

TEST_F(LmdbTest, AKeyThatIsNotTheGreatestIsNotAppended) {
  Environment environment{folder_.path(), kWrite};
  WriteTransaction write{environment};
  write.append(key(256), bytes_of("x"));
  EXPECT_THROW(write.append(key(255), bytes_of("y")), LmdbError);
}

TEST_F(LmdbTest, CommitsAreCountedFromOne) {
  Environment environment{folder_.path(), kWrite};
  for (const std::uint64_t number : {1U, 2U, 3U}) {
    WriteTransaction write{environment};
    EXPECT_EQ(write.id(), number);
    write.append(key(number), bytes_of("x"));
    write.commit();
    EXPECT_EQ(ReadTransaction{environment}.id(), number);
  }
}

TEST_F(LmdbTest, AViewStaysAsItIsUntilItIsRenewed) {
  Environment environment{folder_.path(), kWrite};
  ReadTransaction view{environment};
  {
    WriteTransaction write{environment};
    write.append(key(1), bytes_of("one"));
    write.commit();
  }
  EXPECT_FALSE(view.get(key(1)));
  view.reset();
  view.renew();
  EXPECT_TRUE(view.get(key(1)));
}

TEST_F(LmdbTest, KeysAreOrderedAsNumbersAlsoAfterReopening) {
  EnvironmentOptions options = kWrite;
  {
    Environment environment{folder_.path(), options};
    WriteTransaction write{environment};
    for (const std::uint64_t number : {0U, 1U, 255U, 256U, 65536U}) {
      write.append(key(number), bytes_of("x"));
    }
    write.commit();
  }
  options.access = EnvironmentOptions::Access::ReadOnly;
  const Environment environment{folder_.path(), options};
  const ReadTransaction view{environment};
  Cursor cursor{view};
  EXPECT_EQ(integer_key(cursor.seek(key(2))->key), 255U);
  EXPECT_EQ(integer_key(cursor.previous()->key), 1U);
  EXPECT_EQ(integer_key(cursor.last()->key), 65536U);
  EXPECT_FALSE(cursor.seek(key(65537)));
}

TEST_F(LmdbTest, ACursorThatIsRenewedSeesTheLastCommit) {
  Environment environment{folder_.path(), kWrite};
  ReadTransaction view{environment};
  Cursor cursor{view};
  EXPECT_FALSE(cursor.last());
  {
    WriteTransaction write{environment};
    write.append(key(7), bytes_of("x"));
    write.commit();
  }
  view.reset();
  view.renew();
  cursor.renew(view);
  EXPECT_EQ(integer_key(cursor.last()->key), 7U);
}

TEST_F(LmdbTest, AReservedValueIsWhatTheCallerFillsIn) {
  Environment environment{folder_.path(), kWrite};
  std::uint64_t number = 0;
  for (const std::string& text : {std::string{"one"}, std::string{"two"}, std::string(9000, 'x')}) {
    WriteTransaction write{environment};
    const std::span<std::byte> value = write.append_reserved(key(++number), text.size());
    std::memcpy(value.data(), text.data(), text.size());
    write.commit();
    EXPECT_EQ(text_of(ReadTransaction{environment}.get(key(number)).value()), text);
  }
}

TEST_F(LmdbTest, AFullMapIsAnErrorOfItsOwnLosesNothingAndCanGrow) {
  Environment environment{folder_.path(), kWrite};
  const std::string large(std::size_t{2} << 20U, 'x');
  {
    WriteTransaction write{environment};
    write.append(key(1), bytes_of("small"));
    write.commit();
  }
  {
    WriteTransaction write{environment};
    EXPECT_THROW(write.append(key(2), bytes_of(large)), MapFullError);
  }
  test::grow_map(environment, std::size_t{8} << 20U);
  EXPECT_EQ(environment.map_size(), std::size_t{8} << 20U);
  {
    WriteTransaction write{environment};
    write.append(key(2), bytes_of(large));
    write.commit();
  }
  EXPECT_GT(environment.used_bytes(), large.size());
  EXPECT_TRUE(ReadTransaction{environment}.get(key(1)));
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

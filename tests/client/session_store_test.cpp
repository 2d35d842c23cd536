#include "gateway/client/session_store.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gateway/client/error.h"
#include "gateway/client/message.h"
#include "tests/support/temp_folder.h"

namespace betex::client {
namespace {

std::string frame(std::uint32_t number, std::string_view text) {
  return encode(Header{.begin_string = "FIX.4.4",
                       .sender = "S",
                       .target = "T",
                       .seq_num = number,
                       .sending_time = "20261122-14:00:00.000000"},
                Message{"B"}.add(58, text));
}

class SessionStoreTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "new" / "BROKER1"; }

  [[nodiscard]] std::filesystem::perms mode() const {
    return std::filesystem::status(file()).permissions();
  }

 private:
  test::TempFolder folder_;
};

TEST_F(SessionStoreTest, BeginsWithOne) {
  const SessionStore store{file()};
  EXPECT_EQ(store.next_in(), 1U);
  EXPECT_EQ(store.next_out(), 1U);
}

TEST_F(SessionStoreTest, AnotherProcessGoesOnWhereThisOneEnded) {
  {
    SessionStore store{file()};
    store.add_sent(frame(1, "one"));
    store.add_sent(frame(2, "two\nlines"));
    store.set_next_in(5);
    store.set_next_in(9);
  }
  const SessionStore store{file()};
  EXPECT_EQ(store.next_in(), 9U);
  EXPECT_EQ(store.next_out(), 3U);
  EXPECT_EQ(store.sent(2), frame(2, "two\nlines"));
}

TEST_F(SessionStoreTest, NobodyElseMayReadIt) {
  using std::filesystem::perms;
  constexpr perms kOwnersOnly = perms::owner_read | perms::owner_write;
  const mode_t before = umask(0);
  static_cast<void>(SessionStore{file()});
  umask(before);
  EXPECT_EQ(mode(), kOwnersOnly);
  std::filesystem::permissions(file(), kOwnersOnly | perms::group_read | perms::others_read);
  static_cast<void>(SessionStore{file()});
  EXPECT_EQ(mode(), kOwnersOnly);
}

TEST_F(SessionStoreTest, IsNoLinkAndNoPipe) {
  std::filesystem::create_directories(file().parent_path());
  const std::filesystem::path victim = file().string() + ".victim";
  std::ofstream{victim} << "somebody's file";
  std::filesystem::create_symlink(victim, file());
  EXPECT_THROW(SessionStore{file()}, StateFileError);
  EXPECT_EQ(std::filesystem::file_size(victim), 15U);
  std::filesystem::remove(file());
  ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
  EXPECT_THROW(SessionStore{file()}, StateFileError);
}

TEST_F(SessionStoreTest, ResetForgetsEverything) {
  {
    SessionStore store{file()};
    store.add_sent(frame(1, "one"));
    store.set_next_in(5);
    store.reset();
    store.add_sent(frame(1, "again"));
  }
  const SessionStore store{file()};
  EXPECT_EQ(store.next_in(), 1U);
  EXPECT_EQ(store.sent(1), frame(1, "again"));
}

TEST_F(SessionStoreTest, AResetStaysOpenForTheNextProcess) {
  {
    SessionStore store{file()};
    store.add_sent(frame(1, "one"));
    store.open_reset();
  }
  {
    SessionStore store{file()};
    EXPECT_TRUE(store.reset_is_open());
    EXPECT_EQ(store.next_out(), 2U);
    store.drop_reset();
  }
  {
    SessionStore store{file()};
    EXPECT_FALSE(store.reset_is_open());
    EXPECT_EQ(store.next_out(), 2U);
    store.open_reset();
    store.reset();
  }
  EXPECT_FALSE(SessionStore{file()}.reset_is_open());
}

TEST_F(SessionStoreTest, ALastLineThatIsTornIsCutOff) {
  {
    SessionStore store{file()};
    store.add_sent(frame(1, "one"));
    store.add_sent(frame(2, "two"));
  }
  const auto whole = std::filesystem::file_size(file());
  for (std::uintmax_t cut = 1; cut < frame(2, "two").size(); ++cut) {
    std::filesystem::resize_file(file(), whole - cut);
    {
      SessionStore store{file()};
      ASSERT_EQ(store.next_out(), 2U) << cut;
      store.add_sent(frame(2, "two"));
    }
    ASSERT_EQ(std::filesystem::file_size(file()), whole);
  }
}

TEST_F(SessionStoreTest, ADamagedOneIsNamedAndLeftAlone) {
  {
    SessionStore store{file()};
    store.add_sent(frame(1, "one"));
    store.add_sent(frame(2, "two"));
  }
  std::fstream{file()}.seekp(4) << "9=";
  const auto size = std::filesystem::file_size(file());
  try {
    const SessionStore store{file()};
    ADD_FAILURE() << "taken as whole";
  } catch (const StateFileError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find(file().string()), std::string::npos) << what;
    EXPECT_NE(what.find("remove it to begin the session anew"), std::string::npos) << what;
  }
  EXPECT_EQ(std::filesystem::file_size(file()), size);
}

TEST_F(SessionStoreTest, IsWrittenAnewWithTheLastMessagesWhenItIsLarge) {
  constexpr std::uint32_t kMessages = 40'000;
  const std::string text(200, 'x');
  const std::filesystem::path unfinished = file().string() + ".being-written";
  std::uint32_t first_kept = 0;
  {
    SessionStore store{file()};
    std::ofstream{unfinished} << "of a process that has ended meanwhile";
    store.set_next_in(7);
    store.open_reset();
    for (std::uint32_t number = 1; number <= kMessages; ++number) {
      ASSERT_EQ(store.next_out(), number);
      store.add_sent(frame(number, text));
    }
    first_kept = store.first_kept();
    EXPECT_GT(first_kept, 1U);
    EXPECT_LE(first_kept, kMessages + 1 - SessionStore::kSentKept);
    EXPECT_LT(std::filesystem::file_size(file()), 2 * SessionStore::kLargeFileBytes);
    EXPECT_FALSE(std::filesystem::exists(unfinished));
    EXPECT_EQ(mode(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_THROW(SessionStore{file()}, StateFileError) << "it is still this one's";
  }
  SessionStore store{file()};
  EXPECT_EQ(store.next_in(), 7U);
  EXPECT_TRUE(store.reset_is_open());
  EXPECT_EQ(store.next_out(), kMessages + 1);
  EXPECT_GE(store.first_kept(), first_kept);
  EXPECT_LE(store.first_kept(), kMessages + 1 - SessionStore::kSentKept);
  EXPECT_EQ(store.sent(store.first_kept()), frame(store.first_kept(), text));
  EXPECT_EQ(store.sent(kMessages), frame(kMessages, text));
  store.reset();
  EXPECT_EQ(store.first_kept(), 1U);
  EXPECT_EQ(store.next_out(), 1U);
}

TEST_F(SessionStoreTest, WhoOnlyReadsHasASmallOne) {
  constexpr std::uint32_t kMessages = 500'000;
  {
    SessionStore store{file()};
    store.add_sent(frame(1, "one"));
    for (std::uint32_t number = 2; number <= kMessages; ++number) {
      store.set_next_in(number);
    }
    EXPECT_LT(std::filesystem::file_size(file()), SessionStore::kLargeFileBytes / 2);
  }
  const SessionStore store{file()};
  EXPECT_EQ(store.next_in(), kMessages);
  EXPECT_EQ(store.first_kept(), 1U);
  EXPECT_EQ(store.sent(1), frame(1, "one"));
}

TEST_F(SessionStoreTest, WhereItCannotBeWrittenAnewItGoesOnAsItIs) {
  SessionStore store{file()};
  std::filesystem::create_directory(file().string() + ".being-written");
  for (std::uint32_t number = 2; number <= 500'000; ++number) {
    store.set_next_in(number);
  }
  EXPECT_GT(std::filesystem::file_size(file()), SessionStore::kLargeFileBytes);
  EXPECT_EQ(store.next_in(), 500'000U);
}

TEST_F(SessionStoreTest, TwoCannotUseOneSession) {
  const SessionStore store{file()};
  EXPECT_THROW(SessionStore{file()}, StateFileError);
}

TEST_F(SessionStoreTest, AForeignFileIsRefusedAndLeftAlone) {
  std::filesystem::create_directories(file().parent_path());
  std::ofstream{file()} << "shopping list\n";
  EXPECT_THROW(SessionStore{file()}, StateFileError);
  EXPECT_EQ(std::filesystem::file_size(file()), 14U);
}

}  // namespace
}  // namespace betex::client

// The session cache's folder: what it is made of, who may look into it, and what the start says
// when it does not belong to the journal.
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gateway/session/session_cache.h"
#include "journal/errors.h"
#include "tests/support/temp_folder.h"

namespace betex::fix {
namespace {

using std::filesystem::path;
using std::filesystem::perms;

constexpr matching::SessionId kSession{1};
constexpr matching::SessionEpoch kEpoch{1};
constexpr const char* kPrecious = "somebody's file";

class CacheFolderTest : public ::testing::Test {
 protected:
  CacheFolderTest() { std::ofstream{victim_} << kPrecious; }

  [[nodiscard]] SessionCache open() const {
    return open({.session = kSession,
                 .comp_id = matching::Name{"BROKER1"},
                 .epoch = kEpoch,
                 .next_in = matching::MsgSeqNum{1},
                 .reserved_to = matching::MsgSeqNum{2},
                 .delivered = {}});
  }

  [[nodiscard]] SessionCache open(const matching::SessionInfo& session,
                                  bool new_epochs = false) const {
    return SessionCache{
        path_,
        {.boot_id = "boot", .wal_id = "wal"},
        {.sessions = {&session, 1}, .last_seq = matching::EventSeq{20}, .new_epochs = new_epochs},
        {.file_bytes = std::size_t{1} << 20}};
  }

  // The start's complaint.
  [[nodiscard]] std::optional<journal::Fault> fault() const {
    try {
      static_cast<void>(open());
    } catch (const journal::JournalError& error) {
      return error.fault();
    }
    return std::nullopt;
  }

  static perms mode_of(const path& file) {
    return std::filesystem::symlink_status(file).permissions();
  }

  void put_link(const char* file) const {
    std::filesystem::remove(path_ / file);
    std::filesystem::create_symlink(victim_, path_ / file);
  }

  void expect_victim_unharmed() const {
    std::ifstream file{victim_, std::ios::binary};
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>{file}, {}), kPrecious);
  }

  test::TempFolder folder_;
  const path path_ = folder_.path() / "cache";
  const path victim_ = folder_.path() / "victim";
};

TEST_F(CacheFolderTest, NobodyElseMayLookIntoIt) {
  static_cast<void>(open());
  EXPECT_EQ(mode_of(path_), perms::owner_all);
  for (const char* const file : {"identity", "messages-0"}) {
    EXPECT_EQ(mode_of(path_ / file), perms::owner_read | perms::owner_write) << file;
  }
}

TEST_F(CacheFolderTest, OneThatOthersCouldLookIntoIsClosedToThem) {
  static_cast<void>(open());
  std::filesystem::permissions(path_, perms::owner_all | perms::group_all | perms::others_all);
  static_cast<void>(open());
  EXPECT_EQ(mode_of(path_), perms::owner_all);
}

TEST_F(CacheFolderTest, NothingIsWrittenThroughALink) {
  for (const char* const file : {"messages-0", "identity"}) {
    static_cast<void>(open());
    put_link(file);
    EXPECT_EQ(fault(), journal::Fault::NotARegularFile) << file;
    expect_victim_unharmed();
    std::filesystem::remove_all(path_);
  }
}

TEST_F(CacheFolderTest, APipeInPlaceOfTheIdentityIsNotWaitedFor) {
  static_cast<void>(open());
  std::filesystem::remove(path_ / "identity");
  ASSERT_EQ(::mkfifo((path_ / "identity").c_str(), 0600), 0);
  EXPECT_EQ(fault(), journal::Fault::NotARegularFile);
}

TEST_F(CacheFolderTest, ALinkToAnotherDiskStaysOneWhenTheCacheIsVoid) {
  std::filesystem::create_directories(folder_.path() / "disk");
  std::filesystem::create_directory_symlink("disk", path_);
  static_cast<void>(open());
  std::ofstream{path_ / "identity"} << "of another boot";
  EXPECT_TRUE(open().was_void());
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "disk" / "messages-0"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "disk.void" / "messages-0"));
}

// Whatever is in `identity`: the file that it belongs to is another's, or it is none.
TEST_F(CacheFolderTest, AnIdentityThatIsNoneMakesItVoid) {
  std::string right;
  static_cast<void>(open());
  std::getline(std::ifstream{path_ / "identity"}, right);
  ASSERT_EQ(right.substr(0, right.rfind(' ') - 16), "betex-cache-3 boot wal ");
  ASSERT_EQ(right.substr(right.rfind(' ')), " messages-0");
  const std::string key = right.substr(right.rfind(' ') - 16, 16);
  const std::vector<std::string> texts{"",
                                       right,
                                       right.substr(0, right.rfind(' ')) + "\n",
                                       "betex-cache-2 boot wal\n",
                                       "betex-cache-3 boot wal 0123456789abcdef messages-0\n",
                                       "betex-cache-3 boot wal 01234567?9abcdef messages-0\n",
                                       "betex-cache-3 boot wal " + key + " messages-1\n"};
  for (const std::string& text : texts) {
    SCOPED_TRACE(text);
    std::ofstream{path_ / "identity", std::ios::trunc} << text;
    EXPECT_TRUE(open().was_void());
    EXPECT_FALSE(open().was_void());
  }
}

TEST_F(CacheFolderTest, OneNewerThanTheJournalIsDamageOfTheJournal) {
  {
    SessionCache cache = open();
    ASSERT_TRUE(cache.use_number(kSession,
                                 {.epoch = kEpoch,
                                  .last_number = matching::MsgSeqNum{3},
                                  .sent = {.event = matching::EventSeq{10}},
                                  .poss_resend_to = {}}));
  }
  ASSERT_EQ(fault(), journal::Fault::CacheAhead);
  EXPECT_EQ(journal::exit_code_of(journal::Fault::CacheAhead), journal::kExitCorrupt);
}

// The log was restored: number 1 of the new epoch may be one that the old cache has kept, of a
// history that is gone.
TEST_F(CacheFolderTest, NothingOfItOutlivesNewEpochs) {
  const matching::MsgSeqNum first{1};
  {
    SessionCache cache = open();
    const fix::ReportId report{.event = matching::EventSeq{1000}};
    ASSERT_TRUE(cache.make_room(kSession, false, {}));
    cache.append(
        kSession,
        {.epoch = kEpoch.next(), .last_number = first, .sent = report, .poss_resend_to = {}},
        report,
        "8=FIXT.1.1");
    ASSERT_EQ(cache.read(kSession, kEpoch.next(), first, first).size(), 1U);
  }
  ASSERT_EQ(fault(), journal::Fault::CacheAhead);
  const SessionCache cache = open({.session = kSession,
                                   .comp_id = matching::Name{"BROKER1"},
                                   .epoch = kEpoch.next(),
                                   .next_in = first,
                                   .delivered = matching::EventSeq{15}},
                                  true);
  EXPECT_TRUE(cache.was_void());
  EXPECT_TRUE(cache.read(kSession, kEpoch.next(), first, first).empty());
  const OutboundState state = cache.state(kSession).value();
  EXPECT_EQ(state.epoch, kEpoch.next());
  EXPECT_EQ(state.last_number, matching::MsgSeqNum{0});
  EXPECT_EQ(state.sent.event, matching::EventSeq{15}) << "what is not proven is told again";
  EXPECT_EQ(state.poss_resend_to.event, matching::EventSeq{20}) << "marked";
}

}  // namespace
}  // namespace betex::fix

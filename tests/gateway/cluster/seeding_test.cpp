// The operator's command that brings what a node lacks: what it is told, what it says, how it ends.
#include "gateway/cluster/seeding.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/errors.h"
#include "journal/format.h"
#include "journal/journal.h"
#include "tests/journal/wal_fixture.h"
#include "tests/support/log_capture.h"
#include "tests/support/patience.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using journal::EventSeq;
using journal::Fault;
using journal::JournalError;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SeedingTest : public test::WalTest {
 protected:
  Seeder seeder(const std::string& command) {
    const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
    return Seeder{{.command = command, .wal_root = root(), .pause = [this, deadline](milliseconds) {
                     std::this_thread::sleep_for(1ms);
                     const bool in_time = std::chrono::steady_clock::now() < deadline;
                     EXPECT_TRUE(in_time) << "the command does not end";
                     return in_time && (!go_on_ || go_on_());
                   }}};
  }

  static LeftBehind behind(std::uint64_t last, std::string leader = "b") {
    const JournalError error{{.fault = Fault::QuorumLogTooOld,
                              .what = "slot 7 is not kept any more",
                              .segment = "/betex/main/log/000007"}};
    return {error, EventSeq{last}, std::move(leader)};
  }

  static std::string refusal(Seeder& seeder, std::uint64_t last) {
    try {
      EXPECT_FALSE(seeder.seed(behind(last))) << "it was refused by nobody";
    } catch (const JournalError& error) {
      EXPECT_EQ(error.fault(), Fault::QuorumLogTooOld);
      EXPECT_EQ(error.segment(), "/betex/main/log/000007");
      return error.sentence();
    }
    return {};
  }

  std::function<bool()> go_on_;
};

TEST_F(SeedingTest, TheCommandIsToldWhichLogHowFarItIsAndWhoLeads) {
  const test::LogCapture log;
  EXPECT_TRUE(seeder("printf '%s|%s|%s\\n' \"$@\"").seed(behind(42)));
  EXPECT_EQ(log.count("seed_command: " + root().string() + "|42|b\n"), 1U);
  EXPECT_TRUE(seeder("printf '%s|%s|%s|\\n' \"$@\"").seed(behind(7, "")));
  EXPECT_EQ(log.count("seed_command: " + root().string() + "|7||\n"), 1U);
}

TEST_F(SeedingTest, EachOfItsLinesIsLogged) {
  const test::LogCapture log;
  EXPECT_TRUE(seeder("printf 'one\\n\\ntwo \\r\\n'; printf 'th\\tree' >&2").seed(behind(42)));
  EXPECT_EQ(log.count("seed_command: one\n"), 1U);
  EXPECT_EQ(log.count("seed_command: two\n"), 1U);
  EXPECT_EQ(log.count("seed_command: th ree\n"), 1U) << "also the last one, which has no end";
  EXPECT_EQ(log.count("seed_command: "), 3U);
}

TEST_F(SeedingTest, MoreThanAPipeHoldsIsReadToItsEnd) {
  const test::LogCapture log;
  Seeder of_many =
      seeder("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done; echo end; exit 1");
  EXPECT_THAT(refusal(of_many, 42), HasSubstr(" 0123456789 end"));
  EXPECT_EQ(log.count("seed_command: 0123456789\n"), 20'000U);
  EXPECT_EQ(log.count("seed_command: end\n"), 1U);
}

TEST_F(SeedingTest, OneThatFailsEndsTheNodeWithBothErrors) {
  Seeder failing = seeder("echo no route to host >&2; exit 3");
  EXPECT_EQ(refusal(failing, 42),
            "slot 7 is not kept any more; seed_command has failed, exit code 3; it said: no route "
            "to host");
  Seeder killed = seeder("kill -KILL $$");
  EXPECT_EQ(refusal(killed, 42),
            "slot 7 is not kept any more; seed_command has failed, signal 9, and has said nothing");
}

TEST_F(SeedingTest, WhoIsAskedToEndKillsIt) {
  const std::filesystem::path file = folder_.path() / "group";
  std::string group;
  go_on_ = [&] {
    std::ifstream{file} >> group;
    return group.empty();
  };
  const std::string made = file.string() + ".new";
  EXPECT_FALSE(
      seeder("echo $$ > " + made + "; mv " + made + " " + file.string() + "; exec sleep 1000")
          .seed(behind(42)));
  ASSERT_FALSE(group.empty());
  // What it had started besides is init's to reap, which may take a moment.
  EXPECT_TRUE(test::comes_to([&] { return ::kill(-std::stoi(group), 0) != 0; })) << "it goes on";
}

TEST_F(SeedingTest, AfterThreeTimesInVainItIsNotRunAgain) {
  const std::filesystem::path runs = folder_.path() / "runs";
  Seeder in_vain = seeder("echo x >> " + runs.string() + "; echo nothing new");
  const auto count = [&] {
    std::ifstream file{runs};
    std::string line;
    int lines = 0;
    while (std::getline(file, line)) {
      ++lines;
    }
    return lines;
  };
  EXPECT_TRUE(in_vain.seed(behind(42)));
  EXPECT_TRUE(in_vain.seed(behind(42)));
  EXPECT_TRUE(in_vain.seed(behind(43))) << "it has moved: a window that is small moves on, too";
  EXPECT_TRUE(in_vain.seed(behind(43)));
  EXPECT_TRUE(in_vain.seed(behind(43)));
  EXPECT_EQ(count(), 5);
  EXPECT_THAT(refusal(in_vain, 43),
              AllOf(HasSubstr("slot 7 is not kept any more; "),
                    HasSubstr("3 times"),
                    HasSubstr("still ends at event 43"),
                    HasSubstr("it said: nothing new")));
  EXPECT_EQ(count(), 5);
}

// As an import that begins behind a snapshot must find it.
TEST_F(SeedingTest, ALogWithoutEventsIsAsNobodyHadOpenedIt) {
  {
    journal::Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const matching::TransactionView&) {});
  }
  ASSERT_TRUE(std::filesystem::exists(root() / journal::kEpochFile));
  EXPECT_TRUE(seeder("test ! -e \"$1/epoch\"").seed(behind(0)));
}

TEST_F(SeedingTest, OfALogWithEventsNothingIsForgotten) {
  write(1, 2);
  Seeder looking = seeder("test -e \"$1/epoch\"");
  EXPECT_TRUE(looking.seed(behind(5)));
  EXPECT_TRUE(looking.seed(behind(0))) << "whatever was said of it";
}

}  // namespace
}  // namespace betex::cluster

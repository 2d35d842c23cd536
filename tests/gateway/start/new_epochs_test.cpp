// A start after an older log was restored: every session begins again, in one commit.
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/pipeline/journal_link.h"
#include "journal/journal_reader.h"
#include "tests/gateway/start/life.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionInfo;

// Life begins at 08:00 of it.
constexpr std::chrono::sys_seconds kDay{std::chrono::sys_days{std::chrono::year{2027} / 1 / 15}};

class NewEpochsTest : public ::testing::Test {
 protected:
  void start(Life& life, Epochs epochs) const {
    const test::ManualClock clock{kDay + 21h};
    JournalLog log{life.journal};
    run_start_commands(life.recovered, log, config_, {.exchange = clock, .session = clock}, epochs);
    life.retention.reports_taken(life.recovered.reports.cursors,
                                 life.recovered.engine.last_seq(),
                                 life.recovered.engine.last_timestamp());
  }

  static std::vector<SessionInfo> sessions(const Life& life) {
    std::vector<SessionInfo> sessions;
    life.recovered.engine.visit_sessions(
        [&](const SessionInfo& session) { sessions.push_back(session); });
    return sessions;
  }

  // Both sessions have traded and are on.
  void trade(Life& life) const {
    life.open_market();
    life.run(matching::ReserveNumbers{
        .session = kOne, .epoch = SessionEpoch{1}, .up_to = MsgSeqNum{10'000}});
    life.place(kOne, "A1", matching::Side::Ask);
    life.confirm(kOne);
    life.place(kOne, "A2", matching::Side::Ask);
  }

  test::TempFolder folder_;
  Config config_{
      .sessions = {{.target_comp_id = "ONE", .reset_schedule = ResetSchedule{.time_of_day = 20h}}}};
};

TEST_F(NewEpochsTest, BothNumbersOfEverySessionBeginAgainAndWhatIsProvenStays) {
  Life life{folder_.path() / "wal"};
  trade(life);
  const std::vector<SessionInfo> before = sessions(life);
  start(life, Epochs::New);
  const std::vector<SessionInfo> after = sessions(life);
  ASSERT_EQ(after.size(), 2U) << "also one that is not configured any more";
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].epoch, SessionEpoch{2}) << "once, where a scheduled reset is due as well";
    EXPECT_EQ(after[i].next_in, MsgSeqNum{1});
    EXPECT_EQ(after[i].reserved_to, MsgSeqNum{0});
    EXPECT_FALSE(after[i].up);
    EXPECT_EQ(after[i].delivered, before[i].delivered);
  }
}

TEST_F(NewEpochsTest, AnOrdinaryStartLeavesThem) {
  config_.sessions.clear();
  Life life{folder_.path() / "wal"};
  trade(life);
  start(life, Epochs::Kept);
  for (const SessionInfo& session : sessions(life)) {
    EXPECT_EQ(session.epoch, SessionEpoch{1});
  }
  EXPECT_EQ(sessions(life).front().next_in, MsgSeqNum{3});
}

TEST_F(NewEpochsTest, AllIsDurableTogetherOrNothing) {
  const std::filesystem::path root = folder_.path() / "wal";
  {
    Life life{root};
    trade(life);
    start(life, Epochs::New);
  }
  Life life{root};
  for (const SessionInfo& session : sessions(life)) {
    EXPECT_EQ(session.epoch, SessionEpoch{2});
  }
}

TEST_F(NewEpochsTest, OnAnEmptyLogThereIsNothingToBeginAgain) {
  Life life{folder_.path() / "wal"};
  start(life, Epochs::New);
  EXPECT_TRUE(sessions(life).empty());
}

TEST_F(NewEpochsTest, WhoWasOnWhenTheLastProcessEndedIsKnown) {
  const std::filesystem::path root = folder_.path() / "wal";
  {
    Life life{root};
    trade(life);
    life.run(matching::SessionDown{.session = kTwo,
                                   .epoch = SessionEpoch{1},
                                   .next_in = MsgSeqNum{1},
                                   .reason = matching::SessionDownReason::Logout});
    EXPECT_TRUE(life.recovered.left_up.empty());
  }
  Life life{root};
  EXPECT_EQ(life.recovered.left_up, std::vector<matching::SessionId>{kOne});
}

}  // namespace
}  // namespace betex::gateway::testing

// Scheduled resets that a gateway which was off has missed: at its start, once.
#include <gtest/gtest.h>

#include "gateway/pipeline/journal_link.h"
#include "tests/gateway/start/life.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;

// Life begins at 08:00 of it.
constexpr std::chrono::sys_seconds kDay{std::chrono::sys_days{std::chrono::year{2027} / 1 / 15}};

class MissedResetTest : public ::testing::Test {
 protected:
  // ONE is reset at 20:00, TWO never.
  void start_at(std::chrono::sys_seconds time, Life& life) const {
    const test::ManualClock clock{time};
    JournalLog log{life.journal};
    run_start_commands(life.recovered, log, config_, {.exchange = clock, .session = clock});
    life.retention.reports_taken(life.recovered.reports.cursors,
                                 life.recovered.engine.last_seq(),
                                 life.recovered.engine.last_timestamp());
  }

  static std::uint32_t epoch(const Life& life, matching::SessionId session) {
    std::uint32_t epoch = 0;
    life.recovered.engine.visit_sessions([&](const matching::SessionInfo& info) {
      epoch = info.session == session ? info.epoch.value() : epoch;
    });
    return epoch;
  }

  test::TempFolder folder_;
  Config config_{
      .sessions = {{.target_comp_id = "ONE", .reset_schedule = ResetSchedule{.time_of_day = 20h}},
                   {.target_comp_id = "TWO"}}};
};

TEST_F(MissedResetTest, IsMadeUpForOnceOverManyStarts) {
  {
    Life life{folder_.path() / "wal"};
    life.open_market();  // both sessions are up at 08:00
    start_at(kDay + 19h, life);
    EXPECT_EQ(epoch(life, kOne), 1U) << "not yet";
  }
  for (int start = 0; start < 3; ++start) {
    Life life{folder_.path() / "wal"};
    start_at(kDay + 21h + std::chrono::minutes{start}, life);
    EXPECT_EQ(epoch(life, kOne), 2U);
    EXPECT_EQ(epoch(life, kTwo), 1U);
  }
  Life life{folder_.path() / "wal"};
  start_at(kDay + 44h, life);
  EXPECT_EQ(epoch(life, kOne), 3U) << "the next day's";
}

TEST_F(MissedResetTest, IsKnownFromASnapshotToo) {
  {
    Life life{folder_.path() / "wal"};
    life.open_market();
    start_at(kDay + 21h, life);
    EXPECT_EQ(epoch(life, kOne), 2U);
    life.snapshot();
  }
  Life life{folder_.path() / "wal"};
  start_at(kDay + 22h, life);
  EXPECT_EQ(epoch(life, kOne), 2U);
}

}  // namespace
}  // namespace betex::gateway::testing

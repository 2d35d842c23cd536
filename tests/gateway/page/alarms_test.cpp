#include "gateway/page/alarms.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "gateway/page/metric_values.h"
#include "tests/gateway/http/fake_sources.h"
#include "tests/gateway/page/fake_metrics.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PageAlarmsTest : public ::testing::Test {
 protected:
  std::vector<std::string> look(std::chrono::seconds after = std::chrono::seconds{1}) {
    now += after;
    return alarms.look(health, MetricValues{{&metrics}}, now);
  }

  FakeHealth health;
  FakeMetrics metrics;
  Alarms alarms;
  Alarms::Steady::time_point now;
};

TEST_F(PageAlarmsTest, NoneWhenAllIsWell) {
  metrics.gauge("betex_clock_offset_seconds", -5);
  metrics.gauge("betex_event_ring_fill", 80);
  metrics.gauge("betex_event_ring_slots", 100);
  metrics.gauge("betex_journal_lag_slots", 4096);
  metrics.counter("betex_fix_slow_readers_total", 9);
  EXPECT_THAT(look(), IsEmpty());
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(PageAlarmsTest, WhatIsWrongNowIsSaidAsLongAsItIs) {
  health.not_ready = "the journal is being replayed";
  metrics.gauge("betex_clock_offset_seconds", 7.2);
  metrics.gauge("betex_command_ring_fill", 81);
  metrics.gauge("betex_command_ring_slots", 100);
  metrics.gauge("betex_journal_lag_slots", 4097);
  metrics.gauge("betex_report_lag_slots", 5000);
  metrics.gauge("betex_sessions_behind_report_horizon", 2);
  EXPECT_THAT(look(),
              ElementsAre("orders are not taken: the journal is being replayed",
                          "the machine's clock is 7 s behind session time",
                          "the command ring is 81 % full",
                          "4097 transactions wait for a commit",
                          "5000 transactions wait for their reports",
                          "2 sessions have been away for 7 days and may lack reports"));
  health.not_ready.reset();
  metrics.gauge("betex_clock_offset_seconds", -6);
  metrics.gauge("betex_command_ring_fill", 1);
  metrics.gauge("betex_journal_lag_slots", 0);
  metrics.gauge("betex_report_lag_slots", 0);
  metrics.gauge("betex_sessions_behind_report_horizon", 0);
  EXPECT_THAT(look(), ElementsAre("the machine's clock is 6 s ahead of session time"));
}

TEST_F(PageAlarmsTest, APlannedStopIsSaid) {
  health.said = "stopping in 42 s";
  EXPECT_THAT(look(), ElementsAre("the gateway is stopping in 42 s"));
}

TEST_F(PageAlarmsTest, OldAndLatePricesAreSaidToBe) {
  metrics.gauge("betex_md_up", 1);
  metrics.gauge("betex_md_away", 0);
  EXPECT_THAT(look(), IsEmpty());
  metrics.gauge("betex_md_away", 1);
  EXPECT_THAT(look(), ElementsAre("market data is far behind: prices here are late"));
  metrics.gauge("betex_md_up", 0);
  EXPECT_THAT(look(), ElementsAre("there is no market data: prices here are old"));
}

TEST_F(PageAlarmsTest, WhatWasCountedIsSaidForTenMinutes) {
  for (const char* const name : {"betex_fix_logon_alarms_total",
                                 "betex_fix_logons_too_low_total",
                                 "betex_fix_clients_ahead_total",
                                 "betex_fix_reports_held_total",
                                 "betex_fix_slow_readers_total",
                                 "betex_log_lines_dropped_total"}) {
    metrics.counter(name, 3);
    EXPECT_THAT(look(), IsEmpty()) << name << " is as it was when the page began to look";
    metrics.counter(name, 4);
    EXPECT_EQ(look().size(), 1U) << name;
    EXPECT_EQ(look(std::chrono::minutes{9}).size(), 1U) << name;
    EXPECT_THAT(look(std::chrono::minutes{2}), IsEmpty()) << name;
    metrics.counter(name, 5);
    EXPECT_EQ(look().size(), 1U) << name;
    EXPECT_THAT(look(std::chrono::minutes{11}), IsEmpty()) << name;
  }
}

}  // namespace
}  // namespace betex::gateway

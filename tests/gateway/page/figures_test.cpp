#include "gateway/page/figures.h"

#include <chrono>
#include <optional>
#include <vector>

#include <gmock/gmock.h>

#include "gateway/page/metric_values.h"
#include "tests/gateway/http/fake_sources.h"
#include "tests/gateway/page/fake_metrics.h"

namespace betex::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::DoubleEq;
using ::testing::Optional;

class PageFiguresTest : public ::testing::Test {
 protected:
  Sample add(milliseconds after, std::optional<double> segments = std::nullopt) {
    now.steady += after;
    now.time_ms += after.count();
    figures.add(MetricValues{{&metrics}}, segments, now);
    return figures.samples().back();
  }

  FakeMetrics metrics;
  Figures figures;
  Figures::Now now{.time_ms = 1000, .steady = {}};
};

TEST_F(PageFiguresTest, RatesAreSinceTheSampleBefore) {
  metrics.histogram("betex_order_ack_seconds", 100, 1);
  metrics.histogram("betex_commit_seconds", 10, 0.5);
  Sample first = add(seconds{1});
  EXPECT_EQ(first.time_ms, 2000);
  EXPECT_EQ(first[Series::Orders], std::nullopt);
  EXPECT_EQ(first[Series::Commit], std::nullopt);
  metrics.histogram("betex_order_ack_seconds", 160, 2);
  metrics.histogram("betex_commit_seconds", 14, 0.502);
  Sample second = add(milliseconds{1500});
  EXPECT_THAT(second[Series::Orders], Optional(DoubleEq(40)));
  EXPECT_THAT(second[Series::Commit], Optional(::testing::DoubleNear(0.5, 1e-9)));
  Sample third = add(seconds{1});
  EXPECT_THAT(third[Series::Orders], Optional(DoubleEq(0)));
  EXPECT_EQ(third[Series::Commit], std::nullopt) << "there was no commit";
}

TEST_F(PageFiguresTest, WhatBeginsToBeCountedIsCountedFromNothing) {
  add(seconds{1});  // the journal is replayed
  metrics.histogram("betex_order_ack_seconds", 6, 1);
  metrics.histogram("betex_commit_seconds", 4, 0.002);
  Sample sample = add(seconds{2});
  EXPECT_THAT(sample[Series::Orders], Optional(DoubleEq(3)));
  EXPECT_THAT(sample[Series::Commit], Optional(::testing::DoubleNear(0.5, 1e-9)));
}

TEST_F(PageFiguresTest, LevelsAreAsTheyAre) {
  metrics.gauge("betex_command_ring_fill", 10);
  metrics.gauge("betex_command_ring_slots", 1000);
  metrics.gauge("betex_event_ring_fill", 50);
  metrics.gauge("betex_event_ring_slots", 200);
  metrics.gauge("betex_journal_lag_slots", 3);
  metrics.gauge("betex_journal_durable_sequence", 12345);
  metrics.gauge("betex_journal_disk_free_bytes", 5e9);
  Sample sample = add(seconds{1}, 7);
  EXPECT_THAT(sample[Series::Ring], Optional(DoubleEq(25)));
  EXPECT_THAT(sample[Series::Lag], Optional(DoubleEq(3)));
  EXPECT_THAT(sample[Series::Durable], Optional(DoubleEq(12345)));
  EXPECT_THAT(sample[Series::Segments], Optional(DoubleEq(7)));
  EXPECT_THAT(sample[Series::Disk], Optional(DoubleEq(5e9)));
}

TEST_F(PageFiguresTest, WhatIsNotThereYetIsNotKnown) {
  for (const std::optional<double>& figure : add(seconds{1}).figures) {
    EXPECT_EQ(figure, std::nullopt);
  }
}

TEST_F(PageFiguresTest, TenMinutesAreKept) {
  for (int i = 0; i < 700; ++i) {
    add(seconds{1});
  }
  ASSERT_EQ(figures.samples().size(), 600U);
  EXPECT_EQ(figures.samples().front().time_ms, 1000 + 101 * 1000);
  EXPECT_EQ(figures.samples().back().time_ms, 1000 + 700 * 1000);
}

TEST(MetricValuesTest, WhatCannotBeCollectedIsAbsent) {
  const FailingCollectable failing;
  FakeMetrics metrics;
  metrics.counter("a_total", 4);
  const MetricValues values{{&failing, &metrics}};
  EXPECT_THAT(values.value("a_total"), Optional(DoubleEq(4)));
  EXPECT_EQ(values.value("b_total"), std::nullopt);
  EXPECT_FALSE(values.histogram("a_total"));
}

}  // namespace
}  // namespace betex::gateway

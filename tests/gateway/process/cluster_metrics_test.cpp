// What a node of a cluster tells in Prometheus's form.
#include "gateway/process/cluster_metrics.h"

#include <chrono>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using namespace std::chrono_literals;

// Of gauges and counters, by name and labels.
std::map<std::string, double> values_of(const ClusterSources& sources) {
  std::map<std::string, double> values;
  for (const prometheus::MetricFamily& family : cluster_metrics(sources)) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      const std::string label = metric.label.empty() ? "" : "{" + metric.label.front().value + "}";
      values[family.name + label] = family.type == prometheus::MetricType::Counter
                                        ? metric.counter.value
                                        : metric.gauge.value;
    }
  }
  return values;
}

TEST(ClusterMetrics, SayWhatANodeIsAndHowFarItIs) {
  cluster::ClusterFigures figures;
  std::chrono::nanoseconds left = -5s;
  const ClusterSources sources{.figures = figures, .lease_left = [&] { return left; }};
  auto values = values_of(sources);
  EXPECT_EQ(values.at("betex_cluster_role{starting}"), 1);
  EXPECT_EQ(values.at("betex_cluster_lease_left_seconds"), 0) << "it has none";
  EXPECT_EQ(values.at("betex_cluster_state_differs"), 0);
  figures.role = cluster::Role::Leader;
  figures.state_differs = true;
  figures.epoch = 7;
  figures.append_bytes.add(1000);
  figures.append_times.count(3ms);
  figures.lag_events = 12;
  figures.window_left_slots = 99;
  figures.clock_offset_ns = -1'500'000'000;
  figures.store_bytes = 4096;
  left = 1500ms;
  values = values_of(sources);
  EXPECT_EQ(values.at("betex_cluster_role{starting}"), 0);
  EXPECT_EQ(values.at("betex_cluster_role{leader}"), 1);
  EXPECT_EQ(values.at("betex_cluster_role{standby}"), 0);
  EXPECT_EQ(values.at("betex_cluster_epoch"), 7);
  EXPECT_EQ(values.at("betex_cluster_state_differs"), 1);
  EXPECT_EQ(values.at("betex_cluster_append_bytes_total"), 1000);
  EXPECT_EQ(values.at("betex_cluster_standby_lag_events"), 12);
  EXPECT_EQ(values.at("betex_cluster_window_left_slots"), 99);
  EXPECT_DOUBLE_EQ(values.at("betex_cluster_clock_offset_seconds"), -1.5);
  EXPECT_EQ(values.at("betex_cluster_etcd_db_bytes"), 4096);
  EXPECT_DOUBLE_EQ(values.at("betex_cluster_lease_left_seconds"), 1.5);
  EXPECT_EQ(values.count("betex_cluster_append_seconds"), 1U);
}

}  // namespace
}  // namespace betex::gateway

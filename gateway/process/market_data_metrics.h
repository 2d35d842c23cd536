// Market data's figures in Prometheus's form.
#pragma once

#include <atomic>
#include <vector>

#include <prometheus/metric_family.h>

#include "gateway/market_data/stage_figures.h"
#include "gateway/session/session_metrics.h"

namespace betex::gateway {

// What is read; all thread-safe.
struct MarketDataSources {
  const MarketDataStageFigures& stage;
  const std::atomic<bool>& lost;                  // it has ended by a failure
  const fix::SessionMetrics* sessions = nullptr;  // null: no port is served
};

[[nodiscard]] std::vector<prometheus::MetricFamily> market_data_metrics(
    const MarketDataSources& from);

}  // namespace betex::gateway

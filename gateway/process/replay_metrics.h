// What was told again, in Prometheus's form.
#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "gateway/replay/replay_figures.h"

namespace betex::gateway {

[[nodiscard]] std::vector<prometheus::MetricFamily> replay_metrics(const ReplayFigures& from);

}  // namespace betex::gateway

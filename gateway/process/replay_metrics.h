// What was told again, in Prometheus's form.
#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include "gateway/replay/replay_figures.h"

namespace betex::gateway {

// `from`: what is told again; `late`: what comes late, of before the start's snapshot.
[[nodiscard]] std::vector<prometheus::MetricFamily> replay_metrics(const ReplayFigures& from,
                                                                   const ReplayFigures& late);

}  // namespace betex::gateway

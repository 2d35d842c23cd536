// A node of a cluster, in Prometheus's form.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include <prometheus/metric_family.h>

#include "gateway/cluster/cluster_figures.h"

namespace betex::gateway {

// All thread-safe.
struct ClusterSources {
  const cluster::ClusterFigures& figures;  // outlives this
  // Of the time in which the lease is this node's for sure; negative where it is not.
  std::function<std::chrono::nanoseconds()> lease_left;
};

[[nodiscard]] std::vector<prometheus::MetricFamily> cluster_metrics(const ClusterSources& from);

}  // namespace betex::gateway

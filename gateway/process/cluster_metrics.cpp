#include "gateway/process/cluster_metrics.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "gateway/process/metric_families.h"

namespace betex::gateway {
namespace {

using cluster::ClusterFigures;
using cluster::Role;
using metric::counter;
using metric::gauge;
using metric::histogram;
using metric::Labelled;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily roles(const ClusterFigures& from) {
  Labelled family{
      {"betex_cluster_role", "1 for what this node is in its cluster, 0 for the others."},
      MetricType::Gauge,
      "role"};
  const Role now = from.role.load(std::memory_order_relaxed);
  for (const auto& [role, name] : {std::pair{Role::Starting, "starting"},
                                   std::pair{Role::Standby, "standby"},
                                   std::pair{Role::Leader, "leader"}}) {
    family.add(name, role == now ? 1 : 0);
  }
  return family.take();
}

}  // namespace

std::vector<MetricFamily> cluster_metrics(const ClusterSources& from) {
  const ClusterFigures& figures = from.figures;
  return {
      roles(figures),
      gauge({"betex_cluster_epoch",
             "The epoch of who leads, as this node knows it; each takeover raises it."},
            figures.epoch.load(std::memory_order_relaxed)),
      histogram({"betex_cluster_append_seconds",
                 "Of a leader: appends to the quorum log, until a majority has them on its disks."},
                figures.append_times),
      counter({"betex_cluster_append_bytes_total",
               "Of a leader: bytes appended to the quorum log, before they are compressed."},
              figures.append_bytes.value()),
      gauge({"betex_cluster_standby_lag_events",
             "Events of the quorum log that this node's journal does not have yet."},
            figures.lag_events.load(std::memory_order_relaxed)),
      gauge({"betex_cluster_window_left_slots",
             "Slots of the quorum log, at least, before what this node needs next is overwritten."},
            figures.window_left_slots.load(std::memory_order_relaxed)),
      gauge({"betex_cluster_lease_left_seconds",
             "Of the time in which nobody else can have the lease; 0: this node does not have it."},
            std::max(from.lease_left(), std::chrono::nanoseconds{0})),
      gauge({"betex_cluster_etcd_db_bytes",
             "Of the store's database on the disk, as a leader has seen it last; 0: not yet."},
            figures.store_bytes.load(std::memory_order_relaxed)),
      gauge({"betex_cluster_state_differs",
             "1: another node has come to another state than this one, by the same events."},
            figures.state_differs.load(std::memory_order_relaxed) ? std::uint64_t{1} : 0),
      gauge({"betex_cluster_clock_offset_seconds",
             "Of a standby: the leader's clock less this machine's."},
            std::chrono::nanoseconds{figures.clock_offset_ns.load(std::memory_order_relaxed)}),
  };
}

}  // namespace betex::gateway

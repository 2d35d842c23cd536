// The gateway's figures in Prometheus's form. Hot threads only write relaxed atomics; everything
// else happens here, when somebody scrapes.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

#include <prometheus/collectable.h>

#include "gateway/http/http_server.h"
#include "gateway/link/session_link.h"
#include "gateway/pipeline/event_counts.h"
#include "gateway/pipeline/histogram.h"
#include "gateway/pipeline/match_stage.h"
#include "gateway/process/cluster_metrics.h"
#include "gateway/process/market_data_metrics.h"
#include "gateway/replay/replay_figures.h"
#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "gateway/session/session_cache.h"
#include "gateway/session/session_metrics.h"
#include "gateway/start/named_files.h"
#include "gateway/start/retention.h"
#include "gateway/time/gateway_clocks.h"
#include "journal/journal.h"

namespace betex::gateway {

class GatewayMetrics final : public prometheus::Collectable {
 public:
  // What is read; all thread-safe, and all outlive it.
  struct Sources {
    const CommandRing<RingCommand>& commands;
    const EventRing& events;
    const EventConsumer& journal_stage;
    const EventConsumer& report_stage;
    const journal::Journal& journal;
    const fix::SessionMetrics& sessions;
    const Retention& retention;
    const GatewayClocks& clocks;
    const fix::SessionCache& cache;
    const ProcessBacklog& backlog;
    const Histogram& commit_times;
    const Histogram& answer_times;
    const EventCounts& counts;
    MarketDataSources market_data;
    const ReplayFigures& replays;
    const ReplayFigures& earlier_reports;
  };

  // `health` must outlive it.
  GatewayMetrics(const HealthSource& health, const CertificateExpiries& certificates);

  // Others are in force from now on. On any thread.
  void set_certificates(const CertificateExpiries& certificates);

  // Before this, while the journal is replayed, there is little to tell. Once, on any thread.
  void read_from(const Sources& sources);

  // Of a node of a cluster, from now on: also while it stands by. Likewise.
  void read_from(const ClusterSources& sources);

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  [[nodiscard]] static std::vector<prometheus::MetricFamily> collect(const Sources& from);

  const HealthSource& health_;
  const std::chrono::system_clock::time_point made_at_;
  mutable std::mutex mutex_;
  CertificateExpiries certificates_;       // guarded by mutex_
  std::optional<Sources> sources_;         // guarded by mutex_
  std::optional<ClusterSources> cluster_;  // guarded by mutex_; none: there is no cluster
};

}  // namespace betex::gateway

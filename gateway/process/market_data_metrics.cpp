#include "gateway/process/market_data_metrics.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "gateway/process/metric_families.h"

namespace betex::gateway {
namespace {

using metric::counter;
using metric::gauge;
using metric::histogram;
using metric::Labelled;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily images(const MarketDataStageFigures& stage) {
  Labelled family{{"betex_md_images_out_total",
                   "Images (W), by cause: of a new subscription, to a session that had read too "
                   "slowly, after a gap fill, because md was far behind, and at each change to "
                   "those that have asked for that."},
                  MetricType::Counter,
                  "cause"};
  for (const auto& [cause, name] : {std::pair{ImageCause::Subscribe, "subscribe"},
                                    std::pair{ImageCause::Slow, "slow"},
                                    std::pair{ImageCause::GapFill, "gap_fill"},
                                    std::pair{ImageCause::Overload, "overload"},
                                    std::pair{ImageCause::None, "change"}}) {
    family.add(name, stage.images[static_cast<std::size_t>(cause)].value());
  }
  return family.take();
}

std::vector<MetricFamily> of_stage(const MarketDataSources& from) {
  const MarketDataStageFigures& stage = from.stage;
  return {
      gauge({"betex_md_up", "1 while there is market data; 0: it has ended by a failure."},
            from.lost.load(std::memory_order_relaxed) ? 0 : 1),
      gauge({"betex_md_lag_slots", "Slots of the event ring that are not in md's books yet."},
            stage.lag.value()),
      gauge({"betex_md_behind", "1 while md is so far behind that it only notes what changes."},
            stage.behind.value()),
      gauge({"betex_md_away", "1 while md has left the event ring and reads the journal."},
            stage.away.value()),
      counter({"betex_md_times_away_total", "Times that md has left the event ring."},
              stage.times_away.value()),
      counter({"betex_md_reloads_total",
               "Times that md has begun again from a snapshot, because the journal's segments were "
               "retired."},
              stage.reloads.value()),
      histogram({"betex_md_turn_seconds", "Turns of md: making and handing over what is due."},
                stage.turn_times),
      gauge({"betex_md_subscriptions", "Instruments of live MarketDataRequests, of all sessions."},
            stage.subscriptions.value()),
      gauge({"betex_md_views", "Kinds of view of an instrument that somebody is subscribed to."},
            stage.views.value()),
      gauge({"betex_md_instruments_marked", "Of the subscriptions, those that wait for an image."},
            stage.marked.value()),
      gauge({"betex_md_sessions_slow", "Sessions that read too slowly now: updates are left out."},
            stage.slow_sessions.value()),
      counter({"betex_md_sessions_too_slow_total",
               "Sessions that were logged out for reading too slowly."},
              stage.logged_out.value()),
      counter({"betex_md_updates_total", "Updates made, each once for all who share it."},
              stage.updates.value()),
      counter({"betex_md_entries_out_total", "Entries of updates (X), counted for each session."},
              stage.entries.value()),
      counter({"betex_md_messages_out_total", "Images and updates (W, X)."},
              stage.messages.value()),
      images(stage),
      counter({"betex_md_trades_left_out_total",
               "Trades that were not told one by one, for conflation."},
              stage.trades_left_out.value()),
      counter({"betex_md_requests_refused_total", "Requests for market data that were refused."},
              stage.refused.value()),
  };
}

std::vector<MetricFamily> of_sessions(const fix::SessionMetrics& sessions) {
  return {
      gauge({"betex_md_connections", "TCP connections on the market data ports."},
            sessions.connections.value()),
      gauge({"betex_md_sessions_on", "Market data sessions that are logged on."},
            sessions.sessions_on.value()),
      counter({"betex_md_connections_refused_total",
               "Connections refused by a limit, an address or an unknown session."},
              sessions.connections_refused.value()),
      counter({"betex_md_logons_total", "Logons answered."}, sessions.logons.value()),
      counter({"betex_md_logons_refused_total", "Logons refused."},
              sessions.logons_refused.value()),
      counter({"betex_md_messages_in_total", "Frames received."}, sessions.messages_in.value()),
      counter({"betex_md_bytes_out_total", "Bytes written to the market data ports' sockets."},
              sessions.bytes_out.value()),
  };
}

}  // namespace

std::vector<MetricFamily> market_data_metrics(const MarketDataSources& from) {
  std::vector<MetricFamily> families = of_stage(from);
  if (from.sessions != nullptr) {
    std::ranges::move(of_sessions(*from.sessions), std::back_inserter(families));
  }
  return families;
}

}  // namespace betex::gateway

#include "gateway/process/metrics.h"

#include <chrono>
#include <cstdint>
#include <string>

#include <prometheus/metric_family.h>

#include "gateway/log/log.h"

namespace betex::gateway {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

struct Description {
  const char* name;
  const char* help;
};

MetricFamily gauge(const Description& description, std::uint64_t value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = static_cast<double>(value);
  return {description.name, description.help, MetricType::Gauge, {metric}};
}

// Seconds.
MetricFamily gauge(const Description& description, std::chrono::nanoseconds value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = std::chrono::duration<double>{value}.count();
  return {description.name, description.help, MetricType::Gauge, {metric}};
}

std::chrono::nanoseconds exchange_ahead_of_session(const GatewayClocks& clocks) {
  const matching::Timestamp session = clocks.session.now();
  return std::chrono::nanoseconds{(clocks.exchange.now() - session).value()};
}

MetricFamily counter(const Description& description, std::uint64_t value) {
  prometheus::ClientMetric metric;
  metric.counter.value = static_cast<double>(value);
  return {description.name, description.help, MetricType::Counter, {metric}};
}

// One counter with a label for each way.
MetricFamily sessions_ended(const fix::SessionMetrics& sessions) {
  MetricFamily family{"betex_fix_sessions_ended_total",
                      "Sessions that were on and have ended, by how.",
                      MetricType::Counter,
                      {}};
  for (std::size_t i = 0; i < fix::kSessionEnds; ++i) {
    prometheus::ClientMetric metric;
    metric.label = {{"how", std::string{words_of(static_cast<fix::SessionEnd>(i)).label}}};
    metric.counter.value = static_cast<double>(sessions.sessions_ended[i].value());
    family.metric.push_back(metric);
  }
  return family;
}

}  // namespace

void GatewayMetrics::read_from(const Sources& sources) {
  const std::lock_guard lock{mutex_};
  sources_.emplace(sources);
}

std::vector<MetricFamily> GatewayMetrics::Collect() const {
  const std::lock_guard lock{mutex_};
  if (!sources_) {
    return {};
  }
  const fix::SessionMetrics& sessions = sources_->sessions;
  return {
      gauge({"betex_command_ring_fill", "Commands reserved or waiting on the command ring."},
            sources_->commands.fill()),
      gauge({"betex_event_ring_fill", "Slots of the event ring not yet passed by all stages."},
            sources_->events.fill()),
      gauge({"betex_journal_lag_slots", "Slots of the event ring that are not durable yet."},
            sources_->journal_stage.lag()),
      gauge({"betex_report_lag_slots", "Slots of the event ring that are not reported yet."},
            sources_->report_stage.lag()),
      gauge({"betex_journal_durable_sequence", "The last event that is durable."},
            sources_->journal.durable_seq().value()),
      gauge({"betex_journal_disk_low", "1 while the disk is nearly full: new orders are refused."},
            sources_->journal.disk_is_low() ? 1 : 0),
      gauge({"betex_clock_offset_seconds",
             "Session time less the machine's clock. Above 5 or below -5: an alarm."},
            sources_->clocks.session.ahead_of_wall()),
      gauge({"betex_clock_uncertain",
             "1 while they are further apart than a minute: new orders are refused."},
            sources_->clocks.session.certain() ? 0 : 1),
      gauge({"betex_exchange_time_ahead_seconds",
             "Exchange time less session time: the log was written by a clock that was ahead."},
            exchange_ahead_of_session(sources_->clocks)),
      gauge({"betex_fix_connections", "TCP connections on the FIX port."},
            sessions.connections.value()),
      gauge({"betex_fix_sessions_on", "FIX sessions that are logged on."},
            sessions.sessions_on.value()),
      gauge({"betex_sessions_behind_report_horizon",
             "Sessions that may lack reports which are not kept any more: away for 7 days."},
            sources_->retention.sessions_behind()),
      counter({"betex_fix_connections_accepted_total", "Connections accepted."},
              sessions.connections_accepted.value()),
      counter({"betex_fix_connections_refused_total",
               "Connections refused by a limit, an address or an unknown session."},
              sessions.connections_refused.value()),
      counter({"betex_fix_logon_deadlines_total", "Connections closed for want of a Logon."},
              sessions.logon_deadlines.value()),
      counter({"betex_fix_logons_total", "Logons answered."}, sessions.logons.value()),
      counter({"betex_fix_logons_refused_total",
               "Logons refused: credentials, a reset that is not allowed, a second logon."},
              sessions.logons_refused.value()),
      counter({"betex_fix_logons_unproven_total",
               "Of these and of Logons of unknown sessions: wrong password or certificate."},
              sessions.logons_unproven.value()),
      counter({"betex_fix_logon_alarms_total",
               "Alarms for many wrong passwords or certificates of a session."},
              sessions.logon_alarms.value()),
      counter({"betex_fix_logons_too_low_total",
               "Logons with a MsgSeqNum below the expected one: a client that has seen another "
               "history."},
              sessions.logons_too_low.value()),
      counter({"betex_fix_clients_ahead_total",
               "Clients that have seen, or sent, what the log does not have: an older one was "
               "restored."},
              sessions.clients_ahead.value()),
      sessions_ended(sessions),
      counter({"betex_fix_scheduled_resets_total", "Sessions begun anew by the clock."},
              sessions.scheduled_resets.value()),
      counter({"betex_fix_messages_in_total", "Frames received."}, sessions.messages_in.value()),
      counter({"betex_fix_messages_garbled_total", "Garbled frames, ignored."},
              sessions.messages_garbled.value()),
      counter({"betex_fix_messages_refused_total",
               "Messages refused by the guard, the decoder or the session layer."},
              sessions.messages_refused.value()),
      counter({"betex_fix_messages_above_gap_lost_total",
               "Messages far above a gap, dropped unread; they come again."},
              sessions.messages_above_gap_lost.value()),
      counter({"betex_fix_messages_throttled_total", "Messages refused for being too many."},
              sessions.messages_throttled.value()),
      counter({"betex_fix_handshakes_failed_total", "TLS handshakes that failed."},
              sessions.handshakes_failed.value()),
      counter({"betex_fix_probes_total", "Sessions asked whether they live, for another logon."},
              sessions.probes.value()),
      counter({"betex_fix_probes_failed_total", "Of these, those that did not answer."},
              sessions.probes_failed.value()),
      counter({"betex_fix_resends_total", "ResendRequests served."}, sessions.resends.value()),
      counter({"betex_fix_reports_out_total", "Reports sent."}, sessions.reports_out.value()),
      counter({"betex_fix_bytes_out_total", "Bytes written to FIX sockets."},
              sessions.bytes_out.value()),
      counter({"betex_fix_slow_readers_total", "Sessions disconnected for not reading."},
              sessions.slow_readers.value()),
      counter({"betex_log_lines_dropped_total",
               "Lines of the log that were not written: it was too slow, or its disk full."},
              log_lines_dropped()),
      counter({"betex_fix_reports_held_total",
               "Times that a session got no further report before it proved what it has."},
              sessions.reports_held.value()),
      gauge({"betex_cache_unproven_bytes",
             "Reports in the session cache that no client has proven to have."},
            sources_->cache.space().unproven()),
      gauge({"betex_cache_kept_bytes", "Messages in the session cache."},
            sources_->cache.kept_bytes()),
      counter({"betex_cache_commits_total", "Commits of the session cache."},
              sessions.cache_commits.value()),
  };
}

}  // namespace betex::gateway

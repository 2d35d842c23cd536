#include "gateway/process/metrics.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include <prometheus/metric_family.h>

#include "gateway/log/log.h"
#include "gateway/process/metric_families.h"
#include "gateway/process/replay_metrics.h"
#include "journal/enumerator_names.h"

namespace betex::gateway {
namespace {

using metric::counter;
using metric::gauge;
using metric::histogram;
using metric::Labelled;
using prometheus::MetricFamily;
using prometheus::MetricType;

std::chrono::nanoseconds exchange_ahead_of_session(const GatewayClocks& clocks) {
  const matching::Timestamp session = clocks.session.now();
  return std::chrono::nanoseconds{(clocks.exchange.now() - session).value()};
}

// Of all reasons, also those that nobody was given yet: a rate needs a number to begin from.
MetricFamily rejects(const EventCounts& counts) {
  Labelled family{{"betex_rejects_total",
                   "Orders, replaces, cancels, mass cancels, requests about order groups and "
                   "of operators, and other messages that were refused, by the engine's "
                   "reason."},
                  MetricType::Counter,
                  "reason"};
  for (std::size_t i = 1; i < EventCounts::kReasons; ++i) {
    const auto reason = static_cast<matching::Reason>(i);
    if (const std::string_view name = journal::name_of(reason); !name.empty()) {
      family.add(name, counts.refused(reason));
    }
  }
  return family.take();
}

MetricFamily operations(const EventCounts& counts) {
  Labelled family{{"betex_operations_total",
                   "Requests of operators, by what became of them: done, refused, repeated (the "
                   "id had come before, with the same content), proposed (it waits for a second "
                   "operator)."},
                  MetricType::Counter,
                  "result"};
  for (const auto& [outcome, name] : {std::pair{OperationOutcome::Done, "done"},
                                      std::pair{OperationOutcome::Refused, "refused"},
                                      std::pair{OperationOutcome::Repeated, "repeated"},
                                      std::pair{OperationOutcome::Proposed, "proposed"}}) {
    family.add(name, counts.operations(outcome));
  }
  return family.take();
}

MetricFamily markets(const EventCounts& counts) {
  Labelled family{{"betex_markets", "Markets by their state."}, MetricType::Gauge, "state"};
  for (std::size_t i = 1; i <= matching::kMarketStates; ++i) {
    const auto state = static_cast<matching::MarketState>(i);
    family.add(journal::name_of(state), counts.markets(state));
  }
  return family.take();
}

MetricFamily process_backlog(const ProcessBacklog& backlog) {
  Labelled family{{"betex_process_backlog",
                   "Processes over many orders or rows that are not at their end: orders that "
                   "are cancelled and bets that become void (cancels), rows that are paid or "
                   "archived (payments)."},
                  MetricType::Gauge,
                  "work"};
  for (const auto& [work, name] :
       {std::pair{&backlog.orders, "cancels"}, std::pair{&backlog.payments, "payments"}}) {
    family.add(name, work->value());
  }
  return family.take();
}

MetricFamily sessions_ended(const fix::SessionMetrics& sessions) {
  Labelled family{
      {"betex_fix_sessions_ended_total", "Sessions that were on and have ended, by how."},
      MetricType::Counter,
      "how"};
  for (std::size_t i = 0; i < fix::kSessionEnds; ++i) {
    family.add(words_of(static_cast<fix::SessionEnd>(i)).label, sessions.sessions_ended[i].value());
  }
  return family.take();
}

// None: there are no certificates.
std::optional<MetricFamily> certificates(const CertificateExpiries& expiries) {
  Labelled family{{"betex_tls_certificate_expiry_timestamp_seconds",
                   "When a certificate of the gateway's own runs out, or the first one of its "
                   "chain, since 1970, UTC: that of the TLS ports (fix), that which a node of a "
                   "cluster shows etcd (etcd)."},
                  MetricType::Gauge,
                  "certificate"};
  for (const auto& [expiry, name] :
       {std::pair{expiries.fix, "fix"}, std::pair{expiries.etcd, "etcd"}}) {
    if (expiry) {
      const auto since_1970 =
          std::chrono::duration_cast<std::chrono::seconds>(expiry->time_since_epoch());
      family.add(name, static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970.count(), 0)));
    }
  }
  MetricFamily made = family.take();
  return made.metric.empty() ? std::nullopt : std::optional{std::move(made)};
}

using Sources = GatewayMetrics::Sources;

// What is asked, and what becomes of it.
std::vector<MetricFamily> of_requests(const Sources& from) {
  return {
      histogram({"betex_order_ack_seconds",
                 "Of orders, replaces and cancels: from their being put on the command ring, when "
                 "they are decoded, until their reports are durable and with the sessions, which "
                 "have yet to encode, keep and send them."},
                from.answer_times),
      histogram({"betex_commit_seconds", "Commits of the journal."}, from.commit_times),
      rejects(from.counts),
      operations(from.counts),
      counter({"betex_order_groups_tripped_total",
               "Order groups that have reached their limit, or that their owners have tripped."},
              from.counts.order_groups_tripped()),
      markets(from.counts),
      process_backlog(from.backlog),
  };
}

std::vector<MetricFamily> of_rings(const Sources& from) {
  return {
      gauge({"betex_command_ring_fill", "Commands reserved or waiting on the command ring."},
            from.commands.fill()),
      gauge({"betex_command_ring_slots", "Slots of the command ring."}, from.commands.capacity()),
      gauge({"betex_event_ring_fill", "Slots of the event ring not yet passed by all stages."},
            from.events.fill()),
      gauge({"betex_event_ring_slots", "Slots of the event ring."}, from.events.capacity()),
      gauge({"betex_journal_lag_slots", "Slots of the event ring that are not durable yet."},
            from.journal_stage.lag()),
      gauge({"betex_report_lag_slots", "Slots of the event ring that are not reported yet."},
            from.report_stage.lag()),
  };
}

// The journal, and what is kept of it.
std::vector<MetricFamily> of_log(const Sources& from) {
  return {
      gauge({"betex_journal_durable_sequence", "The last event that is durable."},
            from.journal.durable_seq().value()),
      gauge({"betex_snapshot_sequence", "The last event of the newest snapshot; 0: none."},
            from.retention.newest_snapshot().value()),
      gauge({"betex_sessions_behind_report_horizon",
             "Sessions that may lack reports which are not kept any more: away for 7 days."},
            from.retention.sessions_behind()),
      gauge({"betex_journal_disk_free_bytes", "Free on the journal's disk."},
            from.journal.disk_free_bytes()),
      gauge({"betex_journal_disk_low", "1 while the disk is nearly full: new orders are refused."},
            from.journal.disk_is_low() ? 1 : 0),
  };
}

std::vector<MetricFamily> of_clocks(const Sources& from) {
  return {
      gauge({"betex_clock_offset_seconds",
             "Session time less the machine's clock. Above 5 or below -5: an alarm."},
            from.clocks.session.ahead_of_wall()),
      gauge({"betex_clock_uncertain",
             "1 while they are further apart than a minute: new orders are refused."},
            from.clocks.session.certain() ? 0 : 1),
      gauge({"betex_exchange_time_ahead_seconds",
             "Exchange time less session time: the log was written by a clock that was ahead."},
            exchange_ahead_of_session(from.clocks)),
  };
}

// Who is there, and who was not let in.
std::vector<MetricFamily> of_connections(const fix::SessionMetrics& sessions) {
  return {
      gauge({"betex_fix_connections", "TCP connections on the FIX port."},
            sessions.connections.value()),
      gauge({"betex_fix_sessions_on", "FIX sessions that are logged on."},
            sessions.sessions_on.value()),
      counter({"betex_fix_connections_accepted_total", "Connections accepted."},
              sessions.connections_accepted.value()),
      counter({"betex_fix_connections_refused_total",
               "Connections refused by a limit, an address or an unknown session."},
              sessions.connections_refused.value()),
      counter({"betex_fix_handshakes_failed_total", "TLS handshakes that failed."},
              sessions.handshakes_failed.value()),
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
      counter({"betex_fix_probes_total", "Sessions asked whether they live, for another logon."},
              sessions.probes.value()),
      counter({"betex_fix_probes_failed_total", "Of these, those that did not answer."},
              sessions.probes_failed.value()),
      sessions_ended(sessions),
      counter({"betex_fix_scheduled_resets_total", "Sessions begun anew by the clock."},
              sessions.scheduled_resets.value()),
  };
}

std::vector<MetricFamily> of_messages(const fix::SessionMetrics& sessions) {
  return {
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
      counter({"betex_fix_resends_total", "ResendRequests served."}, sessions.resends.value()),
      counter({"betex_fix_reports_out_total", "Reports sent."}, sessions.reports_out.value()),
      counter({"betex_fix_bytes_out_total", "Bytes written to FIX sockets."},
              sessions.bytes_out.value()),
      counter({"betex_fix_slow_readers_total", "Sessions disconnected for not reading."},
              sessions.slow_readers.value()),
      counter({"betex_fix_reports_held_total",
               "Times that a session got no further report before it proved what it has."},
              sessions.reports_held.value()),
  };
}

std::vector<MetricFamily> of_cache(const Sources& from) {
  return {
      gauge({"betex_cache_unproven_bytes",
             "Reports in the session cache that no client has proven to have."},
            from.cache.space().unproven()),
      gauge({"betex_cache_kept_bytes", "Messages in the session cache."}, from.cache.kept_bytes()),
      gauge({"betex_cache_size_bytes", "Room for messages in the session cache."},
            from.cache.capacity()),
      counter({"betex_cache_commits_total", "Messages whose numbers the session cache has taken."},
              from.sessions.cache_commits.value()),
  };
}

}  // namespace

GatewayMetrics::GatewayMetrics(const HealthSource& health, const CertificateExpiries& certificates)
    : health_{health}, made_at_{std::chrono::system_clock::now()}, certificates_{certificates} {}

void GatewayMetrics::set_certificates(const CertificateExpiries& certificates) {
  const std::lock_guard lock{mutex_};
  certificates_ = certificates;
}

void GatewayMetrics::read_from(const Sources& sources) {
  const std::lock_guard lock{mutex_};
  sources_.emplace(sources);
}

void GatewayMetrics::read_from(const ClusterSources& sources) {
  const std::lock_guard lock{mutex_};
  cluster_.emplace(sources);
}

std::vector<MetricFamily> GatewayMetrics::Collect() const {
  std::vector<MetricFamily> families{
      gauge({"process_start_time_seconds", "When the gateway started, since 1970, UTC."},
            std::chrono::nanoseconds{made_at_.time_since_epoch()}),
      gauge({"betex_ready", "1 while /readyz says so: orders are taken."},
            health_.why_not_ready() ? 0 : 1),
  };
  // Not under the lock: whoever scrapes waits for nobody else who does.
  const auto [expiries, cluster, sources] = [this] {
    const std::lock_guard lock{mutex_};
    return std::tuple{certificates_, cluster_, sources_};
  }();
  const auto add = [&families](std::vector<MetricFamily> more) {
    std::move(more.begin(), more.end(), std::back_inserter(families));
  };
  if (auto family = certificates(expiries)) {
    families.push_back(*std::move(family));
  }
  if (cluster) {
    add(cluster_metrics(*cluster));
  }
  if (sources) {
    add(collect(*sources));
  }
  return families;
}

std::vector<MetricFamily> GatewayMetrics::collect(const Sources& from) {
  std::vector<MetricFamily> families;
  const auto add = [&families](std::vector<MetricFamily> part) {
    std::move(part.begin(), part.end(), std::back_inserter(families));
  };
  add(of_requests(from));
  add(of_rings(from));
  add(of_log(from));
  add(of_clocks(from));
  add(of_connections(from.sessions));
  add(of_messages(from.sessions));
  add(of_cache(from));
  add(market_data_metrics(from.market_data));
  add(replay_metrics(from.replays, from.earlier_reports));
  families.push_back(
      counter({"betex_log_lines_dropped_total",
               "Lines of the log that were not written: it was too slow, or its disk full."},
              log_lines_dropped()));
  return families;
}

}  // namespace betex::gateway

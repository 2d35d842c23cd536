#include "gateway/page/alarms.h"

#include <array>
#include <cmath>
#include <optional>

namespace betex::gateway {
namespace {

constexpr double kClockSeconds = 5;
constexpr double kRingShare = 0.8;
constexpr double kLagSlots = 4096;

struct Level {
  std::string_view gauge;
  double above;
  std::string_view text;  // after the figure
};

constexpr std::array kLevels{
    Level{"betex_journal_lag_slots", kLagSlots, "transactions wait for a commit"},
    Level{"betex_report_lag_slots", kLagSlots, "transactions wait for their reports"},
    Level{"betex_sessions_behind_report_horizon",
          0,
          "sessions have been away for 7 days and may lack reports"},
};

struct Counted {
  std::string_view counter;
  std::string_view text;
};

constexpr std::array kCounted{
    Counted{"betex_fix_logon_alarms_total", "somebody tries passwords or certificates"},
    Counted{"betex_fix_logons_too_low_total", "a client has seen another history than the log's"},
    Counted{"betex_fix_clients_ahead_total", "a client has seen what the log does not have"},
    Counted{"betex_fix_reports_held_total",
            "a session proves nothing to have arrived, and gets no more reports"},
    Counted{"betex_fix_slow_readers_total", "a session was disconnected for not reading"},
    Counted{"betex_log_lines_dropped_total", "lines of the log were not written"},
};

struct Ring {
  std::string_view name;
  std::string_view fill;
  std::string_view slots;
};

constexpr std::array kRings{
    Ring{"command", "betex_command_ring_fill", "betex_command_ring_slots"},
    Ring{"event", "betex_event_ring_fill", "betex_event_ring_slots"},
};

std::string whole(double value) {
  return std::to_string(std::llround(value));
}

}  // namespace

std::vector<std::string> Alarms::look(const HealthSource& health,
                                      const MetricValues& metrics,
                                      Steady::time_point now) {
  constexpr double kPercent = 100;
  std::vector<std::string> alarms;
  if (const std::optional<std::string> why = health.why_not_ready()) {
    alarms.push_back("orders are not taken: " + *why);
  }
  if (const std::optional<std::string> remark = health.remark()) {
    alarms.push_back("the gateway is " + *remark);
  }
  const double offset = metrics.value("betex_clock_offset_seconds").value_or(0);
  if (std::abs(offset) > kClockSeconds) {
    alarms.push_back("the machine's clock is " + whole(std::abs(offset)) + " s " +
                     (offset > 0 ? "behind" : "ahead of") + " session time");
  }
  for (const Ring& ring : kRings) {
    const auto fill = metrics.value(ring.fill);
    const auto slots = metrics.value(ring.slots);
    if (fill && slots && *fill > kRingShare * *slots) {
      alarms.push_back("the " + std::string{ring.name} + " ring is " +
                       whole(kPercent * *fill / *slots) + " % full");
    }
  }
  if (metrics.value("betex_md_up") == 0.0) {
    alarms.emplace_back("there is no market data: prices here are old");
  } else if (metrics.value("betex_md_away").value_or(0) > 0) {
    alarms.emplace_back("market data is far behind: prices here are late");
  }
  for (const Level& level : kLevels) {
    if (const auto value = metrics.value(level.gauge); value && *value > level.above) {
      alarms.push_back(whole(*value) + " " + std::string{level.text});
    }
  }
  for (const Counted& counted : kCounted) {
    if (rose(counted.counter, metrics, now)) {
      alarms.push_back("in the last ten minutes: " + std::string{counted.text});
    }
  }
  return alarms;
}

bool Alarms::rose(std::string_view counter, const MetricValues& metrics, Steady::time_point now) {
  const std::optional<double> value = metrics.value(counter);
  if (!value) {
    return false;
  }
  Count& count = counts_.try_emplace(counter, Count{.value = *value}).first->second;
  if (*value > count.value) {
    count = {.value = *value, .rose_at = now, .has_risen = true};
  }
  return count.has_risen && now - count.rose_at <= kTold;
}

}  // namespace betex::gateway

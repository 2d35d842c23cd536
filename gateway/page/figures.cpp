#include "gateway/page/figures.h"

#include <algorithm>

namespace betex::gateway {
namespace {

constexpr double kPercent = 100;
constexpr double kMsInSecond = 1000;

std::optional<double> percent(const MetricValues& metrics,
                              std::string_view fill,
                              std::string_view slots) {
  const auto filled = metrics.value(fill);
  const auto all = metrics.value(slots);
  return filled && all && *all > 0 ? std::optional{kPercent * *filled / *all} : std::nullopt;
}

}  // namespace

void Figures::add(const MetricValues& metrics, std::optional<double> segments, const Now& now) {
  const Before at_hand{.orders = metrics.histogram("betex_order_ack_seconds"),
                       .commits = metrics.histogram("betex_commit_seconds"),
                       .at = now.steady};
  const double seconds = std::chrono::duration<double>{at_hand.at - before_.at}.count();
  Sample sample{.time_ms = now.time_ms};
  if (at_hand.orders && before_.orders && seconds > 0) {
    sample[Series::Orders] = (at_hand.orders->count - before_.orders->count) / seconds;
  }
  if (at_hand.commits && before_.commits && at_hand.commits->count > before_.commits->count) {
    sample[Series::Commit] = kMsInSecond * (at_hand.commits->sum - before_.commits->sum) /
                             (at_hand.commits->count - before_.commits->count);
  }
  // An optional that is empty is less than all others.
  sample[Series::Ring] =
      std::max(percent(metrics, "betex_command_ring_fill", "betex_command_ring_slots"),
               percent(metrics, "betex_event_ring_fill", "betex_event_ring_slots"));
  sample[Series::Lag] = metrics.value("betex_journal_lag_slots");
  sample[Series::Durable] = metrics.value("betex_journal_durable_sequence");
  sample[Series::Segments] = segments;
  sample[Series::Disk] = metrics.value("betex_journal_disk_free_bytes");
  before_ = at_hand;
  samples_.push_back(sample);
  if (samples_.size() > kKept) {
    samples_.pop_front();
  }
}

}  // namespace betex::gateway

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
  const auto orders = metrics.histogram("betex_order_ack_seconds");
  const auto commits = metrics.histogram("betex_commit_seconds");
  // What is not counted yet, while the journal is replayed, begins at nothing.
  const Totals total{.orders = orders.value_or(HistogramTotals{}),
                     .commits = commits.value_or(HistogramTotals{}),
                     .at = now.steady};
  Sample sample{.time_ms = now.time_ms};
  if (before_ && orders && total.at > before_->at) {
    sample[Series::Orders] = (total.orders.count - before_->orders.count) /
                             std::chrono::duration<double>{total.at - before_->at}.count();
  }
  if (before_ && total.commits.count > before_->commits.count) {
    sample[Series::Commit] = kMsInSecond * (total.commits.sum - before_->commits.sum) /
                             (total.commits.count - before_->commits.count);
  }
  // An optional that is empty is less than all others.
  sample[Series::Ring] =
      std::max(percent(metrics, "betex_command_ring_fill", "betex_command_ring_slots"),
               percent(metrics, "betex_event_ring_fill", "betex_event_ring_slots"));
  sample[Series::Lag] = metrics.value("betex_journal_lag_slots");
  sample[Series::Durable] = metrics.value("betex_journal_durable_sequence");
  sample[Series::Segments] = segments;
  sample[Series::Disk] = metrics.value("betex_journal_disk_free_bytes");
  before_ = total;
  samples_.push_back(sample);
  if (samples_.size() > kKept) {
    samples_.pop_front();
  }
}

}  // namespace betex::gateway

#include "gateway/page/metric_values.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace betex::gateway {

using prometheus::MetricType;

MetricValues::MetricValues(const std::vector<const prometheus::Collectable*>& collectables) {
  for (const prometheus::Collectable* const collectable : collectables) {
    try {
      auto collected = collectable->Collect();
      std::move(collected.begin(), collected.end(), std::back_inserter(families_));
    } catch (const std::exception&) {  // the scrape says it; the page shows a gap
    }
  }
}

const prometheus::ClientMetric* MetricValues::find(std::string_view name, MetricType type) const {
  const auto family = std::ranges::find(families_, name, &prometheus::MetricFamily::name);
  return family == families_.end() || family->type != type || family->metric.size() != 1
             ? nullptr
             : &family->metric.front();
}

std::optional<double> MetricValues::value(std::string_view name) const {
  if (const auto* const gauge = find(name, MetricType::Gauge)) {
    return gauge->gauge.value;
  }
  if (const auto* const counter = find(name, MetricType::Counter)) {
    return counter->counter.value;
  }
  return std::nullopt;
}

std::optional<HistogramTotals> MetricValues::histogram(std::string_view name) const {
  if (const auto* const metric = find(name, MetricType::Histogram)) {
    return HistogramTotals{.count = static_cast<double>(metric->histogram.sample_count),
                           .sum = metric->histogram.sample_sum};
  }
  return std::nullopt;
}

}  // namespace betex::gateway

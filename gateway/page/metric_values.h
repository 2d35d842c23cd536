// Figures by name, out of what is scraped.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace betex::gateway {

struct HistogramTotals {
  double count = 0;
  double sum = 0;
};

// *Immutable*: as of its making.
class MetricValues {
 public:
  // All that these collect, now. What cannot be collected is absent.
  explicit MetricValues(const std::vector<const prometheus::Collectable*>& collectables);

  // Of a gauge or counter without labels. Nothing: there is none (yet).
  [[nodiscard]] std::optional<double> value(std::string_view name) const;
  [[nodiscard]] std::optional<HistogramTotals> histogram(std::string_view name) const;

 private:
  [[nodiscard]] const prometheus::ClientMetric* find(std::string_view name,
                                                     prometheus::MetricType type) const;

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace betex::gateway

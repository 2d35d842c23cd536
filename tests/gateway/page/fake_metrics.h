// Metrics as a test sets them.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace betex::gateway {

// *Thread-safe.*
class FakeMetrics : public prometheus::Collectable {
 public:
  void gauge(const std::string& name, double value) {
    prometheus::ClientMetric metric;
    metric.gauge.value = value;
    set(name, prometheus::MetricType::Gauge, metric);
  }

  void counter(const std::string& name, double value) {
    prometheus::ClientMetric metric;
    metric.counter.value = value;
    set(name, prometheus::MetricType::Counter, metric);
  }

  void histogram(const std::string& name, std::uint64_t count, double sum) {
    prometheus::ClientMetric metric;
    metric.histogram.sample_count = count;
    metric.histogram.sample_sum = sum;
    set(name, prometheus::MetricType::Histogram, metric);
  }

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    const std::lock_guard lock{mutex_};
    std::vector<prometheus::MetricFamily> all;
    for (const auto& [name, family] : families_) {
      all.push_back(family);
    }
    return all;
  }

 private:
  void set(const std::string& name,
           prometheus::MetricType type,
           const prometheus::ClientMetric& metric) {
    const std::lock_guard lock{mutex_};
    families_[name] = {name, "help", type, {metric}};
  }

  mutable std::mutex mutex_;
  std::map<std::string, prometheus::MetricFamily> families_;  // guarded by mutex_
};

}  // namespace betex::gateway

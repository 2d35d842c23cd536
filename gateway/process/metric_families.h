// The forms in which figures are given to Prometheus.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <prometheus/metric_family.h>

#include "gateway/pipeline/histogram.h"

namespace betex::gateway::metric {

struct Description {
  const char* name;
  const char* help;
};

[[nodiscard]] inline prometheus::MetricFamily gauge(const Description& description,
                                                    std::uint64_t value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = static_cast<double>(value);
  return {description.name, description.help, prometheus::MetricType::Gauge, {metric}};
}

// Seconds.
[[nodiscard]] inline prometheus::MetricFamily gauge(const Description& description,
                                                    std::chrono::nanoseconds value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = std::chrono::duration<double>{value}.count();
  return {description.name, description.help, prometheus::MetricType::Gauge, {metric}};
}

[[nodiscard]] inline prometheus::MetricFamily counter(const Description& description,
                                                      std::uint64_t value) {
  prometheus::ClientMetric metric;
  metric.counter.value = static_cast<double>(value);
  return {description.name, description.help, prometheus::MetricType::Counter, {metric}};
}

// A family of several figures, which a label tells apart.
class Labelled {
 public:
  // Counters or gauges.
  Labelled(const Description& description, prometheus::MetricType type, const char* label)
      : family_{description.name, description.help, type, {}}, label_{label} {}

  void add(std::string_view name, std::uint64_t value) {
    prometheus::ClientMetric& metric = family_.metric.emplace_back();
    metric.label = {{label_, std::string{name}}};
    if (family_.type == prometheus::MetricType::Counter) {
      metric.counter.value = static_cast<double>(value);
    } else {
      metric.gauge.value = static_cast<double>(value);
    }
  }

  [[nodiscard]] prometheus::MetricFamily take() { return std::move(family_); }

 private:
  prometheus::MetricFamily family_;
  const char* label_;
};

// In seconds.
[[nodiscard]] inline prometheus::MetricFamily histogram(const Description& description,
                                                        const Histogram& times) {
  const auto seconds = [](std::chrono::nanoseconds time) {
    return std::chrono::duration<double>{time}.count();
  };
  prometheus::ClientMetric metric;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < Histogram::kBounds; ++i) {
    so_far += times.counted(i);
    metric.histogram.bucket.push_back({so_far, seconds(Histogram::bound(i))});
  }
  metric.histogram.sample_count = so_far + times.counted(Histogram::kBounds);
  metric.histogram.sample_sum = seconds(times.total());
  return {description.name, description.help, prometheus::MetricType::Histogram, {metric}};
}

}  // namespace betex::gateway::metric

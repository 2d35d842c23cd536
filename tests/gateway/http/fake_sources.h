// What the HTTP port asks, as a test sets it.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "gateway/http/http_server.h"

namespace betex::gateway {

class FakeHealth : public HealthSource {
 public:
  std::optional<std::string> not_live;
  std::optional<std::string> not_ready;
  std::optional<std::string> not_started;
  std::optional<std::string> said;

  [[nodiscard]] std::optional<std::string> why_not_live() const override { return not_live; }

  [[nodiscard]] std::optional<std::string> why_not_ready() const override { return not_ready; }

  [[nodiscard]] std::optional<std::string> why_not_started() const override { return not_started; }

  [[nodiscard]] std::optional<std::string> remark() const override { return said; }
};

// One counter without labels.
class FakeCounter : public prometheus::Collectable {
 public:
  FakeCounter(std::string name, double value) : name_{std::move(name)}, value_{value} {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    prometheus::ClientMetric metric;
    metric.counter.value = value_;
    return {{name_, "help", prometheus::MetricType::Counter, {metric}}};
  }

 private:
  std::string name_;
  double value_;
};

class FailingCollectable : public prometheus::Collectable {
 public:
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    throw std::runtime_error{"no memory"};
  }
};

}  // namespace betex::gateway

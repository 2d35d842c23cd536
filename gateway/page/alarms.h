// What an operator should know at once, in words. What Prometheus alarms of, as far as it can be
// seen from here (config/prometheus_rules.yml says what to do).
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/http_server.h"
#include "gateway/page/metric_values.h"

namespace betex::gateway {

// *Owned by the page's strand.*
class Alarms {
 public:
  using Steady = std::chrono::steady_clock;

  // What was counted is told for so long.
  static constexpr std::chrono::minutes kTold{10};

  // One alarm a line, the gravest first. Called once a second.
  [[nodiscard]] std::vector<std::string> look(const HealthSource& health,
                                              const MetricValues& metrics,
                                              Steady::time_point now);

 private:
  struct Count {
    double value = 0;
    Steady::time_point rose_at;
    bool has_risen = false;
  };

  // It was higher than the time before at a look not longer ago than kTold.
  bool rose(std::string_view counter, const MetricValues& metrics, Steady::time_point now);

  std::map<std::string_view, Count> counts_;
};

}  // namespace betex::gateway

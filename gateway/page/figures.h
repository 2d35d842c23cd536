// The pipeline's figures, one sample a second, of the last ten minutes.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "gateway/page/metric_values.h"

namespace betex::gateway {

// The series of the charts; the page knows them by these names.
enum class Series : std::uint8_t {
  Orders,    // orders, replaces and cancels that were reported, a second
  Ring,      // the fuller of the two rings, percent
  Commit,    // ms, the mean of the commits since the last sample; none: there were none
  Lag,       // slots that are not durable
  Durable,   // the last durable event
  Segments,  // of the log
  Disk,      // bytes that are free
};

inline constexpr std::array<std::string_view, 7> kSeriesNames{
    "orders", "ring", "commit", "lag", "durable", "segments", "disk"};

struct Sample {
  std::int64_t time_ms = 0;  // since 1970
  std::array<std::optional<double>, kSeriesNames.size()> figures;

  [[nodiscard]] std::optional<double>& operator[](Series series) noexcept {
    return figures[static_cast<std::size_t>(series)];
  }
};

// *Owned by the page's strand.*
class Figures {
 public:
  using Steady = std::chrono::steady_clock;

  static constexpr std::size_t kKept = 600;

  struct Now {
    std::int64_t time_ms = 0;  // since 1970
    Steady::time_point steady;
  };

  // A sample more. `segments`: how many the log has, where that is known.
  void add(const MetricValues& metrics, std::optional<double> segments, const Now& now);

  // The oldest first.
  [[nodiscard]] const std::deque<Sample>& samples() const noexcept { return samples_; }

 private:
  struct Totals {
    HistogramTotals orders;
    HistogramTotals commits;
    Steady::time_point at;
  };

  std::deque<Sample> samples_;
  std::optional<Totals> before_;  // none before the first sample
};

}  // namespace betex::gateway

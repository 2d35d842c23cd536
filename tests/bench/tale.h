// What a benchmark of several chapters says as it goes: lines for people, and the figures once more
// as JSON at the end (json_line.h).
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tests/bench/json_line.h"
#include "tests/bench/load.h"

namespace betex::bench {

class Tale {
 public:
  explicit Tale(std::string benchmark) : line_{std::move(benchmark)} {}

  void chapter(const std::string& title);

  // As JsonLine::add().
  void tell(const std::string& name,
            double value,
            const std::string& unit,
            const std::optional<Beside>& beside = std::nullopt);

  // p50 and p99; `beside` has the same of something else. Throws std::runtime_error where nothing
  // was measured.
  void tell_times(const std::string& name,
                  const Micros& times,
                  const std::optional<std::pair<std::string, Micros>>& beside = std::nullopt);

  // The last line.
  void end() const;

 private:
  JsonLine line_;
};

}  // namespace betex::bench

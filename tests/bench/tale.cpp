#include "tests/bench/tale.h"

#include <cstdio>
#include <stdexcept>

#include <fmt/core.h>

namespace betex::bench {

void Tale::chapter(const std::string& title) {
  fmt::print("\n{}\n", title);
  std::fflush(stdout);
}

void Tale::tell(const std::string& name,
                double value,
                const std::string& unit,
                const std::optional<Beside>& beside) {
  fmt::print("  {:<66} {:>12.1f} {:<7}", name, value, unit);
  if (beside) {
    fmt::print("  {} {:.1f}", beside->name, beside->value);
  }
  fmt::print("\n");
  std::fflush(stdout);
  line_.add(name, value, unit, beside);
}

void Tale::tell_times(const std::string& name,
                      const Micros& times,
                      const std::optional<std::pair<std::string, Micros>>& beside) {
  if (times.empty()) {
    throw std::runtime_error{"nothing was measured: " + name};
  }
  for (const auto& [word, share] : {std::pair{"p50", 0.5}, std::pair{"p99", 0.99}}) {
    tell(fmt::format("{}, {}", name, word),
         percentile(times, share),
         "us",
         beside ? std::optional{Beside{beside->first, percentile(beside->second, share)}}
                : std::nullopt);
  }
}

void Tale::end() const {
  fmt::print("\n");
  line_.print();
}

}  // namespace betex::bench

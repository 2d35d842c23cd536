// The last line of a benchmark's output, which tests/bench/run reads: what was measured, by names
// and with units. What people read stands in the lines before it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace betex::bench {

// What a figure is held against: measured in the same run, in the figure's unit.
struct Beside {
  std::string name;
  double value = 0;
};

class JsonLine {
 public:
  explicit JsonLine(std::string benchmark);

  // `name` is no other figure's of this benchmark. Of a `unit` like "ns", "us" or "bytes" less is
  // better; of one with "/s" more is.
  void add(std::string name,
           double value,
           std::string unit,
           std::optional<Beside> beside = std::nullopt);

  // On standard output, as
  //   JSON {"benchmark": "x_bench", "figures": [{"name": "commit, p50", "value": 217.4,
  //     "unit": "us", "beside": {"name": "plain LMDB", "value": 216.0}}, ...]}
  // in one line, after which nothing may be printed.
  void print() const;

 private:
  struct Figure {
    std::string name;
    double value = 0;
    std::string unit;
    std::optional<Beside> beside;
  };

  std::string benchmark_;
  std::vector<Figure> figures_;
};

}  // namespace betex::bench

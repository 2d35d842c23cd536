// Whether a figure that is sampled over time stays where it is, but for what the work done
// meanwhile may add to it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace betex::test {

// What a figure may grow by between the second and the last quarter of the time.
struct Allowance {
  double slack = 0;        // whatever was done
  double per_message = 0;  // for each message that clients were told meanwhile
};

class SteadyFigure {
 public:
  // `name` and `unit` are for people.
  SteadyFigure(std::string name, std::string unit, Allowance allowance);

  // `messages`: that were told so far, to all clients together.
  void sample(double value, std::uint64_t messages);

  // There are enough for a judgement.
  [[nodiscard]] bool has_enough() const noexcept;

  // What is wrong: in the last quarter of the samples the figure's median is higher than in the
  // second one, by more than is allowed. Empty where nothing is. The first quarter is for warming
  // up: it counts for nothing.
  [[nodiscard]] std::string fault() const;

  // Name, medians and what was allowed, for people.
  [[nodiscard]] std::string told() const;

 private:
  struct Sample {
    double value = 0;
    double messages = 0;
  };

  struct Quarters {
    Sample second;  // medians
    Sample last;
    double allowed = 0;
  };

  [[nodiscard]] Sample median_of(std::size_t first, std::size_t last) const;
  [[nodiscard]] Quarters quarters() const;

  std::string name_;
  std::string unit_;
  Allowance allowance_;
  std::vector<Sample> samples_;
};

}  // namespace betex::test

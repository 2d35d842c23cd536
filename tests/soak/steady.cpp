#include "tests/soak/steady.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace betex::test {
namespace {

// With fewer samples a quarter's median says nothing.
constexpr std::size_t kFewestSamples = 16;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

SteadyFigure::SteadyFigure(std::string name, std::string unit, Allowance allowance)
    : name_{std::move(name)}, unit_{std::move(unit)}, allowance_{allowance} {}

void SteadyFigure::sample(double value, std::uint64_t messages) {
  samples_.push_back({.value = value, .messages = static_cast<double>(messages)});
}

SteadyFigure::Sample SteadyFigure::median_of(std::size_t first, std::size_t last) const {
  std::vector<double> values;
  std::vector<double> messages;
  for (std::size_t i = first; i < last; ++i) {
    values.push_back(samples_[i].value);
    messages.push_back(samples_[i].messages);
  }
  return {.value = median(std::move(values)), .messages = median(std::move(messages))};
}

SteadyFigure::Quarters SteadyFigure::quarters() const {
  const std::size_t count = samples_.size();
  Quarters found{.second = median_of(count / 4, count / 2),
                 .last = median_of(count - count / 4, count)};
  found.allowed =
      allowance_.slack + allowance_.per_message * (found.last.messages - found.second.messages);
  return found;
}

bool SteadyFigure::has_enough() const noexcept {
  return samples_.size() >= kFewestSamples;
}

std::string SteadyFigure::fault() const {
  if (!has_enough()) {
    return name_ + " was sampled " + std::to_string(samples_.size()) + " times, which says nothing";
  }
  const Quarters found = quarters();
  return found.last.value - found.second.value > found.allowed ? told() : std::string{};
}

std::string SteadyFigure::told() const {
  if (!has_enough()) {
    return fault();
  }
  const Quarters found = quarters();
  char text[256];
  std::snprintf(text,
                sizeof(text),
                "%s: %.1f, later %.1f %s; %.1f more were allowed, for %.0f messages",
                name_.c_str(),
                found.second.value,
                found.last.value,
                unit_.c_str(),
                found.allowed,
                found.last.messages - found.second.messages);
  return text;
}

}  // namespace betex::test

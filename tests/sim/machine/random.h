// Where a simulation's chances come from: streams of numbers that a seed and a name give, the same
// on every machine. Each part has a stream of its own, so that one that is left out, when a failing
// run is made smaller, changes nothing for the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace betex::sim {

class Random {
 public:
  Random(std::uint64_t seed, std::string_view stream) noexcept;

  std::uint64_t next() noexcept;

  // 0 to `count` - 1; `count` is at least 1.
  std::size_t below(std::size_t count) noexcept { return next() % count; }

  // `from` to `to`, both included.
  std::int64_t between(std::int64_t from, std::int64_t to) noexcept;

  // True in `percent` of 100 cases, 0 to 100.
  bool chance(double percent) noexcept;

 private:
  std::uint64_t state_;
};

}  // namespace betex::sim

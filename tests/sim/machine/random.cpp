#include "tests/sim/machine/random.h"

namespace betex::sim {
namespace {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;

}  // namespace

Random::Random(std::uint64_t seed, std::string_view stream) noexcept : state_{mixed(seed + kStep)} {
  for (const char letter : stream) {
    state_ = mixed(state_ ^ static_cast<unsigned char>(letter));
  }
}

std::uint64_t Random::next() noexcept {
  return mixed(state_ += kStep);
}

std::int64_t Random::between(std::int64_t from, std::int64_t to) noexcept {
  return from + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(to - from + 1));
}

bool Random::chance(double percent) noexcept {
  constexpr double kBits = 9007199254740992.0;  // 2^53
  return static_cast<double>(next() >> 11U) / kBits * 100.0 < percent;
}

}  // namespace betex::sim

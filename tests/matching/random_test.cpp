// The engine against the reference engine on random streams, event by event, with the invariants
// checked after every command, and replayed in lockstep.
#include <cstdint>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "tests/matching/comparison.h"

namespace betex::matching::testing {
namespace {

constexpr std::uint64_t kCommandsPerStream = 20'000;

bool run_stream(std::uint64_t seed) {
  return Comparison{std::mt19937_64{seed}}.run(kCommandsPerStream);
}

// BETEX_SEED=n runs that stream alone.
TEST(RandomStreams, EngineSaysWhatTheReferenceSays) {
  if (const char* const seed = std::getenv("BETEX_SEED")) {
    EXPECT_TRUE(run_stream(std::strtoull(seed, nullptr, 10)));
    return;
  }
  const bool is_long = std::getenv("BETEX_LONG") != nullptr;
  const std::uint64_t streams = (is_long ? 10'000'000 : 200'000) / kCommandsPerStream;
  for (std::uint64_t seed = 1; seed <= streams; ++seed) {
    ASSERT_TRUE(run_stream(seed)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace betex::matching::testing

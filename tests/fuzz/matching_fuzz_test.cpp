// The fuzz target over inputs of its own, so that it is built and run everywhere.
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

TEST(MatchingFuzz, RunsOverRandomBytes) {
  std::mt19937_64 random{1};
  for (int run = 0; run < 20; ++run) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(run) * 1'000);
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
  }
}

}  // namespace

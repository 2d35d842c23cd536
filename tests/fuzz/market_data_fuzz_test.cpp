// The market data's fuzz target without a fuzzer: over its corpus, and over damaged copies of it.
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/damage.h"

namespace betex::test {
namespace {

TEST(MarketDataFuzz, SurvivesTheCorpus) {
  const std::vector<std::string> inputs = corpus_of("market_data");
  ASSERT_GT(inputs.size(), 20U);
  for (const std::string& input : inputs) {
    run_target(input);
  }
}

TEST(MarketDataFuzz, SurvivesDamagedInputs) {
  const std::vector<std::string> inputs = corpus_of("market_data");
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  for (int round = 0; round < 5'000; ++round) {
    run_target(damaged(inputs[random() % inputs.size()], random));
  }
}

}  // namespace
}  // namespace betex::test

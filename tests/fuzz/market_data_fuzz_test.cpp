// The market data's fuzz target without a fuzzer: over its corpus, and over damaged copies of it.
#include <gtest/gtest.h>

#include "tests/fuzz/corpus.h"

namespace betex::test {
namespace {

TEST(MarketDataFuzz, SurvivesTheCorpus) {
  run_over_corpus("market_data", 20);
}

TEST(MarketDataFuzz, SurvivesDamagedInputs) {
  run_over_damaged_corpus("market_data", 5'000);
}

}  // namespace
}  // namespace betex::test

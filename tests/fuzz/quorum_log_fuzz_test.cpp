// The quorum log's fuzz target without a fuzzer: over its corpus, and over damaged copies of it.
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/damage.h"

namespace betex::test {
namespace {

TEST(QuorumLogFuzz, SurvivesTheCorpus) {
  const std::vector<std::string> inputs = corpus_of("quorum_log");
  ASSERT_GT(inputs.size(), 20U);
  for (const std::string& input : inputs) {
    run_target(input);
  }
}

TEST(QuorumLogFuzz, SurvivesDamagedInputs) {
  const std::vector<std::string> inputs = corpus_of("quorum_log");
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  for (int round = 0; round < 20'000; ++round) {
    run_target(damaged(inputs[random() % inputs.size()], random));
  }
}

}  // namespace
}  // namespace betex::test

// The quorum log's fuzz target without a fuzzer: over its corpus, and over damaged copies of it.
#include <gtest/gtest.h>

#include "tests/fuzz/corpus.h"

namespace betex::test {
namespace {

TEST(QuorumLogFuzz, SurvivesTheCorpus) {
  run_over_corpus("quorum_log", 20);
}

TEST(QuorumLogFuzz, SurvivesDamagedInputs) {
  run_over_damaged_corpus("quorum_log", 20'000);
}

}  // namespace
}  // namespace betex::test

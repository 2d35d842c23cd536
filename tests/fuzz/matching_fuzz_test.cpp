// The fuzz target without a fuzzer: over its corpus, and over inputs of its own.
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/corpus.h"

namespace betex::test {
namespace {

TEST(MatchingFuzz, SurvivesTheCorpus) {
  run_over_corpus("matching", 20);
}

TEST(MatchingFuzz, RunsOverRandomBytes) {
  std::mt19937_64 random{1};
  for (int run = 0; run < 20; ++run) {
    std::string bytes(static_cast<std::size_t>(run) * 1'000, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(random());
    }
    run_target(bytes);
  }
}

}  // namespace
}  // namespace betex::test

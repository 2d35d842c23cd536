// The session fuzz target without a fuzzer: over the corpus, and for a minute over damaged copies
// of it, in parts that can run side by side.
#include "tests/fuzz/session_fuzz.h"

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/damage.h"

namespace betex::test {
namespace {

constexpr int kParts = 6;
constexpr std::chrono::seconds kTimePerPart{10};
constexpr int kLeastInputs = 100;  // however slow the machine

TEST(SessionFuzz, SurvivesTheCorpus) {
  run_over_corpus("session", 50);
  EXPECT_GT(inputs_logged_on(), 10U) << "what comes behind a Logon is not reached";
}

class SessionFuzzPart : public testing::TestWithParam<int> {};

TEST_P(SessionFuzzPart, SurvivesDamagedInputs) {
  const std::vector<std::string> inputs = corpus_of("session");
  std::mt19937 random{static_cast<unsigned>(GetParam())};
  const auto end = std::chrono::steady_clock::now() + kTimePerPart;
  for (int i = 0; i < kLeastInputs || std::chrono::steady_clock::now() < end; ++i) {
    run_target(damaged(inputs[random() % inputs.size()], random));
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, SessionFuzzPart, testing::Range(0, kParts));

}  // namespace
}  // namespace betex::test

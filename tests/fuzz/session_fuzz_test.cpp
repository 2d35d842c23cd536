// The session fuzz target without a fuzzer: over the corpus, and for a minute over damaged copies
// of it, in parts that can run side by side.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/damage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kParts = 6;
constexpr std::chrono::seconds kTimePerPart{10};
constexpr int kLeastInputs = 100;  // however slow the machine

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::vector<std::string> corpus() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{std::string{BETEX_SOURCE_DIR} +
                                                               "/tests/fuzz/corpus/session"}) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs;
  for (const auto& file : files) {
    std::ifstream stream{file, std::ios::binary};
    inputs.emplace_back(std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{});
  }
  return inputs;
}

TEST(SessionFuzz, SurvivesTheCorpus) {
  const std::vector<std::string> inputs = corpus();
  ASSERT_GT(inputs.size(), 50U);
  for (const std::string& input : inputs) {
    run(input);
  }
}

class SessionFuzzPart : public testing::TestWithParam<int> {};

TEST_P(SessionFuzzPart, SurvivesDamagedInputs) {
  const std::vector<std::string> inputs = corpus();
  std::mt19937 random{static_cast<unsigned>(GetParam())};
  const auto end = std::chrono::steady_clock::now() + kTimePerPart;
  for (int i = 0; i < kLeastInputs || std::chrono::steady_clock::now() < end; ++i) {
    run(betex::test::damaged(inputs[random() % inputs.size()], random));
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, SessionFuzzPart, testing::Range(0, kParts));

}  // namespace

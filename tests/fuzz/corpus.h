// The inputs in tests/fuzz/corpus, for the tests that run a fuzz target over them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/damage.h"
#include "tests/support/environment.h"

// What libFuzzer calls; each target defines it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace betex::test {

inline void run_target(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

// The inputs of a target, in the order of their files' names.
inline std::vector<std::string> corpus_of(const std::string& target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{std::string{BETEX_SOURCE_DIR} +
                                                               "/tests/fuzz/corpus/" + target}) {
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

// All of them, of which there must be more than so many.
inline void run_over_corpus(const std::string& target, std::size_t more_than) {
  const std::vector<std::string> inputs = corpus_of(target);
  ASSERT_GT(inputs.size(), more_than);
  for (const std::string& input : inputs) {
    run_target(input);
  }
}

// So many damaged copies of them.
inline void run_over_damaged_corpus(const std::string& target, int copies) {
  const std::vector<std::string> inputs = corpus_of(target);
  const unsigned seed = seed_from_environment();
  SCOPED_TRACE("BETEX_SEED=" + std::to_string(seed));
  std::mt19937 random{seed};
  for (int i = 0; i < copies; ++i) {
    run_target(damaged(inputs[random() % inputs.size()], random));
  }
}

}  // namespace betex::test

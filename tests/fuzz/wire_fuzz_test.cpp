// The fuzz target without a fuzzer: over its corpus, over the samples of fix_spec/, and over
// damaged copies of them.

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/damage.h"

namespace betex::test {
namespace {

std::vector<std::string> read_lines() {
  std::vector<std::string> lines;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::string{BETEX_SOURCE_DIR} + "/fix_spec/samples"}) {
    std::ifstream file{entry.path()};
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with('#')) {
        lines.push_back(line.substr(2));
      }
    }
  }
  return lines;
}

TEST(WireFuzz, SurvivesTheCorpus) {
  run_over_corpus("wire", 20);
}

TEST(WireFuzz, SurvivesTheSamples) {
  const std::vector<std::string> lines = read_lines();
  ASSERT_GT(lines.size(), 50U);
  for (int first = 0; first < 256; ++first) {
    std::string stream(1, static_cast<char>(first));
    for (const std::string& line : lines) {
      stream += "\n" + line;
    }
    run_target(stream);
  }
}

TEST(WireFuzz, SurvivesDamagedSamples) {
  const std::vector<std::string> lines = read_lines();
  std::mt19937 random{20261122};
  const auto below = [&](std::size_t n) { return random() % n; };
  for (int i = 0; i < 30'000; ++i) {
    std::string text = "\n" + lines[below(lines.size())];
    text.insert(text.begin(), static_cast<char>(below(256)));
    run_target(damaged(text, random));
  }
}

}  // namespace
}  // namespace betex::test

// The fuzz target without a fuzzer: over the corpus and over damaged copies of it.

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

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

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

TEST(WireFuzz, SurvivesTheSamples) {
  const std::vector<std::string> lines = read_lines();
  ASSERT_GT(lines.size(), 50U);
  for (int first = 0; first < 256; ++first) {
    std::string stream(1, static_cast<char>(first));
    for (const std::string& line : lines) {
      stream += "\n" + line;
    }
    run(stream);
  }
}

TEST(WireFuzz, SurvivesDamagedSamples) {
  const std::vector<std::string> lines = read_lines();
  std::mt19937 random{20261122};
  const auto below = [&](std::size_t n) { return random() % n; };
  for (int i = 0; i < 30'000; ++i) {
    std::string text = "\n" + lines[below(lines.size())];
    text.insert(text.begin(), static_cast<char>(below(256)));
    run(betex::test::damaged(text, random));
  }
}

}  // namespace

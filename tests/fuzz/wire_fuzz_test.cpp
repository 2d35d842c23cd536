// The fuzz target without a fuzzer: over the corpus and over damaged copies of it.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

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
    for (std::size_t changes = 1 + below(5); changes > 0; --changes) {
      const std::size_t at = below(text.size());
      switch (below(4)) {
        case 0:
          text[at] = static_cast<char>(below(256));
          break;
        case 1:
          text.erase(at, 1 + below(8));
          break;
        case 2:
          text.insert(at, text.substr(below(text.size()), below(20)));
          break;
        default:
          text.insert(at, 1, "|=0123456789"[below(12)]);
      }
    }
    run(text);
  }
}

}  // namespace

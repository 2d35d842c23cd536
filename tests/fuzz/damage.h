// What a fuzzer does to its inputs, without one: for the tests that run a fuzz target over its
// corpus.
#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace betex::test {

// Changes `text`, which must not be empty, in one to five places: bytes are replaced, taken out,
// copied from elsewhere or put in.
template <typename Random>
std::string damaged(std::string text, Random& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  for (std::size_t changes = 1 + below(5); changes > 0; --changes) {
    const std::size_t at = below(text.size());
    switch (below(4)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, std::min(1 + below(8), text.size() - 1));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(20)));
        break;
      default:
        text.insert(at, 1, "|=0123456789"[below(12)]);
    }
  }
  return text;
}

}  // namespace betex::test

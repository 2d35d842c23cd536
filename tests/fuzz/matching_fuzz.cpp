// The engine against the reference engine, with the choices of the stream taken from the fuzzer's
// bytes: two bytes a choice, and zeros when they are used up.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/matching/comparison.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using betex::matching::testing::Comparison;
  constexpr std::size_t kBytesPerCommand = 16;
  std::size_t at = 0;
  const auto next = [&]() -> std::uint64_t {
    std::uint64_t number = 0;
    for (int i = 0; i < 2; ++i) {
      number = number << 8 | (at < size ? data[at++] : 0U);
    }
    return number;
  };
  const std::string failure = Comparison{next}.run({.commands = size / kBytesPerCommand});
  if (!failure.empty()) {
    std::cerr << failure << std::endl;
    std::abort();
  }
  return 0;
}

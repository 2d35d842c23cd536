// The variables that preload a shim into a program (LD_PRELOAD).
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

namespace betex::test {

// The shim's file, with its own `settings` ("NAME=value"). It comes before a sanitizer's runtime,
// which would refuse that; what else the sanitizer was told stays.
[[nodiscard]] inline std::vector<std::string> preloading(const std::string& shim,
                                                         std::vector<std::string> settings) {
  const char* const options = std::getenv("ASAN_OPTIONS");
  settings.push_back("LD_PRELOAD=" + shim);
  settings.push_back("ASAN_OPTIONS=" + std::string{options == nullptr ? "" : options} +
                     ":verify_asan_link_order=0");
  return settings;
}

}  // namespace betex::test

// The variables that preload disk_shim into a program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace betex::test {

// For the files in `root`; `settings` are further ones of the shim's ("NAME=value").
inline std::vector<std::string> with_shim(const std::filesystem::path& root,
                                          std::vector<std::string> settings) {
  settings.insert(settings.end(),
                  {"LD_PRELOAD=" BETEX_DISK_SHIM,
                   // A sanitizer's runtime would have to come first.
                   "ASAN_OPTIONS=verify_asan_link_order=0",
                   "BETEX_DISK_ROOT=" + root.string()});
  return settings;
}

}  // namespace betex::test

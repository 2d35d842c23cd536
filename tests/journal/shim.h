// The variables that preload disk_shim into a program.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/preload.h"

namespace betex::test {

// For the files in `root`; `settings` are further ones of the shim's ("NAME=value").
inline std::vector<std::string> with_shim(const std::filesystem::path& root,
                                          std::vector<std::string> settings) {
  settings.push_back("BETEX_DISK_ROOT=" + root.string());
  return preloading(BETEX_DISK_SHIM, std::move(settings));
}

}  // namespace betex::test

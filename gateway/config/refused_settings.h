// QuickFIX's own session settings that are refused, since they would do something else here, or
// nothing, where one relies on them.
#pragma once

#include <string_view>

namespace betex::gateway {

struct RefusedSetting {
  std::string_view prefix;  // all keys that begin with it
  std::string_view problem;
  std::string_view remedy;
};

// Null when `key` is none of them. The result lives as long as the program.
[[nodiscard]] const RefusedSetting* find_refused_setting(std::string_view key);

}  // namespace betex::gateway

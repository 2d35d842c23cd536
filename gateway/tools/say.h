// What betex-fix says about itself and its session, on standard error: reports go to the Screen.
#pragma once

#include <string_view>

#include "journal/process/standard_streams.h"
#include "journal/quoted.h"

namespace betex::tools {

inline constexpr const char* kProgram = "betex-fix";

// A line; what a terminal would obey in it is shown instead.
inline void say(std::string_view what) {
  process::print_error(kProgram, journal::escaped(what, ""));
}

}  // namespace betex::tools

// How long tests wait for what must happen, on a machine that may be busy.
#pragma once

#include <chrono>

namespace betex::test {

inline constexpr std::chrono::seconds kPatience{40};

}  // namespace betex::test

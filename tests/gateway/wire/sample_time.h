// The moment that sample reports tell of.
#pragma once

#include "matching/types.h"

namespace betex::fix::testing {

inline constexpr matching::Timestamp kReportTime{1'795'357'231'000'001'000};

}  // namespace betex::fix::testing

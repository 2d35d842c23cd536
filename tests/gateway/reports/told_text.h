// What operators and those concerned are told, as a line a report: the type of message, then what
// it says, as NAME=VALUE in the order of the struct. What is absent is left out, and so are the
// event, which tests compare elsewhere, and the time.
#pragma once

#include <string>

#include "gateway/link/report.h"

namespace betex::gateway::testing {

// Of reports to brokers less: what tells one from another.
[[nodiscard]] std::string told(const fix::Report& report);

}  // namespace betex::gateway::testing

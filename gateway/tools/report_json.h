// Reports as JSON, for scripts.
#pragma once

#include <string>

#include "gateway/client/order_entry.h"

namespace betex::tools {

// An object on a line, with all that a reader of to_lines() is told. Prices and quantities are
// texts, as FIX has them; what FIX has as a number or a flag is one.
[[nodiscard]] std::string report_json(const client::Report& report);

}  // namespace betex::tools

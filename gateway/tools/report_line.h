// One readable line for each answer of the exchange.
#pragma once

#include <string>

#include "gateway/client/order_entry.h"

namespace betex::tools {

// Without a line end. Columns are aligned as long as symbols, quantities and prices are of usual
// size. Times are UTC.
std::string to_line(const client::Report& report);

// The answer says that the request was not carried out.
bool refused(const client::Report& report);

}  // namespace betex::tools

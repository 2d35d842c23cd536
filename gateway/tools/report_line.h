// Readable lines for the answers of the exchange.
#pragma once

#include <string>
#include <vector>

#include "gateway/client/order_entry.h"
#include "gateway/tools/tone.h"

namespace betex::tools {

// One line without a line end; of an answer that lists sessions one for each, of an instrument that
// is listed alone some more. Columns are aligned as long as symbols, quantities and prices are of
// usual size. Times are UTC.
std::vector<std::string> to_lines(const client::Report& report);

// What a reader should see at a glance.
Tone tone_of(const client::Report& report);

// The answer says that the request was not carried out.
bool refused(const client::Report& report);

}  // namespace betex::tools

// Changes of books as lines, for scripts and for people who read along.
#pragma once

#include <string>
#include <vector>

#include "gateway/client/message.h"
#include "gateway/client/subscription.h"

namespace betex::tools {

// The book as it is after the change, in a line, behind a line for each trade in it. Escaped.
[[nodiscard]] std::vector<std::string> price_lines(const client::ClientBook& book,
                                                   const client::BookChange& change);

// All that is known of the book after the change, as a JSON object on a line. Prices and quantities
// are texts, as FIX has them; levels are pairs of them, the best first.
[[nodiscard]] std::string price_json(const client::ClientBook& book,
                                     const client::BookChange& change);

// The instruments of a SecurityList(y) or SecurityListUpdateReport(BK), a JSON object each.
[[nodiscard]] std::vector<std::string> security_json(const client::Message& message);

// Why a MarketDataRequest was refused. Escaped.
[[nodiscard]] std::string refusal_line(const client::MarketDataReject& reject);
[[nodiscard]] std::string refusal_json(const client::MarketDataReject& reject);

}  // namespace betex::tools

// Words that pictures and lines of prices have in common.
#pragma once

#include <string>
#include <string_view>

#include "gateway/client/client_book.h"

namespace betex::tools {

// What the two sides of a book are for whoever comes to trade with them.
struct SideWords {
  std::string_view offers;
  std::string_view bids;
  std::string_view price;
};

[[nodiscard]] SideWords side_words(const client::ClientBook& book);

// "OPEN, in play, version 3"; of a book that is not in step that, and why.
[[nodiscard]] std::string state_text(const client::ClientBook& book);

// "last 2.04 x 30.00, matched 30.00".
[[nodiscard]] std::string traded_text(const client::ClientBook& book);

}  // namespace betex::tools

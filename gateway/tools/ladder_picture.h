// An instrument's book as a ladder for people: prices downward, what waits at each of them beside
// it, and as a bar.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "gateway/client/client_book.h"
#include "gateway/tools/screen.h"

namespace betex::tools {

inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// At most `most_lines`, which has room for a price of either side; where that is too few for all
// prices those about the best ones are shown. What is offered to backers (or buyers) stands on the
// left, what to layers (or sellers) on the right. Not escaped.
[[nodiscard]] std::vector<ScreenLine> ladder_picture(std::string_view symbol,
                                                     const client::ClientBook& book,
                                                     std::size_t most_lines);

}  // namespace betex::tools

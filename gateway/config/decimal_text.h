// Decimal numbers as configuration files have them: texts in quotes, since a TOML float is not
// exact.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "matching/types.h"

namespace betex::gateway {

// "0.01", exactly; none where it has more than `places` decimals, a sign, or does not fit.
[[nodiscard]] std::optional<matching::Decimal> parse_decimal(std::string_view text,
                                                             std::size_t places);

}  // namespace betex::gateway

// What the stream's address asks for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace betex::gateway {

// The market that `target` names by its query (?market=NAME, percent-encoded); empty where it names
// none. Nothing: what it names can be no market's name.
[[nodiscard]] std::optional<std::string> market_of(std::string_view target);

}  // namespace betex::gateway

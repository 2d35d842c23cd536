// "Did you mean …?" for a word that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace betex::gateway {

// The known word that is most like `word`; empty when none is like it. Case does not count.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& known);

// What to do about an unknown key: the nearest of the known ones, or all of them.
[[nodiscard]] std::string known_key_advice(std::string_view key,
                                           const std::vector<std::string>& known);

// "a, b, c"
[[nodiscard]] std::string comma_separated(const std::vector<std::string>& words);

}  // namespace betex::gateway

// What the word that is being typed may become, by the table of commands and the names seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/tools/known_names.h"

namespace betex::tools {

// `line` is what stands before the cursor; `own` are words of the prompt's beside the table's
// commands. The whole words in order, each of which begins with what is typed of the last one.
[[nodiscard]] std::vector<std::string> completions(std::string_view line,
                                                   const KnownNames& names,
                                                   const std::vector<std::string>& own);

// What all of them begin with.
[[nodiscard]] std::string common_beginning(const std::vector<std::string>& words);

}  // namespace betex::tools

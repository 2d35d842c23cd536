// Reads a text file that people edit by hand, and names what an editor puts into it unasked and
// nobody sees: a byte order mark, CR at the ends of lines, other control characters.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gateway/config/config_error.h"

namespace betex::gateway {

// The text without its byte order mark; nothing when the file cannot be read or is no text. Each
// kind of what is wrong becomes one finding, at its first line.
[[nodiscard]] std::optional<std::string> read_plain_text(const std::filesystem::path& file,
                                                         std::vector<Finding>& findings);

}  // namespace betex::gateway

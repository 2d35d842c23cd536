// config/credentials: one line for each username, as credential_line() makes it, blank lines and
// comments from '#'.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "gateway/config/config_error.h"
#include "gateway/config/credentials.h"

namespace betex::gateway {

// The lines that are right; nothing when the file cannot be read.
[[nodiscard]] std::optional<Credentials> load_credentials(const std::filesystem::path& file,
                                                          std::vector<Finding>& findings);

}  // namespace betex::gateway

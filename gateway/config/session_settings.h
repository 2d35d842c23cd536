// config/sessions.cfg: the FIX sessions. What each key means stands in the shipped file.
#pragma once

#include <filesystem>
#include <vector>

#include "gateway/config/config.h"

namespace betex::gateway {

// All sessions that can be read; everything that is wrong becomes a finding. Each session's
// username must be in `credentials`; null where they could not be read.
[[nodiscard]] std::vector<SessionConfig> load_sessions(const std::filesystem::path& file,
                                                       const Credentials* credentials,
                                                       std::vector<Finding>& findings);

}  // namespace betex::gateway

// config/sessions.cfg: the FIX sessions. What each key means stands in the shipped file.
#pragma once

#include <filesystem>
#include <vector>

#include "gateway/config/config.h"

namespace betex::gateway {

// What sessions may refer to.
struct SessionReferences {
  const Credentials* credentials = nullptr;  // null: could not be read
  bool tls = false;                          // there is a port for it, and the same for market data
  bool market_data_tls = false;
  bool client_certificates = false;  // clients are asked for certificates
};

// All sessions that can be read; everything that is wrong becomes a finding. The username of a
// session with a password must be in the credentials.
[[nodiscard]] std::vector<SessionConfig> load_sessions(const std::filesystem::path& file,
                                                       const SessionReferences& context,
                                                       std::vector<Finding>& findings);

}  // namespace betex::gateway

// Files with secrets in them that every user of the machine may read.
#pragma once

#include <string>
#include <vector>

#include "gateway/config/config.h"

namespace betex::gateway {

// One line each, for the log at the start: the credentials file, the TLS key, and what shows etcd
// who this node is. A group that may read them is somebody's decision and is not named.
[[nodiscard]] std::vector<std::string> open_secrets(const Config& config);

}  // namespace betex::gateway

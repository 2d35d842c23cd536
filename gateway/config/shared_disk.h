// What is to be said of a log's folder that several machines have: [cluster] mode = "shared-disk".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/config.h"

namespace betex::gateway {

// The name of a file system that one machine at a time may have mounted, by its statfs(2) type;
// none for all others.
[[nodiscard]] std::optional<std::string_view> mounted_once(std::uint64_t type) noexcept;

// One line each, for the log; none in another mode. Looks at the file system of [wal] root.
[[nodiscard]] std::vector<std::string> warnings_of_shared_disk(const Config& config);

// The same where that file system is of this type.
[[nodiscard]] std::vector<std::string> warnings_of_shared_disk(const ClusterConfig& cluster,
                                                               std::uint64_t type);

}  // namespace betex::gateway

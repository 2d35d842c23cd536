// [cluster] of gateway.toml. What each key means stands in the shipped file.
#pragma once

#include <string_view>

#include "gateway/config/config.h"
#include "gateway/config/section_reader.h"

namespace betex::gateway {

// At most 31 of A-Z, a-z, 0-9, _, . and -; also where there is none.
[[nodiscard]] bool is_cluster_name(std::string_view text) noexcept;

void read_cluster(SectionReader reader, ClusterConfig& cluster);

}  // namespace betex::gateway

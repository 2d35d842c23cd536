// [cluster] of gateway.toml. What each key means stands in the shipped file.
#pragma once

#include "gateway/config/config.h"
#include "gateway/config/section_reader.h"

namespace betex::gateway {

void read_cluster(SectionReader reader, ClusterConfig& cluster);

}  // namespace betex::gateway

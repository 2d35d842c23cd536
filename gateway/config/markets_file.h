// config/markets.toml: the markets that are created at the first start on an empty WAL.
#pragma once

#include <filesystem>
#include <vector>

#include "gateway/config/config.h"

namespace betex::gateway {

[[nodiscard]] std::vector<MarketConfig> load_markets(const std::filesystem::path& file,
                                                     std::vector<Finding>& findings);

}  // namespace betex::gateway

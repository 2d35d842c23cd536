// A look at a gateway's figures.
#pragma once

#include <cstdint>
#include <string>

namespace betex::bench {

// A figure of /metrics without labels. Throws std::runtime_error where there is none of that name.
[[nodiscard]] double scrape(std::uint16_t http_port, const std::string& name);

}  // namespace betex::bench

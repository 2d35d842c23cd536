// The page's files, as they stand in assets/.
#pragma once

#include <span>
#include <string_view>

namespace betex::gateway {

struct Asset {
  std::string_view name;  // of the file
  std::string_view text;
};

[[nodiscard]] std::span<const Asset> assets() noexcept;

}  // namespace betex::gateway

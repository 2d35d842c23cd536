// Is a session cache whole? LMDB trusts its pages: a truncated file is a SIGBUS, a flipped bit may
// be a wild read. So all of it is read once in a child process, before this one maps it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace betex::fix {

// What is wrong with the cache in `folder`, which nobody has open; none where it can be used.
// Throws std::system_error where no child process can be had.
[[nodiscard]] std::optional<std::string> find_cache_damage(const std::filesystem::path& folder);

}  // namespace betex::fix

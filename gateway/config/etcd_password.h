// The password with which a node of a cluster logs on to etcd.
#pragma once

#include <filesystem>
#include <string>

namespace betex::gateway {

// The first line of `file`; empty, as nobody logs on, where no file is given. Throws ConfigError
// where it cannot be read, is no text or begins with an empty line.
[[nodiscard]] std::string read_etcd_password(const std::filesystem::path& file);

}  // namespace betex::gateway

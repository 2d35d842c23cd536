// Where betex-conformance takes the sessions' passwords from: never the command line, which
// everybody on the machine can read (ps).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace betex::conformance {

inline constexpr const char* kPasswordVariable = "BETEX_CONFORMANCE_PASSWORD";

// The lines of `file`, one for each connection; where that is empty the environment's
// BETEX_CONFORMANCE_PASSWORD, one for all; else that of the demo sessions. Never empty. Throws
// std::runtime_error: from where, and what is wrong, without the password.
[[nodiscard]] std::vector<std::string> read_passwords(const std::filesystem::path& file);

// Of the nth connection: the last one is for all that follow.
[[nodiscard]] const std::string& password_of(const std::vector<std::string>& passwords,
                                             std::size_t connection);

}  // namespace betex::conformance

// betex-gateway --hash-password: makes a line of the credentials file.
#pragma once

#include <cstdint>
#include <string>

namespace betex::gateway {

enum class PasswordSource : std::uint8_t { StandardInput, Generated };

// Prints the line of `username` on standard output. A generated password is shown on standard
// error, this once. Returns the exit code.
[[nodiscard]] int hash_password_command(const std::string& username, PasswordSource source);

}  // namespace betex::gateway

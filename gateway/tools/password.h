// Where betex-fix takes its password from: never the command line, which everybody on the machine
// can read (ps).
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "gateway/client/password.h"

namespace betex::tools {

inline constexpr const char* kPasswordVariable = "BETEX_FIX_PASSWORD";

// It cannot be read, or is none.
class PasswordError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The first line of `file`; where that is empty the environment's BETEX_FIX_PASSWORD; else that of
// the demo sessions. Throws PasswordError: from where, what is wrong, and what to do.
[[nodiscard]] client::Password read_password(const std::filesystem::path& file);

// A message for the eyes of whoever looks on: the values of Password(554) and NewPassword(925) as
// stars.
[[nodiscard]] std::string without_passwords(std::string_view frame);

}  // namespace betex::tools

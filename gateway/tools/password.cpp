#include "gateway/tools/password.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace betex::tools {
namespace {

constexpr const char* kDemoPassword = "demo";

// Empty: nothing. What an editor or another system's line ends leave behind is named: the gateway
// would only say that the password is wrong.
std::string what_is_wrong_with(const std::string& password) {
  if (password.empty()) {
    return "is empty";
  }
  if (password.starts_with("\xEF\xBB\xBF")) {
    return "begins with a byte order mark: save it without";
  }
  if (password.ends_with('\r')) {
    return "ends with a carriage return: give it Unix line ends";
  }
  const bool clean =
      std::ranges::none_of(password, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  return clean ? "" : "has control characters in it";
}

std::string first_line_of(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  std::string line;
  if (!std::getline(stream, line) && errno != 0) {
    throw PasswordError{"the password file " + file.string() + ": " + std::strerror(errno)};
  }
  return line;
}

std::string checked(const std::string& where, std::string password) {
  const std::string wrong = what_is_wrong_with(password);
  if (!wrong.empty()) {
    throw PasswordError{"the password in " + where + " " + wrong};
  }
  return password;
}

}  // namespace

std::string read_password(const std::filesystem::path& file) {
  if (!file.empty()) {
    return checked(file.string(), first_line_of(file));
  }
  const char* const variable = std::getenv(kPasswordVariable);
  return variable == nullptr ? kDemoPassword : checked(kPasswordVariable, variable);
}

}  // namespace betex::tools

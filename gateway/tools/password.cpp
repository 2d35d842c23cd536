#include "gateway/tools/password.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "gateway/config/password_text.h"

namespace betex::tools {
namespace {

constexpr const char* kDemoPassword = "demo";

std::string first_line_of(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  std::string line;
  if (!std::getline(stream, line) && errno != 0) {
    throw PasswordError{"the password file " + file.string() + ": " + std::strerror(errno)};
  }
  return line;
}

// What an editor or another system's line ends leave behind is named: the gateway would only say
// that the password is wrong.
std::string checked(const std::string& where, std::string password) {
  if (const auto wrong = gateway::wrong_password(password)) {
    throw PasswordError{"the password in " + where + " " + wrong->problem + ": " + wrong->remedy};
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

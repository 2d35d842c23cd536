#include "gateway/tools/password.h"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "gateway/config/password_text.h"

namespace betex::tools {
namespace {

constexpr const char* kDemoPassword = "demo";
constexpr std::size_t kUsualSize = 1024;  // of a line

// Without a buffer of the stream's, which would keep it, and in a text that does not grow.
client::Password first_line_of(const std::filesystem::path& file) {
  std::ifstream stream;
  stream.rdbuf()->pubsetbuf(nullptr, 0);
  std::string line;
  line.reserve(kUsualSize);
  errno = 0;
  stream.open(file, std::ios::binary);
  if (!std::getline(stream, line) && errno != 0) {
    throw PasswordError{"the password file " + file.string() + ": " + std::strerror(errno)};
  }
  client::Password password{line};
  client::wipe(line);
  return password;
}

// What an editor or another system's line ends leave behind is named: the gateway would only say
// that the password is wrong.
client::Password checked(const std::string& where, client::Password password) {
  if (const auto wrong = gateway::wrong_password(password.view())) {
    throw PasswordError{"the password in " + where + " " + wrong->problem + ": " + wrong->remedy};
  }
  return password;
}

}  // namespace

client::Password read_password(const std::filesystem::path& file) {
  if (!file.empty()) {
    return checked(file.string(), first_line_of(file));
  }
  const char* const variable = std::getenv(kPasswordVariable);
  return variable == nullptr ? client::Password{kDemoPassword}
                             : checked(kPasswordVariable, client::Password{variable});
}

}  // namespace betex::tools

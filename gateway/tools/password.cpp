#include "gateway/tools/password.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include <openssl/crypto.h>

#include "gateway/client/message.h"
#include "gateway/config/password_text.h"

namespace betex::tools {
namespace {

constexpr const char* kDemoPassword = "demo";
constexpr std::size_t kLongest = 1023;  // bytes; more is another file, or no end of one

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw PasswordError{"the password file " + file.string() + ": " + what};
}

// Without a buffer of the stream's, which would keep it.
client::Password first_line_of(const std::filesystem::path& file) {
  std::ifstream stream;
  stream.rdbuf()->pubsetbuf(nullptr, 0);
  errno = 0;
  stream.open(file, std::ios::binary);
  if (!stream.is_open()) {
    fail(file, std::strerror(errno));
  }
  std::array<char, kLongest + 1> line{};
  stream.getline(line.data(), line.size());
  const int error = errno;
  const bool has_end = !stream.eof() && !stream.fail();  // which counts, too
  const auto size = static_cast<std::size_t>(stream.gcount()) - (has_end ? 1 : 0);
  client::Password password{std::string_view{line.data(), size}};
  OPENSSL_cleanse(line.data(), line.size());
  if (stream.bad()) {
    fail(file, std::strerror(error));
  }
  if (stream.fail() && !stream.eof()) {
    fail(file, "its first line is longer than " + std::to_string(kLongest) + " bytes");
  }
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

std::string without_passwords(std::string_view frame) {
  std::string text{frame};
  for (const std::string_view field : {"\x01"
                                       "554=",
                                       "\x01"
                                       "925="}) {
    const std::size_t at = text.find(field);
    if (at != std::string::npos) {
      const std::size_t value = at + field.size();
      const std::size_t length = std::min(text.find(client::kSoh, value), text.size()) - value;
      OPENSSL_cleanse(text.data() + value, length);  // also what moves away of it
      text.replace(value, length, "***");
    }
  }
  return text;
}

}  // namespace betex::tools

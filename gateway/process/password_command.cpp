#include "gateway/process/password_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <openssl/crypto.h>
#include <unistd.h>

#include "gateway/config/credentials.h"
#include "gateway/config/password_text.h"
#include "journal/process/command_line.h"

namespace betex::gateway {
namespace {

// The first line, without its newline. Not by std::cin, whose buffer would keep it.
Secret read_line_from_stdin() {
  std::array<char, 4096> buffer;
  std::size_t size = 0;
  const auto line_end = [&] { return std::find(buffer.begin(), buffer.begin() + size, '\n'); };
  while (size < buffer.size() && line_end() == buffer.begin() + size) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data() + size, buffer.size() - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      throw std::system_error{errno, std::generic_category(), "standard input cannot be read"};
    }
    if (count == 0) {
      break;
    }
    size += static_cast<std::size_t>(count);
  }
  Secret line{{buffer.data(), static_cast<std::size_t>(line_end() - buffer.begin())}};
  OPENSSL_cleanse(buffer.data(), buffer.size());
  return line;
}

void print_line(const std::string& username, const PasswordHash& hash) {
  std::printf("%s\n", credential_line(username, hash).c_str());
}

}  // namespace

int hash_password_command(const std::string& username, PasswordSource source) {
  if (source == PasswordSource::Generated) {
    const Secret password = generate_password();
    print_line(username, hash_generated_password(password.view()));
    std::fprintf(stderr,
                 "the password of %s, which is kept nowhere: %.*s\n",
                 username.c_str(),
                 static_cast<int>(password.view().size()),
                 password.view().data());
    return EXIT_SUCCESS;
  }
  const Secret password = read_line_from_stdin();
  if (const auto wrong = wrong_password(password.view())) {
    std::fprintf(stderr,
                 "--hash-password reads the password from standard input; it %s: %s\n",
                 wrong->problem.c_str(),
                 wrong->remedy.c_str());
    return process::kExitUsage;
  }
  print_line(username, hash_password(password.view()));
  return EXIT_SUCCESS;
}

}  // namespace betex::gateway

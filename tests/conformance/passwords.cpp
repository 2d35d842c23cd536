#include "tests/conformance/passwords.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "gateway/config/password_text.h"

namespace betex::conformance {
namespace {

void check(const std::string& password, const std::string& where) {
  if (const auto wrong = gateway::wrong_password(password)) {
    throw std::runtime_error{"the password in " + where + " " + wrong->problem + ": " +
                             wrong->remedy};
  }
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream stream{file, std::ios::binary};
  for (std::string line; std::getline(stream, line);) {
    check(line, "line " + std::to_string(lines.size() + 1) + " of " + file.string());
    lines.push_back(line);
  }
  if (lines.empty()) {
    throw std::runtime_error{file.string() + " has no password, or cannot be read"};
  }
  return lines;
}

}  // namespace

std::vector<std::string> read_passwords(const std::filesystem::path& file) {
  if (!file.empty()) {
    return lines_of(file);
  }
  const char* const variable = std::getenv(kPasswordVariable);
  if (variable == nullptr) {
    return {"demo"};
  }
  check(variable, kPasswordVariable);
  return {variable};
}

const std::string& password_of(const std::vector<std::string>& passwords, std::size_t connection) {
  return passwords[std::min(connection, passwords.size() - 1)];
}

}  // namespace betex::conformance

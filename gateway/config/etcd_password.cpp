#include "gateway/config/etcd_password.h"

#include <optional>
#include <utility>
#include <vector>

#include "gateway/config/config_error.h"
#include "gateway/config/plain_text.h"

namespace betex::gateway {

std::string read_etcd_password(const std::filesystem::path& file) {
  if (file.empty()) {
    return {};
  }
  std::vector<Finding> findings;
  const std::optional<std::string> text = read_plain_text(file, findings);
  std::string password = text ? text->substr(0, text->find('\n')) : std::string{};
  if (findings.empty() && password.empty()) {
    findings.push_back({.file = file,
                        .line = 0,
                        .key = "cluster.etcd_password_file",
                        .problem = "holds no password",
                        .remedy = "write the password of etcd_user into its first line"});
  }
  if (!findings.empty()) {
    throw ConfigError{std::move(findings)};
  }
  return password;
}

}  // namespace betex::gateway

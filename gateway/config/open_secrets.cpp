#include "gateway/config/open_secrets.h"

#include <filesystem>
#include <system_error>

namespace betex::gateway {

std::vector<std::string> open_secrets(const Config& config) {
  std::vector<std::string> lines;
  const auto look_at = [&](const std::string& what, const std::filesystem::path& file) {
    std::error_code error;  // a file that is not there is no secret
    const auto status = std::filesystem::status(file, error);
    if (std::filesystem::exists(status) &&
        (status.permissions() & std::filesystem::perms::others_read) !=
            std::filesystem::perms::none) {
      lines.push_back(what + " " + file.string() +
                      " may be read by every user of this machine: chmod o-r " + file.string());
    }
  };
  look_at("the credentials file", config.fix.credentials_file);
  if (config.fix.tls) {
    look_at("the TLS key", config.fix.tls->key);
  }
  look_at("the key for etcd", config.cluster.etcd.key);
  look_at("the password for etcd", config.cluster.etcd.password_file);
  return lines;
}

}  // namespace betex::gateway

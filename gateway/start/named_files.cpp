#include "gateway/start/named_files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "gateway/config/etcd_password.h"
#include "gateway/session/dictionaries.h"
#include "gateway/start/fix_settings.h"
#include "gateway/transport/certificate_dates.h"
#include "gateway/transport/tls.h"
#include "journal/safe_path.h"

namespace betex::gateway {

namespace {

// What `read` complains about.
template <typename Read>
void collect(std::vector<Finding>& findings, const Read& read) {
  try {
    static_cast<void>(read());
  } catch (const ConfigError& error) {
    findings.insert(findings.end(), error.findings().begin(), error.findings().end());
  }
}

// The demo certificate is made where it is missing. It is one of the journal's folder's files, and
// no link or pipe, before OpenSSL opens it.
bool has_certificate(const TlsConfig& tls) {
  if (tls.demo) {
    journal::check_file(tls.certificate);
  }
  std::error_code error;
  return !tls.demo || std::filesystem::exists(tls.certificate, error);
}

// Without opening it, which would make it.
std::optional<Finding> why_not_writable(const std::filesystem::path& file) {
  std::error_code error;
  const bool there = std::filesystem::exists(file, error);
  if (there && std::filesystem::is_directory(file, error)) {
    return Finding{
        .file = file, .key = "log.file", .problem = "is a folder", .remedy = "name a file"};
  }
  if (::access((there ? file : file.parent_path()).c_str(), W_OK) == 0) {
    return std::nullopt;
  }
  return Finding{.file = file,
                 .key = "log.file",
                 .problem = std::string{"cannot be written: "} + std::strerror(errno),
                 .remedy = "name a file that this user may write"};
}

// Before somebody needs it who can tell nobody any more.
void check_readable(std::vector<Finding>& findings,
                    const std::string& key,
                    const std::filesystem::path& file) {
  std::error_code error;
  std::string problem;
  if (file.empty()) {
    return;
  }
  if (::access(file.c_str(), R_OK) != 0) {
    problem = std::string{"cannot be read: "} + std::strerror(errno);
  } else if (!std::filesystem::is_regular_file(file, error)) {
    problem = "is not a file";
  } else {
    return;
  }
  findings.push_back({.file = file,
                      .line = 0,
                      .key = key,
                      .problem = std::move(problem),
                      .remedy = "name a file that this user may read"});
}

// The program that a shell's command begins with, where it is named by its whole path; empty where
// that is not plain to see.
std::string program_of(std::string_view command) {
  constexpr std::string_view kOfPaths =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-";
  const auto end = std::min(command.find_first_not_of(kOfPaths), command.size());
  const bool is_word = command.starts_with('/') && (end == command.size() || command[end] == ' ');
  return std::string{command.substr(0, is_word ? end : 0)};
}

// That it is missing should not be found in the night of the first failover.
void check_command(std::vector<Finding>& findings,
                   const std::string& key,
                   const std::string& command) {
  const std::string program = program_of(command);
  if (!program.empty() && ::access(program.c_str(), X_OK) != 0) {
    findings.push_back({.file = program,
                        .line = 0,
                        .key = key,
                        .problem = std::string{"cannot be run: "} + std::strerror(errno),
                        .remedy = "name a program that this user may run"});
  }
}

// What this node shows etcd; none without a certificate.
std::optional<fix::TlsFiles> etcd_files(const ClusterConfig& cluster) {
  const EtcdConfig& etcd = cluster.etcd;
  if (cluster.mode == ClusterMode::Single || etcd.certificate.empty()) {
    return std::nullopt;
  }
  return fix::TlsFiles{.certificate = etcd.certificate,
                       .key = etcd.key,
                       .client_ca = etcd.ca,  // here: who has signed the members' certificates
                       .client_crl = {}};
}

void check_cluster_files(std::vector<Finding>& findings, const ClusterConfig& cluster) {
  const std::size_t others = findings.size();
  if (cluster.mode == ClusterMode::Single) {
    return;
  }
  if (cluster.authority == LeaseAuthority::Kubernetes) {
    check_readable(findings, "cluster.kubernetes_token_file", cluster.kubernetes.token_file);
    check_readable(findings, "cluster.kubernetes_ca", cluster.kubernetes.ca);
  }
  check_readable(findings, "cluster.etcd_ca", cluster.etcd.ca);
  check_readable(findings, "cluster.etcd_certificate", cluster.etcd.certificate);
  check_readable(findings, "cluster.etcd_key", cluster.etcd.key);
  const std::size_t before_password = findings.size();
  check_readable(findings, "cluster.etcd_password_file", cluster.etcd.password_file);
  if (findings.size() == before_password) {
    collect(findings, [&] { return read_etcd_password(cluster.etcd.password_file); });
  }
  check_command(findings, "cluster.fence_command", cluster.fence_command);
  check_command(findings, "cluster.seed_command", cluster.seed_command);
  if (const auto files = etcd_files(cluster); files && findings.size() == others) {
    collect(findings, [&] { return fix::make_tls_context(*files); });
  }
}

}  // namespace

void check_named_files(const Config& config) {
  std::vector<Finding> findings;
  if (!config.log.file.empty()) {
    if (auto finding = why_not_writable(config.log.file)) {
      findings.push_back(*std::move(finding));
    }
  }
  collect(findings, [&] { const fix::Dictionaries readable{config.fix.dictionaries}; });
  if (config.fix.tls && has_certificate(*config.fix.tls)) {
    collect(findings, [&] { return fix::make_tls_context(*tls_files(config)); });
  }
  check_cluster_files(findings, config.cluster);
  if (!findings.empty()) {
    throw ConfigError{std::move(findings)};
  }
}

std::vector<std::string> named_files_warnings(const Config& config) {
  std::vector<std::string> lines;
  for (const auto& files : {tls_files(config), etcd_files(config.cluster)}) {
    if (files) {
      const auto of_these =
          fix::certificate_date_warnings(*files, std::chrono::system_clock::now());
      lines.insert(lines.end(), of_these.begin(), of_these.end());
    }
  }
  return lines;
}

CertificateExpiries certificate_expiries(const Config& config) {
  const auto expiry = [](const std::optional<fix::TlsFiles>& files) {
    return files ? fix::first_expiry(files->certificate) : std::nullopt;
  };
  return {.fix = expiry(tls_files(config)), .etcd = expiry(etcd_files(config.cluster))};
}

}  // namespace betex::gateway

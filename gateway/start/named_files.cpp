#include "gateway/start/named_files.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include <unistd.h>

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
  if (!findings.empty()) {
    throw ConfigError{std::move(findings)};
  }
}

std::vector<std::string> named_files_warnings(const Config& config) {
  if (!config.fix.tls) {
    return {};
  }
  return fix::certificate_date_warnings(*tls_files(config), std::chrono::system_clock::now());
}

}  // namespace betex::gateway

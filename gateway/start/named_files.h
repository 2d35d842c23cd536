// The files that the configuration names and others read or write: certificates with their keys,
// data dictionaries, the log's file, what a node of a cluster shows of itself. They are held
// against each other before anything is started, so that --check-config knows all that a start can
// refuse for them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "gateway/config/config.h"

namespace betex::gateway {

// Throws ConfigError with everything that is wrong.
void check_named_files(const Config& config);

// What is right and will soon be wrong, one line each, for the log.
[[nodiscard]] std::vector<std::string> named_files_warnings(const Config& config);

// When certificates run out, of a chain the first of it; none: there is none, or none can be read.
struct CertificateExpiries {
  using Time = std::chrono::system_clock::time_point;

  std::optional<Time> fix;   // of the TLS ports
  std::optional<Time> etcd;  // that a node of a cluster shows its store
};

// As the files are now.
[[nodiscard]] CertificateExpiries certificate_expiries(const Config& config);

}  // namespace betex::gateway

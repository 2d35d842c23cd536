// When the certificates in our TLS files are good: one that has run out is found by the clients,
// one by one, and at the worst time.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gateway/transport/tls_files.h"

namespace betex::fix {

// One line for each certificate, ours with its chain and the clients' authorities, that is expired
// or not yet valid at `now`, or expires within 14 days. Files that cannot be read have none.
[[nodiscard]] std::vector<std::string> certificate_date_warnings(
    const TlsFiles& files, std::chrono::system_clock::time_point now);

// When the first of a file's certificates runs out: a chain is good for as long as all of it is.
// None: there is none, or one has a date that cannot be read.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> first_expiry(
    const std::filesystem::path& file);

}  // namespace betex::fix

// TLS 1.2 and 1.3 for the FIX port: the server's certificate, and who may sign the clients'.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "gateway/transport/tls_files.h"

namespace betex::fix {

// Immutable once made. Throws gateway::ConfigError: which file is wrong, and what to do.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_tls_context(const TlsFiles& files);

// The common name of the certificate that the peer has shown and our CA has signed; empty where
// there is none, or where it has no common name or several.
[[nodiscard]] std::string peer_certificate_name(SSL* connection);

// A self-signed certificate (EC, for localhost) and its key in one file, for trying things out on
// one machine. Leaves a file that is there as it is. Throws gateway::ConfigError where it cannot be
// written.
void make_demo_certificate(const std::filesystem::path& file);

}  // namespace betex::fix

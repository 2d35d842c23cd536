// What the TLS port is made of, for those who only pass it on.
#pragma once

#include <filesystem>

namespace betex::fix {

// PEM files.
struct TlsFiles {
  std::filesystem::path certificate;  // ours, with the chain that the clients lack
  std::filesystem::path key;          // may be in the same file
  std::filesystem::path client_ca;    // empty: no client is asked for a certificate
  std::filesystem::path client_crl;   // lists of each such authority; empty: none is revoked
};

}  // namespace betex::fix

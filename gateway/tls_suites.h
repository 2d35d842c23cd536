// The cipher suites of TLS 1.2, for both ends: authenticated encryption, and keys that nobody can
// recover later from the certificate's. TLS 1.3 has no others.
#pragma once

namespace betex::gateway {

// In OpenSSL's notation, which leaves out what does not fit the certificate.
inline constexpr const char* kTls12Suites = "ECDHE+AESGCM:ECDHE+CHACHA20";

}  // namespace betex::gateway

// How a client proves who it is.
#pragma once

#include <cstdint>

namespace betex::gateway {

// A certificate is one that our CA has signed, with the name that the session asks for: so there
// must be TLS.
enum class LogonProof : std::uint8_t { Password, Certificate, PasswordAndCertificate };

}  // namespace betex::gateway

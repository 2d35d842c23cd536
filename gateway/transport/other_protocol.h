// What somebody speaks who has come to the wrong port, told by the first bytes, so that the log can
// name it: a client set up for the other port is the commonest fault of a first connection.
#pragma once

#include <cstdint>
#include <string_view>

namespace betex::fix {

enum class Protocol : std::uint8_t { Unknown, Fix, Tls, Http };

[[nodiscard]] constexpr Protocol protocol_of(std::string_view first_bytes) noexcept {
  constexpr char kTlsHandshake = '\x16';
  constexpr std::string_view kHttpMethods[] = {
      "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "CONNECT ", "PRI "};
  if (first_bytes.starts_with("8=")) {
    return Protocol::Fix;
  }
  if (first_bytes.starts_with(kTlsHandshake)) {
    return Protocol::Tls;
  }
  for (const std::string_view method : kHttpMethods) {
    if (first_bytes.starts_with(method)) {
      return Protocol::Http;
    }
  }
  return Protocol::Unknown;
}

}  // namespace betex::fix

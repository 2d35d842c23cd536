// Where a server is, as its clients are told: "http://HOST:PORT" or "https://HOST:PORT".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace betex::gateway {

struct Endpoint {
  bool tls = false;
  std::string host;  // a name in small letters, or an IP address without brackets
  std::optional<std::uint16_t> port;

  // What is sent there leaves this machine for nobody.
  [[nodiscard]] bool is_loopback() const;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Nothing where `text` is not one: another scheme, no host, a port that is none, or anything behind
// it.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace betex::gateway

// Where a gateway may be: one address, or those of a cluster's nodes, of which one at a time takes
// sessions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/client/connection.h"
#include "gateway/client/session.h"

namespace betex::client {

struct GatewayAddress {
  std::string host;  // an IPv4 or IPv6 address, or a name
  std::uint16_t port = 0;

  friend bool operator==(const GatewayAddress&, const GatewayAddress&) = default;
};

// "HOST:PORT", or "[IPV6]:PORT"; none: it is neither.
[[nodiscard]] std::optional<GatewayAddress> parse_gateway(std::string_view text);

[[nodiscard]] std::string to_text(const GatewayAddress& address);

// One thread at a time.
class Gateways {
 public:
  // From the end of a node to the other's listening: its lease runs out, and more.
  static constexpr std::chrono::seconds kTakeover{15};

  // One address at least. `tls`: none: plain. `takeover`: of several addresses, a logon looks for
  // the one that takes it for so long at least.
  Gateways(std::vector<GatewayAddress> addresses,
           std::optional<TlsFiles> tls,
           Clock::duration takeover = kTakeover);

  // Logs the session on at the address that took it last, or the next one that takes it. Of several
  // addresses each is asked again and again until `timeout` is over, or the takeover, if that is
  // longer: while a standby takes over, nobody listens, and who led may have ended before its
  // answer. Throws what Session::logon() throws, and where none has taken it in time what the last
  // address had to say; LogonUnanswered, which says that too, where one has closed the connection
  // without an answer. A Logon that is refused in words is not tried elsewhere.
  void log_on(Session& session, ResetNumbers reset, Clock::duration timeout);

 private:
  void try_next(Session& session, ResetNumbers reset, Clock::duration timeout);

  std::vector<GatewayAddress> addresses_;
  std::optional<TlsFiles> tls_;
  Clock::duration takeover_;
  std::size_t at_ = 0;  // the one that is tried first
};

}  // namespace betex::client

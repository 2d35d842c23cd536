#include "gateway/client/gateways.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "gateway/client/error.h"

namespace betex::client {
namespace {

// A node that stands still takes the connection, and says nothing: the others must have their turn.
constexpr std::chrono::milliseconds kMostForOne{2000};
constexpr std::chrono::milliseconds kBetweenRounds{100};

}  // namespace

std::optional<GatewayAddress> parse_gateway(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find_first_of(":[]") != std::string_view::npos) {
    return std::nullopt;  // an IPv6 address without brackets has no port that can be told from it
  }
  const std::string_view port = text.substr(colon + 1);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (host.empty() || error != std::errc{} || end != port.data() + port.size() || number == 0) {
    return std::nullopt;
  }
  return GatewayAddress{.host = std::string{host}, .port = number};
}

std::string to_text(const GatewayAddress& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Gateways::Gateways(std::vector<GatewayAddress> addresses, std::optional<TlsFiles> tls)
    : addresses_{std::move(addresses)}, tls_{std::move(tls)} {}

void Gateways::log_on(Session& session, ResetNumbers reset, Clock::duration timeout) {
  if (addresses_.size() == 1) {
    return try_next(session, reset, timeout);
  }
  const Clock::time_point deadline = Clock::now() + std::max<Clock::duration>(timeout, kTakeover);
  for (std::size_t tried = 1;; ++tried) {
    const Clock::duration left = deadline - Clock::now();
    try {
      return try_next(session, reset, std::min<Clock::duration>(left, kMostForOne));
    } catch (const LogonRefused&) {
      throw;  // by one that leads
    } catch (const ProtocolError&) {
      throw;
    } catch (const ClientError&) {
      if (Clock::now() + kBetweenRounds >= deadline) {
        throw;
      }
    }
    at_ = (at_ + 1) % addresses_.size();
    if (tried % addresses_.size() == 0) {
      std::this_thread::sleep_for(kBetweenRounds);
    }
  }
}

void Gateways::try_next(Session& session, ResetNumbers reset, Clock::duration timeout) {
  const GatewayAddress& address = addresses_[at_];
  session.logon(tls_ ? Connection::open_tls(address.host, address.port, *tls_, timeout)
                     : Connection::open(address.host, address.port, timeout),
                reset,
                timeout);
}

}  // namespace betex::client

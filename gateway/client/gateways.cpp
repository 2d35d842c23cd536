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

// What has become of a Logon that nobody has answered, although one has taken the connection.
LogonUnanswered unanswered_by(const GatewayAddress& address, const std::string& last_trouble) {
  return LogonUnanswered{to_text(address) +
                         " closed the connection without an answer to the Logon, and no other "
                         "gateway took it in time: the password is wrong, or this session may not "
                         "log on from here, or the gateway ended just then; at last: " +
                         last_trouble};
}

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

Gateways::Gateways(std::vector<GatewayAddress> addresses,
                   std::optional<TlsFiles> tls,
                   Clock::duration takeover)
    : addresses_{std::move(addresses)}, tls_{std::move(tls)}, takeover_{takeover} {}

void Gateways::log_on(Session& session, ResetNumbers reset, Clock::duration timeout) {
  if (addresses_.size() == 1) {
    return try_next(session, reset, timeout);
  }
  const Clock::time_point deadline = Clock::now() + std::max(timeout, takeover_);
  const auto is_over = [deadline] { return Clock::now() + kBetweenRounds >= deadline; };
  const GatewayAddress* closed_by = nullptr;  // the last that did so without an answer
  for (std::size_t tried = 1;; ++tried) {
    const Clock::duration left = deadline - Clock::now();
    try {
      return try_next(session, reset, std::min<Clock::duration>(left, kMostForOne));
    } catch (const LogonUnanswered& error) {
      closed_by = &addresses_[at_];  // it has ended, perhaps: another one takes over then
      if (is_over()) {
        throw unanswered_by(*closed_by, error.what());
      }
    } catch (const LogonRefused&) {
      throw;  // by one that leads
    } catch (const ProtocolError&) {
      throw;
    } catch (const ClientError& error) {
      if (is_over() && closed_by != nullptr) {
        throw unanswered_by(*closed_by, error.what());
      }
      if (is_over()) {
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

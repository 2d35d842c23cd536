#include "gateway/config/endpoint.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "gateway/config/address_range.h"
#include "gateway/config/ip_address.h"

namespace betex::gateway {

namespace {

char in_small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_name(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

// Digits alone, 1 to 65535.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stopped != end || port == 0) {
    return std::nullopt;
  }
  return port;
}

// Takes the host off the front of `text`; empty where there is none.
std::string take_host(std::string_view& text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    const std::string_view inside = text.substr(1, end == std::string_view::npos ? 0 : end - 1);
    if (inside.find(':') == std::string_view::npos || !IpAddress::parse(inside)) {
      return {};
    }
    text.remove_prefix(end + 1);
    return std::string{inside};
  }
  std::string host{text.substr(0, text.find(':'))};
  text.remove_prefix(host.size());
  std::ranges::transform(host, host.begin(), in_small);
  return is_name(host) ? host : std::string{};
}

}  // namespace

bool Endpoint::is_loopback() const {
  const auto range = AddressRange::parse(host);
  return host == "localhost" || (range && range->loopback_only());
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  Endpoint endpoint{.tls = text.starts_with(kHttps), .host = {}, .port = std::nullopt};
  if (!endpoint.tls && !text.starts_with(kHttp)) {
    return std::nullopt;
  }
  text.remove_prefix(endpoint.tls ? kHttps.size() : kHttp.size());
  endpoint.host = take_host(text);
  if (endpoint.host.empty()) {
    return std::nullopt;
  }
  if (text.empty()) {
    return endpoint;
  }
  if (!text.starts_with(':')) {
    return std::nullopt;
  }
  endpoint.port = parse_port(text.substr(1));
  return endpoint.port ? std::optional{std::move(endpoint)} : std::nullopt;
}

}  // namespace betex::gateway

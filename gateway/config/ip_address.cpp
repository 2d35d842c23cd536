#include "gateway/config/ip_address.h"

#include <algorithm>
#include <cstddef>

#include <arpa/inet.h>

namespace betex::gateway {

namespace {

constexpr IpAddress::Bytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr std::size_t kMappedPrefix = 12;  // bytes before an IPv4 address in its mapped form
constexpr int kSubnetBits = 64;            // what one machine may give itself of IPv6

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated{text};
  Bytes bytes{};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) {
    return IpAddress{bytes};
  }
  bytes = kMapped;
  if (inet_pton(AF_INET, terminated.c_str(), &bytes[kMappedPrefix]) == 1) {
    return IpAddress{bytes};
  }
  return std::nullopt;
}

bool IpAddress::is_v4() const noexcept {
  return std::equal(kMapped.begin(), kMapped.begin() + kMappedPrefix, bytes_.begin());
}

IpAddress IpAddress::masked(int prefix_length) const noexcept {
  Bytes result{};
  const auto whole = static_cast<std::size_t>(prefix_length / 8);
  std::copy_n(bytes_.begin(), whole, result.begin());
  if (const int bits = prefix_length % 8; bits != 0) {
    result[whole] = static_cast<std::uint8_t>(bytes_[whole] & (0xff00 >> bits));
  }
  return IpAddress{result};
}

IpAddress IpAddress::peer() const noexcept {
  return is_v4() ? *this : masked(kSubnetBits);
}

std::string IpAddress::text() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    inet_ntop(AF_INET, &bytes_[kMappedPrefix], text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  }
  return text;
}

}  // namespace betex::gateway

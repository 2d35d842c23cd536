#include "gateway/config/address_range.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include <arpa/inet.h>

namespace betex::gateway {

namespace {

constexpr int kBits = 128;
constexpr int kMappedBits = 96;  // what stands before an IPv4 address in its mapped form

}  // namespace

std::optional<AddressRange::Bytes> AddressRange::bytes_of(std::string_view address) {
  const std::string terminated{address};
  Bytes bytes{};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) {
    return bytes;
  }
  bytes = Bytes{};
  bytes[10] = bytes[11] = 0xff;
  if (inet_pton(AF_INET, terminated.c_str(), &bytes[12]) == 1) {
    return bytes;
  }
  return std::nullopt;
}

AddressRange::Bytes AddressRange::masked(const Bytes& address, int prefix_length) {
  Bytes result{};
  for (int bit = 0; bit < prefix_length; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const auto mask = static_cast<std::uint8_t>(0x80 >> (bit % 8));
    result[byte] = static_cast<std::uint8_t>(result[byte] | (address[byte] & mask));
  }
  return result;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const auto bytes = bytes_of(address);
  if (!bytes) {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) {
    return AddressRange{text, *bytes, kBits};
  }
  const int offset = address.find(':') == std::string_view::npos ? kMappedBits : 0;
  const std::string_view digits = text.substr(slash + 1);
  const char* const end = digits.data() + digits.size();
  int length = 0;
  const auto [rest, error] = std::from_chars(digits.data(), end, length);
  if (error != std::errc{} || rest != end || length < 0 || length > kBits - offset) {
    return std::nullopt;
  }
  if (masked(*bytes, length + offset) != *bytes) {
    return std::nullopt;
  }
  return AddressRange{text, *bytes, length + offset};
}

bool AddressRange::contains(std::string_view address) const {
  const auto bytes = bytes_of(address);
  return bytes && masked(*bytes, prefix_length_) == network_;
}

bool AddressRange::loopback_only() const {
  const auto v4 = parse("127.0.0.0/8");
  const auto v6 = parse("::1");
  const auto within = [this](const AddressRange& outer) {
    return prefix_length_ >= outer.prefix_length_ &&
           masked(network_, outer.prefix_length_) == outer.network_;
  };
  return within(*v4) || within(*v6);
}

}  // namespace betex::gateway

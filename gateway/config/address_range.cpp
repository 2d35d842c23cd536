#include "gateway/config/address_range.h"

#include <charconv>
#include <cstddef>

namespace betex::gateway {

namespace {

constexpr int kMappedBits = 96;  // what stands before an IPv4 address in its mapped form

}  // namespace

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const auto network = IpAddress::parse(address);
  if (!network) {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) {
    return AddressRange{text, *network, IpAddress::kBits};
  }
  const int offset = address.find(':') == std::string_view::npos ? kMappedBits : 0;
  const std::string_view digits = text.substr(slash + 1);
  const char* const end = digits.data() + digits.size();
  int length = 0;
  const auto [rest, error] = std::from_chars(digits.data(), end, length);
  if (error != std::errc{} || rest != end || length < 0 || length > IpAddress::kBits - offset) {
    return std::nullopt;
  }
  if (network->masked(length + offset) != *network) {
    return std::nullopt;
  }
  return AddressRange{text, *network, length + offset};
}

bool AddressRange::contains(std::string_view address) const {
  const auto parsed = IpAddress::parse(address);
  return parsed && contains(*parsed);
}

bool AddressRange::loopback_only() const {
  const auto within = [this](const AddressRange& outer) {
    return prefix_length_ >= outer.prefix_length_ && outer.contains(network_);
  };
  return within(*parse("127.0.0.0/8")) || within(*parse("::1"));
}

}  // namespace betex::gateway

// IP addresses that may connect: "127.0.0.1", "10.1.0.0/16", "::1", "fd00::/8".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/ip_address.h"

namespace betex::gateway {

// Immutable.
class AddressRange {
 public:
  // Nothing when `text` is not an address, or one with a prefix length; bits set beyond the prefix
  // are refused too, since it is unclear what was meant.
  [[nodiscard]] static std::optional<AddressRange> parse(std::string_view text);

  [[nodiscard]] bool contains(const IpAddress& address) const noexcept {
    return address.masked(prefix_length_) == network_;
  }

  // False also when `address` is not an IP address.
  [[nodiscard]] bool contains(std::string_view address) const;

  // Every address in the range is one of this machine's own loopback.
  [[nodiscard]] bool loopback_only() const;

  // It holds one address.
  [[nodiscard]] bool single() const noexcept { return prefix_length_ == IpAddress::kBits; }

  // As it was written.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  AddressRange(std::string_view text, const IpAddress& network, int prefix_length)
      : text_{text}, network_{network}, prefix_length_{prefix_length} {}

  std::string text_;
  IpAddress network_;
  int prefix_length_;  // of the 128-bit form
};

}  // namespace betex::gateway

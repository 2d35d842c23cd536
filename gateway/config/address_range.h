// IP addresses that may connect: "127.0.0.1", "10.1.0.0/16", "::1", "fd00::/8".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace betex::gateway {

// Immutable. An IPv4 address and its IPv4-mapped IPv6 form are the same address.
class AddressRange {
 public:
  // Nothing when `text` is not an address, or one with a prefix length; bits set beyond the prefix
  // are refused too, since it is unclear what was meant.
  [[nodiscard]] static std::optional<AddressRange> parse(std::string_view text);

  // False also when `address` is not an IP address.
  [[nodiscard]] bool contains(std::string_view address) const;

  // Every address in the range is one of this machine's own loopback.
  [[nodiscard]] bool loopback_only() const;

  // As it was written.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  using Bytes = std::array<std::uint8_t, 16>;

  AddressRange(std::string_view text, const Bytes& network, int prefix_length)
      : text_{text}, network_{network}, prefix_length_{prefix_length} {}

  static std::optional<Bytes> bytes_of(std::string_view address);
  static Bytes masked(const Bytes& address, int prefix_length);

  std::string text_;
  Bytes network_{};
  int prefix_length_;  // of the 128-bit form
};

}  // namespace betex::gateway

// An IP address as a value. An IPv4 address and its IPv4-mapped IPv6 form are the same address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace betex::gateway {

class IpAddress {
 public:
  static constexpr int kBits = 128;
  using Bytes = std::array<std::uint8_t, kBits / 8>;

  // `bytes`: an IPv6 address, or an IPv4 one in its mapped form.
  explicit constexpr IpAddress(const Bytes& bytes) noexcept : bytes_{bytes} {}

  // Nothing where `text` is not an address.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const noexcept;

  // Its first `prefix_length` bits, of the 128-bit form; the others are 0.
  [[nodiscard]] IpAddress masked(int prefix_length) const noexcept;

  // Whoever has this address has all that give the same: itself for IPv4, its /64 for IPv6. What
  // there is a limit of for each address is counted by it.
  [[nodiscard]] IpAddress peer() const noexcept;

  // As people write it; without a zone.
  [[nodiscard]] std::string text() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Bytes bytes_;
};

}  // namespace betex::gateway

// The sum that CheckSum(10) is made of.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace betex::fix {

// The sum of all bytes modulo 256, eight bytes at a time.
[[nodiscard]] inline std::uint8_t checksum(std::string_view bytes) noexcept {
  constexpr std::uint64_t kEvenBytes = 0x00ff00ff00ff00ffU;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t lanes = 0;  // four sums, 16 bits apart, each cut to 8 bits at every turn
  std::size_t at = 0;
  for (; at + kWord <= bytes.size(); at += kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, kWord);
    lanes = (lanes & kEvenBytes) + (word & kEvenBytes) + ((word >> 8U) & kEvenBytes);
  }
  std::uint64_t sum = lanes + (lanes >> 16U) + (lanes >> 32U) + (lanes >> 48U);
  for (; at < bytes.size(); ++at) {
    sum += static_cast<unsigned char>(bytes[at]);
  }
  return static_cast<std::uint8_t>(sum);
}

}  // namespace betex::fix

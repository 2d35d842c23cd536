#include "journal/checksum.h"

#include <xxhash.h>

namespace betex::journal {

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Chain extend(Chain before, std::span<const std::byte> transaction) noexcept {
  return Chain{XXH3_64bits_withSeed(transaction.data(), transaction.size(), before.value())};
}

std::uint64_t checksum_of(const SegmentHeader& header) noexcept {
  return checksum(std::as_bytes(std::span{&header, 1}).first(offsetof(SegmentHeader, checksum)));
}

std::uint64_t checksum_of(const SnapshotHeader& header) noexcept {
  return checksum(std::as_bytes(std::span{&header, 1}).first(offsetof(SnapshotHeader, checksum)));
}

}  // namespace betex::journal

#include "journal/checksum.h"

#define XXH_STATIC_LINKING_ONLY  // for the size of XXH3_state_t
#include <xxhash.h>

namespace betex::journal {

struct RunningChecksum::State {
  XXH3_state_t xxh3;
};

RunningChecksum::RunningChecksum() : state_{std::make_unique<State>()} {
  XXH3_64bits_reset(&state_->xxh3);
}

RunningChecksum::~RunningChecksum() = default;

void RunningChecksum::add(std::span<const std::byte> piece) noexcept {
  XXH3_64bits_update(&state_->xxh3, piece.data(), piece.size());
}

std::uint64_t RunningChecksum::value() const noexcept {
  return XXH3_64bits_digest(&state_->xxh3);
}

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Chain extend(Chain before, std::span<const std::byte> transaction) noexcept {
  return Chain{checksum(transaction, before.value())};
}

std::uint64_t checksum_of(const SegmentHeader& header) noexcept {
  return checksum(std::as_bytes(std::span{&header, 1}).first(offsetof(SegmentHeader, checksum)));
}

std::uint64_t checksum_of(const SnapshotHeader& header) noexcept {
  return checksum(std::as_bytes(std::span{&header, 1}).first(offsetof(SnapshotHeader, checksum)));
}

}  // namespace betex::journal

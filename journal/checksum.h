// XXH3, 64 bits: against damage, not against forgery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "journal/format.h"

namespace betex::journal {

[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

// The same with a seed, so that the bytes are right in one place only.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) noexcept;

// The same of bytes that come piece by piece.
class RunningChecksum {
 public:
  RunningChecksum();
  ~RunningChecksum();
  RunningChecksum(const RunningChecksum&) = delete;
  RunningChecksum& operator=(const RunningChecksum&) = delete;
  RunningChecksum(RunningChecksum&&) = delete;
  RunningChecksum& operator=(RunningChecksum&&) = delete;

  void add(std::span<const std::byte> piece) noexcept;
  [[nodiscard]] std::uint64_t value() const noexcept;  // of all pieces so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The chain value after a transaction: its bytes (header and events) hashed with the value before
// it as the seed.
[[nodiscard]] Chain extend(Chain before, std::span<const std::byte> transaction) noexcept;

// Of all bytes before the field itself.
[[nodiscard]] std::uint64_t checksum_of(const SegmentHeader& header) noexcept;
[[nodiscard]] std::uint64_t checksum_of(const SnapshotHeader& header) noexcept;

}  // namespace betex::journal

// The whole state as bytes, in an order that depends on the history alone and not on how the state
// is laid out in memory: the content of a snapshot, and what the state's hash is taken over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "matching/state.h"

namespace betex::matching {

// Where the bytes of a state go.
class StateSink {
 public:
  virtual ~StateSink() = default;
  virtual void write(std::span<const std::byte> bytes) = 0;
};

class StateHasher final : public StateSink {
 public:
  void write(std::span<const std::byte> bytes) override;

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0;
};

void save(const State& state, StateSink& sink);

}  // namespace betex::matching

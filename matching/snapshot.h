// The whole state as bytes, in an order that depends on the history alone and not on how the state
// is laid out in memory: the content of a snapshot, and what the state's hash is taken over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

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

// Hands the bytes on in large pieces. `write` must outlive it.
class StateWriter final : public StateSink {
 public:
  explicit StateWriter(const std::function<void(std::span<const std::byte>)>& write);
  void write(std::span<const std::byte> bytes) override;
  void flush();

 private:
  const std::function<void(std::span<const std::byte>)>& write_;
  std::vector<std::byte> buffer_;
};

void save(const State& state, StateSink& sink);

// `state` must be new. Throws std::runtime_error where the bytes are no saved state.
void load(State& state, std::span<const std::byte> bytes);

}  // namespace betex::matching

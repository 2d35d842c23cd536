// The whole state as bytes, in an order that depends on the history alone and not on how the state
// is laid out in memory: the content of a snapshot, and what the state's hash is taken over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
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

// ---- Value by value -----------------------------------------------------------------------------

class Saver {
 public:
  explicit Saver(StateSink& sink) : sink_{sink} {}

  template <typename... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }

 private:
  template <typename T>
  void put(const T& value) {
    static_assert(std::has_unique_object_representations_v<T>);
    sink_.write(std::as_bytes(std::span{&value, 1}));
  }

  StateSink& sink_;
};

class Loader {
 public:
  explicit Loader(std::span<const std::byte> bytes) : bytes_{bytes} {}

  template <typename... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }

  [[nodiscard]] std::uint64_t number() {
    std::uint64_t value = 0;
    get(value);
    return value;
  }

  void check(bool holds, const char* what) const {
    if (!holds) {
      throw std::runtime_error{"saved engine state is damaged: " + std::string{what}};
    }
  }

  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  template <typename T>
  void get(T& value) {
    static_assert(std::has_unique_object_representations_v<T>);
    check(bytes_.size() >= sizeof(T), "it ends too early");
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_ = bytes_.subspan(sizeof(T));
  }

  std::span<const std::byte> bytes_;
};

// Each order with its chain of ClOrdIDs, then the ids that are in no chain. Sessions, accounts,
// markets and instruments must have been loaded.
void save_orders(const State& state, Saver& saver);
void load_orders(State& state, Loader& loader);

}  // namespace betex::matching

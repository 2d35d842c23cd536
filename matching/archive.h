// How the state's bytes are written and read, value by value, for snapshot.cpp and
// snapshot_orders.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "matching/snapshot.h"
#include "matching/state.h"

namespace betex::matching {

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

// A value in a block of its own, for what is large and rare in a type that is small and many.
#pragma once

#include <memory>
#include <utility>

#include "matching/assert.h"

namespace betex::matching {

// Copies as its value does. One that was moved from has no value, and may only be assigned to or
// destroyed.
template <typename T>
class Boxed {
 public:
  Boxed() : value_{std::make_unique<T>()} {}

  Boxed(const T& value)  // NOLINT(google-explicit-constructor)
      : value_{std::make_unique<T>(value)} {}

  Boxed(const Boxed& other) : value_{std::make_unique<T>(*other)} {}

  Boxed(Boxed&&) noexcept = default;

  Boxed& operator=(const Boxed& other) {
    *this = Boxed{other};
    return *this;
  }

  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  [[nodiscard]] T& operator*() {
    BETEX_ASSERT(value_ != nullptr);
    return *value_;
  }

  [[nodiscard]] const T& operator*() const {
    BETEX_ASSERT(value_ != nullptr);
    return *value_;
  }

  [[nodiscard]] T* operator->() { return &**this; }

  [[nodiscard]] const T* operator->() const { return &**this; }

  friend bool operator==(const Boxed& left, const Boxed& right) { return *left == *right; }

 private:
  std::unique_ptr<T> value_;
};

// The same, or nothing, which takes no block.
template <typename T>
class OptionalBox {
 public:
  OptionalBox() noexcept = default;

  OptionalBox(const T& value)  // NOLINT(google-explicit-constructor)
      : value_{std::make_unique<T>(value)} {}

  OptionalBox(const OptionalBox& other)
      : value_{other.value_ == nullptr ? nullptr : std::make_unique<T>(*other.value_)} {}

  OptionalBox(OptionalBox&&) noexcept = default;

  OptionalBox& operator=(const OptionalBox& other) {
    *this = OptionalBox{other};
    return *this;
  }

  OptionalBox& operator=(OptionalBox&&) noexcept = default;
  ~OptionalBox() = default;

  [[nodiscard]] bool has_value() const noexcept { return value_ != nullptr; }

  [[nodiscard]] const T& operator*() const {
    BETEX_ASSERT(value_ != nullptr);
    return *value_;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace betex::matching

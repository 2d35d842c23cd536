// Things that are created with ids 1, 2, 3, ... and never removed. Owned by the engine's thread.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace betex::matching {

template <typename Id, typename T>
class Registry {
 public:
  [[nodiscard]] Id next_id() const noexcept { return Id{size_ + 1}; }

  [[nodiscard]] bool contains(Id id) const noexcept {
    return static_cast<typename Id::rep>(id.value() - 1) < size_;  // 0 wraps round
  }

  // `id` must be known. References hold until the next append.
  [[nodiscard]] T& at(Id id) { return items_[id.value() - 1]; }

  [[nodiscard]] const T& at(Id id) const { return items_[id.value() - 1]; }

  // null: unknown.
  [[nodiscard]] const T* find(Id id) const noexcept { return contains(id) ? &at(id) : nullptr; }

  void append(T item) {
    items_.push_back(std::move(item));
    ++size_;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] auto begin() const noexcept { return items_.begin(); }

  [[nodiscard]] auto end() const noexcept { return items_.end(); }

 private:
  std::vector<T> items_;
  typename Id::rep size_ = 0;  // the vector would divide by the size of T for it
};

}  // namespace betex::matching

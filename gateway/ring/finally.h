// Calls an action when the scope is left, also by an exception.
#pragma once

#include <utility>

namespace betex::gateway {

template <typename Action>
class Finally {
 public:
  explicit Finally(Action action) noexcept : action_(std::move(action)) {}

  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;
  Finally(Finally&&) = delete;
  Finally& operator=(Finally&&) = delete;

  ~Finally() { action_(); }

 private:
  Action action_;
};

}  // namespace betex::gateway

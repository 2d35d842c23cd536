// A stack for a fiber: pages of its own, committed as they are touched, with one below that must
// not be touched.
#pragma once

#include <cstddef>

namespace betex::sim {

class Stack {
 public:
  // Throws std::system_error.
  Stack();
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  Stack(Stack&&) = delete;
  Stack& operator=(Stack&&) = delete;

  [[nodiscard]] void* lowest() const noexcept;  // above the guard
  [[nodiscard]] std::size_t size() const noexcept;

  // It stays where it is for as long as the real process runs.
  void keep() noexcept { is_kept_ = true; }

 private:
  std::byte* pages_ = nullptr;
  bool is_kept_ = false;
};

}  // namespace betex::sim

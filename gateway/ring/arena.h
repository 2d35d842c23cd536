// Memory for messages of any length that are freed in the order in which they were made: one block,
// used round and round. The event ring's payloads live in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace betex::gateway {

// Touched as a whole when it is made, so that no message pays for the first touch of a page.
// *Owned by the producer thread*; others may read the bytes of an allocation until it is freed.
class Arena {
 public:
  static constexpr std::size_t kDefaultSize = std::size_t{64} << 20;
  static constexpr std::size_t kAlignment = 8;

  // The size in bytes is rounded up to the alignment; std::invalid_argument if it is below 4096.
  explicit Arena(std::size_t size);

  // A larger message is not for the arena. A quarter, so that one that does not fit before the end
  // can always start at the front, however the freed space lies.
  [[nodiscard]] std::size_t max_allocation() const noexcept { return size_ / 4; }

  // `size` contiguous bytes, or nullptr if there is no room until more is freed. `size` is at most
  // max_allocation(). Zero bytes take no room.
  [[nodiscard]] std::byte* try_allocate(std::size_t size) noexcept;

  // The end of what is allocated: to free everything up to here later.
  [[nodiscard]] std::uint64_t mark() const noexcept { return head_; }

  // Frees all that was allocated before `mark` was taken. Marks come in the order of their making.
  void free_to(std::uint64_t mark) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] std::size_t used() const noexcept { return head_ - tail_; }

 private:
  std::size_t size_;
  std::unique_ptr<std::byte[]> bytes_;
  // Both count bytes since the start and never turn back; a position is the count modulo the size.
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
};

}  // namespace betex::gateway

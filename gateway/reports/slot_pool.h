// Records that come and go, in pages that never move: taking or giving back one costs the same
// however many there are, and what was given back is used again before anything new.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace betex::gateway {

// Where a record stands in its pool; 0: nowhere.
using Slot = std::uint32_t;

// `kNext` is a Slot of the record's that the pool uses while nobody has the record. *Owned by one
// thread.*
template <typename Record, Slot Record::*kNext>
class SlotPool {
 public:
  // As a default-constructed Record.
  [[nodiscard]] Slot take() {
    Slot slot = free_;
    if (slot != 0) {
      free_ = (*this)[slot].*kNext;
    } else {
      slot = static_cast<Slot>(++used_);
      if (slot / kPageSize >= pages_.size()) {
        pages_.push_back(std::make_unique<Page>());
      }
    }
    (*this)[slot] = Record{};
    ++size_;
    return slot;
  }

  void give_back(Slot slot) noexcept {
    (*this)[slot].*kNext = free_;
    free_ = slot;
    --size_;
  }

  [[nodiscard]] Record& operator[](Slot slot) noexcept {
    return (*pages_[slot / kPageSize])[slot % kPageSize];
  }

  [[nodiscard]] const Record& operator[](Slot slot) const noexcept {
    return (*pages_[slot / kPageSize])[slot % kPageSize];
  }

  // Records that are taken.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Records that there is memory for.
  [[nodiscard]] std::size_t capacity() const noexcept { return pages_.size() * kPageSize; }

 private:
  // Small enough that a new page is no stall.
  static constexpr std::size_t kPageSize = 256;
  using Page = std::array<Record, kPageSize>;

  std::vector<std::unique_ptr<Page>> pages_;
  std::size_t used_ = 0;  // slots that were ever taken; slot 0 is left out
  std::size_t size_ = 0;
  Slot free_ = 0;  // a list through kNext
};

}  // namespace betex::gateway

// Objects that come and go, each named by a small number as long as it is there: half as long as a
// pointer, and there are many of these. *Owned by one thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "gateway/market_data/must.h"

namespace betex::gateway {

template <typename Object>
class SlotTable {
 public:
  // Its number, which is never 0. It may be that of one that is gone.
  template <typename... Args>
  std::uint32_t emplace(Args&&... args) {
    auto object = std::make_unique<Object>(std::forward<Args>(args)...);
    std::uint32_t slot = 0;
    if (free_.empty()) {
      objects_.push_back(std::move(object));
      slot = static_cast<std::uint32_t>(objects_.size());
    } else {
      slot = free_.back();
      free_.pop_back();
      objects_[slot - 1] = std::move(object);
    }
    ++size_;
    return slot;
  }

  void erase(std::uint32_t slot) {
    must(contains(slot), "md: something ends twice");
    free_.push_back(slot);
    objects_[slot - 1].reset();
    --size_;
  }

  [[nodiscard]] bool contains(std::uint32_t slot) const noexcept {
    return slot != 0 && slot <= objects_.size() && objects_[slot - 1] != nullptr;
  }

  // It must be there. The reference stays valid as long as it is.
  [[nodiscard]] Object& operator[](std::uint32_t slot) noexcept { return *objects_[slot - 1]; }

  [[nodiscard]] const Object& operator[](std::uint32_t slot) const noexcept {
    return *objects_[slot - 1];
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::vector<std::unique_ptr<Object>> objects_;
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace betex::gateway

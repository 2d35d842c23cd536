// How much of one instrument was traded at each of its prices. In pages, each made at the first
// trade in it, so that a trade costs an addition. Owned by the engine's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "matching/seldom.h"
#include "matching/types.h"

namespace betex::matching {

class TradedVolumes {
 public:
  void add(Tick tick, WideQuantity quantity) { of(tick) += quantity; }

  void add(Tick tick, Quantity quantity) { of(tick) += quantity; }

  // What was traded there.
  [[nodiscard]] WideQuantity at(Tick tick) const noexcept {
    const auto place = static_cast<std::size_t>(tick.value());
    const std::size_t page = place / kPageSize;
    return page < pages_.size() && pages_[page] != nullptr ? (*pages_[page])[place % kPageSize]
                                                           : WideQuantity{};
  }

  // Calls `visit(tick, volume)` for each price that was traded at, in ascending order of ticks.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (std::size_t page = 0; page < pages_.size(); ++page) {
      if (pages_[page] == nullptr) {
        continue;
      }
      for (std::size_t i = 0; i < kPageSize; ++i) {
        if (const WideQuantity& volume = (*pages_[page])[i]; volume != WideQuantity{}) {
          visit(Tick{static_cast<std::int32_t>(page * kPageSize + i)}, volume);
        }
      }
    }
  }

 private:
  static constexpr std::size_t kPageSize = 64;  // ticks

  [[nodiscard]] WideQuantity& of(Tick tick) {
    const auto place = static_cast<std::size_t>(tick.value());
    const std::size_t page = place / kPageSize;
    if (page >= pages_.size() || pages_[page] == nullptr) {
      add_page(page);
    }
    return (*pages_[page])[place % kPageSize];
  }

  BETEX_SELDOM void add_page(std::size_t page);

  using Page = std::array<WideQuantity, kPageSize>;

  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace betex::matching

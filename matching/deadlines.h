// What waits for time, earliest first, then by order id: expiries, ends of bet delays. An entry
// whose order has finished or changed is stale; whoever changes orders prunes them off the top, so
// the top is always real. Owned by the engine's thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <vector>

#include "matching/types.h"

namespace betex::matching {

class Deadlines {
 public:
  struct Entry {
    Timestamp at;
    OrderId order;
  };

  void push(Timestamp at, OrderId order) {
    heap_.push_back({at, order});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  // null: nothing waits. Valid until the next change.
  [[nodiscard]] const Entry* first() const noexcept {
    return heap_.empty() ? nullptr : &heap_.front();
  }

  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }

  // `still_stands(entry)` says whether an entry still stands.
  template <typename StillStands>
  void prune(StillStands&& still_stands) {
    while (!heap_.empty() && !still_stands(heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), later);
      heap_.pop_back();
    }
    if (heap_.size() > sweep_at_) {
      std::erase_if(heap_, [&](const Entry& entry) { return !still_stands(entry); });
      std::make_heap(heap_.begin(), heap_.end(), later);
      sweep_at_ = std::max(kFirstSweep, heap_.size() * 2);
    }
  }

 private:
  static constexpr std::size_t kFirstSweep = 1024;

  static bool later(const Entry& left, const Entry& right) noexcept {
    return std::tie(left.at, left.order) > std::tie(right.at, right.order);
  }

  std::vector<Entry> heap_;
  std::size_t sweep_at_ = kFirstSweep;
};

}  // namespace betex::matching

// The live orders of a market, an account or a session in ascending order of ids, for processes
// that walk them. Appending is a push_back; finished orders are swept out when it would grow.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "matching/order.h"
#include "matching/prefetch.h"
#include "matching/types.h"

namespace betex::matching {

class OrderIdList {
 public:
  // `id` must be above all before it.
  void append(OrderId id, const OrderTable& orders) {
    if (ids_.size() == ids_.capacity()) {
      std::erase_if(ids_, [&orders](OrderId known) { return !orders.is_live(known); });
      if (ids_.size() > ids_.capacity() / 2) {
        ids_.reserve(ids_.capacity() * 2);
      }
    }
    ids_.push_back(id);
  }

  // A hint that an id will soon be appended.
  void prefetch_end() const noexcept { prefetch_line(ids_.data() + ids_.size()); }

  // The ids above `cursor`; some of them may be finished.
  [[nodiscard]] std::span<const OrderId> after(OrderId cursor) const noexcept {
    const auto first = std::upper_bound(ids_.begin(), ids_.end(), cursor);
    return {first, ids_.end()};
  }

 private:
  std::vector<OrderId> ids_;
};

}  // namespace betex::matching

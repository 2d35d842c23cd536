// The live orders of a market, an account, a session or an order group in ascending order of ids,
// for processes that walk them. Appending is a push_back; finished orders are swept out when it
// would grow, and before a process walks a list that is mostly of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "matching/order.h"
#include "matching/prefetch.h"
#include "matching/seldom.h"
#include "matching/types.h"

namespace betex::matching {

class OrderIdList {
 public:
  // `id` must be above all before it.
  void append(OrderId id, const OrderTable& orders) {
    if (ids_.size() == ids_.capacity()) {
      append_to_full(id, orders);
    } else {
      ids_.push_back(id);
    }
  }

  // Before a walk: what it costs must follow from the `live` orders that are listed here, however
  // many others have finished since the list last grew. Sweeping costs no more than appending what
  // is swept out did.
  void sweep_if_mostly_finished(std::size_t live, const OrderTable& orders) {
    if (ids_.size() / 2 > live) {
      sweep(orders);
    }
  }

  // None of them lives any more.
  void clear() noexcept { ids_.clear(); }

  // The ids that a walk passes, finished ones too.
  [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }

  // A hint that an id will soon be appended.
  void prefetch_end() const noexcept {
    const void* const end = ids_.data() + ids_.size();
    prefetch_line(end != nullptr ? end : this);
  }

  // The ids above `cursor`; some of them may be finished.
  [[nodiscard]] std::span<const OrderId> after(OrderId cursor) const noexcept {
    const auto first = std::upper_bound(ids_.begin(), ids_.end(), cursor);
    return {first, ids_.end()};
  }

 private:
  // A cache line's worth, so that a list of an order or two is not swept for each.
  static constexpr std::size_t kFirstRoom = 8;

  BETEX_SELDOM void append_to_full(OrderId id, const OrderTable& orders) {
    sweep(orders);
    if (ids_.size() * 2 >= ids_.capacity()) {
      ids_.reserve(std::max(kFirstRoom, ids_.capacity() * 2));
    }
    ids_.push_back(id);
  }

  // Without a branch for each id: which of them have finished cannot be predicted.
  void sweep(const OrderTable& orders) {
    std::size_t kept = 0;
    for (const OrderId known : ids_) {
      ids_[kept] = known;
      kept += orders.is_live(known) ? 1U : 0U;
    }
    ids_.resize(kept);
  }

  std::vector<OrderId> ids_;
};

}  // namespace betex::matching

// What of live orders the levels need: where each rests, and with how much. *Owned by one thread.*
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "gateway/market_data/must.h"
#include "gateway/reports/slot_pool.h"
#include "matching/types.h"

namespace betex::gateway {

struct OpenOrder {
  matching::Quantity leaves;
  matching::InstrumentId instrument;
  matching::Tick tick;
  Slot next = 0;  // the pool's
  matching::Side side{};
  bool rests = false;  // else it takes, or waits for its delay
};

// Whatever happens to one costs the same however many there are.
class OpenOrders {
 public:
  // It must not be known.
  void insert(matching::OrderId id, const OpenOrder& order) {
    const std::size_t page = id.value() / kPageSize;
    if (page >= pages_.size()) {
      pages_.resize(page + 1);
    }
    if (pages_[page] == nullptr) {
      pages_[page] = std::make_unique<Page>();
    }
    Slot& slot = pages_[page]->slots[id.value() % kPageSize];
    must(slot == 0, "md: an order is accepted twice");
    slot = pool_.take();
    pool_[slot] = order;
    ++pages_[page]->used;
  }

  // The order must be known: throws where it is not, as erase().
  [[nodiscard]] OpenOrder& at(matching::OrderId id) {
    const std::size_t page = id.value() / kPageSize;
    const bool known = page < pages_.size() && pages_[page] != nullptr;
    const Slot slot = known ? pages_[page]->slots[id.value() % kPageSize] : 0;
    must(slot != 0, "md: an order that is not known");
    return pool_[slot];
  }

  void erase(matching::OrderId id) {
    static_cast<void>(at(id));
    std::unique_ptr<Page>& page = pages_[id.value() / kPageSize];
    Slot& slot = page->slots[id.value() % kPageSize];
    pool_.give_back(slot);
    slot = 0;
    if (--page->used == 0) {
      page.reset();
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return pool_.size(); }

 private:
  static constexpr std::size_t kPageSize = 1024;

  struct Page {
    std::array<Slot, kPageSize> slots{};
    std::size_t used = 0;
  };

  SlotPool<OpenOrder, &OpenOrder::next> pool_;
  std::vector<std::unique_ptr<Page>> pages_;  // by id / kPageSize; null: none is live there
};

}  // namespace betex::gateway

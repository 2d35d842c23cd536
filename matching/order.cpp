#include "matching/order.h"

#include <utility>

#include "matching/assert.h"

namespace betex::matching {

OrderTable::OrderTable() {
  pages_.push_back(std::make_unique<Order[]>(kPageSize));
}

Slot OrderTable::insert(OrderId id) {
  const std::uint64_t page = id.value() / kPageSize;
  if (page >= index_.size()) {
    index_.resize(page + 1);
  }
  if (index_[page] == nullptr) {
    if (spare_index_pages_.empty()) {
      spare_index_pages_.push_back(std::make_unique<IndexPage>());
    }
    index_[page] = std::move(spare_index_pages_.back());
    spare_index_pages_.pop_back();
  }
  Slot& entry = index_[page]->slots[id.value() % kPageSize];
  BETEX_ASSERT(entry == 0);

  if (free_ != 0) {
    entry = free_;
    free_ = at(entry).next;
    prefetch_record(free_);  // it was freed long ago
  } else {
    if (next_fresh_ == pages_.size() * kPageSize) {
      pages_.push_back(std::make_unique<Order[]>(kPageSize));
    }
    entry = next_fresh_++;
  }
  at(entry) = Order{};
  at(entry).id = id;
  index_[page]->live[id.value() % kPageSize / 64] |= std::uint64_t{1} << (id.value() % 64);
  ++index_[page]->used;
  ++size_;
  return entry;
}

void OrderTable::erase(Slot slot) {
  const OrderId id = at(slot).id;
  std::unique_ptr<IndexPage>& page = index_[id.value() / kPageSize];
  BETEX_ASSERT(page != nullptr && page->slots[id.value() % kPageSize] == slot);
  note_finished(id);
  page->slots[id.value() % kPageSize] = 0;
  if (--page->used == 0) {
    spare_index_pages_.push_back(std::move(page));
  }
  at(slot).next = free_;
  free_ = slot;
  --size_;
}

}  // namespace betex::matching

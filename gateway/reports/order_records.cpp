#include "gateway/reports/order_records.h"

#include <algorithm>

#include "matching/assert.h"

namespace betex::gateway {
namespace {

constexpr std::uint64_t kPagesSkipped = 64;  // by one call

}  // namespace

using matching::OrderId;

Slot OrderRecords::slot_of(OrderId order) const noexcept {
  const std::uint64_t page = order.value() / kIndexPage;
  return page < index_.size() && index_[page] != nullptr
             ? index_[page]->slots[order.value() % kIndexPage]
             : 0;
}

Slot OrderRecords::known(OrderId order) const {
  const Slot slot = slot_of(order);
  BETEX_ASSERT(slot != 0);
  return slot;
}

OrderRecord& OrderRecords::insert(OrderId order) {
  BETEX_ASSERT(!knows(order));
  const std::size_t page = order.value() / kIndexPage;
  if (index_.size() <= page) {
    index_.resize(page + 1);
  }
  if (index_[page] == nullptr) {
    index_[page] = std::make_unique<IndexPage>();
    ++index_pages_;
  }
  const Slot slot = pool_.take();
  index_[page]->slots[order.value() % kIndexPage] = slot;
  ++index_[page]->used;
  pool_[slot].id = order;
  return pool_[slot];
}

void OrderRecords::join(OrderRecord& order, std::uint32_t group) {
  BETEX_ASSERT(order.order_group == 0);
  if (group != 0) {
    groups_.hold(group);
    order.order_group = group;
  }
}

const matching::Reference& OrderRecords::group_name(const OrderRecord& order) const {
  static constexpr matching::Reference kNone{};
  return order.order_group == 0 ? kNone : groups_.name(order.order_group);
}

void OrderRecords::extend_chain(OrderRecord& order, const ChainEntry& entry) {
  const Slot slot = links_.take();
  Link& link = links_[slot];
  link.entry = entry;
  link.previous = order.later;
  if (order.later == 0) {
    link.index = 1;
  } else {
    const Link& last = links_[order.later];
    link.index = last.index + 1;
    // Two jumps of one length become one of twice that length.
    const auto index_of = [this](Slot at) { return at == 0 ? 0 : links_[at].index; };
    const Slot far = last.jump == 0 ? 0 : links_[last.jump].jump;
    const bool equal = last.index - index_of(last.jump) == index_of(last.jump) - index_of(far);
    link.jump = last.jump != 0 && equal ? far : order.later;
  }
  order.later = slot;
}

const ChainEntry& OrderRecords::chain(const OrderRecord& order, std::uint32_t index) const {
  if (index == 0) {
    return order.first;
  }
  BETEX_ASSERT(order.later != 0 && index <= links_[order.later].index);
  const Link* link = &links_[order.later];
  while (link->index != index) {
    const bool jump = link->jump != 0 && links_[link->jump].index >= index;
    link = &links_[jump ? link->jump : link->previous];
  }
  return link->entry;
}

void OrderRecords::append_slot(List& list, Slot slot) {
  OrderRecord& order = pool_[slot];
  order.previous = list.newest;
  order.next = 0;
  (list.newest == 0 ? list.oldest : pool_[list.newest].next) = slot;
  list.newest = slot;
}

void OrderRecords::remove(List& list, Slot slot) {
  const OrderRecord& order = pool_[slot];
  (order.previous == 0 ? list.oldest : pool_[order.previous].next) = order.next;
  (order.next == 0 ? list.newest : pool_[order.next].previous) = order.previous;
}

void OrderRecords::append(List& list, const OrderRecord& order) {
  append_slot(list, known(order.id));
}

void OrderRecords::move(List& from, List& to, const OrderRecord& order) {
  const Slot slot = known(order.id);
  remove(from, slot);
  append_slot(to, slot);
}

void OrderRecords::forget_oldest(List& list, std::size_t& budget) {
  const Slot slot = list.oldest;
  BETEX_ASSERT(slot != 0);
  OrderRecord& order = pool_[slot];
  if (slot_of(order.id) == slot) {
    unindex(order.id);
  }
  for (; budget > 0 && order.later != 0; --budget) {
    const Slot link = order.later;
    order.later = links_[link].previous;
    links_.give_back(link);
  }
  if (budget == 0) {
    return;
  }
  --budget;
  if (order.order_group != 0) {
    groups_.release(order.order_group);
  }
  remove(list, slot);
  pool_.give_back(slot);
}

void OrderRecords::unindex(OrderId order) {
  const std::size_t page = order.value() / kIndexPage;
  index_[page]->slots[order.value() % kIndexPage] = 0;
  if (--index_[page]->used == 0) {
    index_[page].reset();
    --index_pages_;
  }
}

OrderId OrderRecords::skip_unknown(OrderId from) const noexcept {
  std::uint64_t page = from.value() / kIndexPage;
  if (page < index_.size() && index_[page] != nullptr) {
    return from;
  }
  const std::uint64_t most = std::min<std::uint64_t>(index_.size(), page + kPagesSkipped);
  while (page < most && index_[page] == nullptr) {
    ++page;
  }
  return std::max(from, OrderId{page * kIndexPage});
}

std::size_t OrderRecords::allocated_bytes() const noexcept {
  static_assert(sizeof(OrderRecord) + sizeof(Slot) == 188 && sizeof(Link) == 72,
                "README.md says what an order takes");
  return pool_.capacity() * sizeof(OrderRecord) + links_.capacity() * sizeof(Link) +
         index_pages_ * sizeof(IndexPage) + index_.capacity() * sizeof(index_.front());
}

}  // namespace betex::gateway

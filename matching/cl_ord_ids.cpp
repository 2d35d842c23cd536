#include "matching/cl_ord_ids.h"

#include "matching/assert.h"

namespace betex::matching {
namespace {

constexpr std::size_t kInitialPlaces = 1024;

}  // namespace

ClOrdIds::ClOrdIds() : pages_(1), table_(kInitialPlaces) {}

Slot ClOrdIds::find(AccountId account, const ClOrdId& id) const noexcept {
  const std::uint64_t hash = hash_of(account, id);
  for (std::size_t i = home(hash); table_[i] != 0; i = (i + 1) & (table_.size() - 1)) {
    if ((table_[i] & kHashBits) == hash) {
      const auto slot = static_cast<Slot>(table_[i] & ~kHashBits);
      if (node(slot).account == account && node(slot).id == id) {
        return slot;
      }
    }
  }
  return 0;
}

Slot ClOrdIds::insert(const ClOrdIdData& data) {
  if ((size_ + 1) * 3 > table_.size() * 2) {
    grow();
  }
  const Slot slot = append(Node{data});
  if (data.account != AccountId{}) {
    enter(hash_of(data.account, data.id) | slot);
  }
  return slot;
}

void ClOrdIds::refuse(Slot slot, Reason reason) noexcept {
  node(slot).order = OrderId{};
  node(slot).reason = reason;
}

void ClOrdIds::append_to_chain(Slot slot, Order& order, std::uint32_t index) noexcept {
  Node& last = node(slot);
  last.chain_index = index;
  last.tick = order.tick;
  last.expire_time = order.expire_time;
  link_to_chain(slot, order);
}

void ClOrdIds::link_to_chain(Slot slot, Order& order) noexcept {
  node(slot).previous_in_chain = order.last_id;
  (order.last_id == 0 ? order.first_id : node(order.last_id).next_in_chain) = slot;
  order.last_id = slot;
}

const ClOrdIdData* ClOrdIds::after_oldest(std::uint32_t distance) const noexcept {
  const std::size_t page = oldest_ / kPageSize;
  const std::size_t end = page == newest_ / kPageSize ? newest_ % kPageSize + 1 : kPageSize;
  const std::size_t place = oldest_ % kPageSize + distance;
  return oldest_ != 0 && place < end ? &pages_[page]->nodes[place] : nullptr;
}

// Its node moves, so whatever knows its slot is told.
void ClOrdIds::renew_oldest(Order* order) {
  const Slot from = oldest_;
  if (from == newest_) {
    return;
  }
  const Slot to = append(node(from));
  const Node& moved = node(to);
  if (moved.account != AccountId{}) {
    const std::size_t place = place_in_table(from);
    table_[place] = (table_[place] & kHashBits) | to;
  }
  if (moved.chain_index != kNotInChain) {
    BETEX_ASSERT(order != nullptr);
    (moved.previous_in_chain == 0 ? order->first_id : node(moved.previous_in_chain).next_in_chain) =
        to;
    (moved.next_in_chain == 0 ? order->last_id : node(moved.next_in_chain).previous_in_chain) = to;
  }
  node(from).account = AccountId{};
  drop_oldest();
}

void ClOrdIds::forget(Slot slot) noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = place_in_table(slot);
  // What follows moves up, unless it would come before its own home.
  for (std::size_t i = (hole + 1) & mask; table_[i] != 0; i = (i + 1) & mask) {
    if (((i - home(table_[i])) & mask) >= ((i - hole) & mask)) {
      table_[hole] = table_[i];
      hole = i;
    }
  }
  table_[hole] = 0;
  static_cast<ClOrdIdData&>(node(slot)) = ClOrdIdData{};
}

void ClOrdIds::drop_oldest() noexcept {
  BETEX_ASSERT(oldest_ != 0 && node(oldest_).account == AccountId{});
  const auto page = static_cast<std::uint32_t>(oldest_ / kPageSize);
  const bool last_of_page = oldest_ == newest_ || (oldest_ + 1) % kPageSize == 0;
  const Slot after = oldest_ == newest_ ? 0 : place_after(oldest_);
  if (last_of_page) {
    pages_[page]->next = free_page_;
    free_page_ = page;
  }
  oldest_ = after;
  newest_ = after == 0 ? 0 : newest_;
  --size_;
}

Slot ClOrdIds::append(const Node& node) {
  Slot slot = newest_ + 1;
  if (newest_ == 0 || slot % kPageSize == 0) {
    const std::uint32_t page = unused_page();
    slot = first_of(page);
    if (newest_ == 0) {
      oldest_ = slot;
    } else {
      pages_[newest_ / kPageSize]->next = page;
    }
  }
  newest_ = slot;
  this->node(slot) = node;
  ++size_;
  return slot;
}

std::uint32_t ClOrdIds::unused_page() {
  if (free_page_ == 0) {
    pages_.push_back(std::make_unique<Page>());
    return static_cast<std::uint32_t>(pages_.size() - 1);
  }
  const std::uint32_t page = free_page_;
  free_page_ = pages_[page]->next;
  pages_[page]->next = 0;
  return page;
}

// Where a known id's entry stands.
std::size_t ClOrdIds::place_in_table(Slot slot) const noexcept {
  const std::uint64_t entry = hash_of(node(slot).account, node(slot).id) | slot;
  std::size_t i = home(entry);
  while (table_[i] != entry) {
    BETEX_ASSERT(table_[i] != 0);
    i = (i + 1) & (table_.size() - 1);
  }
  return i;
}

void ClOrdIds::enter(std::uint64_t entry) noexcept {
  std::size_t i = home(entry);
  while (table_[i] != 0) {
    i = (i + 1) & (table_.size() - 1);
  }
  table_[i] = entry;
}

void ClOrdIds::grow() {
  std::vector<std::uint64_t> old(table_.size() * 2);
  old.swap(table_);
  for (const std::uint64_t entry : old) {
    if (entry != 0) {
      enter(entry);
    }
  }
}

}  // namespace betex::matching

#include "matching/cl_ord_ids.h"

#include "matching/assert.h"

namespace betex::matching {
namespace {

constexpr std::size_t kInitialPlaces = 1024;
constexpr std::uint64_t kHashBits = 0xffff'ffff'0000'0000;

std::uint64_t hash_of(AccountId account, const ClOrdId& id) {
  return hash_text(id, account.value()) & kHashBits;
}

}  // namespace

ClOrdIds::ClOrdIds() : table_(kInitialPlaces) {
  pages_.push_back(std::make_unique<Node[]>(kPageSize));
}

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
  if ((size_ + 1) * 2 > table_.size()) {
    grow();
  }
  const Slot slot = allocate();
  static_cast<ClOrdIdData&>(node(slot)) = data;
  if (data.account != AccountId{}) {
    enter(hash_of(data.account, data.id) | slot);
  }
  append_newest(slot);
  ++size_;
  return slot;
}

void ClOrdIds::refuse(Slot slot, Reason reason) noexcept {
  node(slot).order = OrderId{};
  node(slot).reason = reason;
}

void ClOrdIds::append_to_chain(Slot slot, Order& order, std::uint32_t index) noexcept {
  node(slot).chain_index = index;
  (order.last_id == 0 ? order.first_id : node(order.last_id).next_in_chain) = slot;
  order.last_id = slot;
}

void ClOrdIds::append_newest(Slot slot) noexcept {
  node(slot).next_newer = 0;
  (newest_ == 0 ? oldest_ : node(newest_).next_newer) = slot;
  newest_ = slot;
}

void ClOrdIds::renew_oldest() noexcept {
  const Slot slot = oldest_;
  if (slot != newest_) {
    oldest_ = node(slot).next_newer;
    append_newest(slot);
  }
}

void ClOrdIds::forget(Slot slot) noexcept {
  const std::uint64_t entry = hash_of(node(slot).account, node(slot).id) | slot;
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = home(entry);
  while (table_[hole] != entry) {
    BETEX_ASSERT(table_[hole] != 0);
    hole = (hole + 1) & mask;
  }
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
  const Slot slot = oldest_;
  BETEX_ASSERT(slot != 0 && node(slot).account == AccountId{});
  oldest_ = node(slot).next_newer;
  if (oldest_ == 0) {
    newest_ = 0;
  }
  node(slot).next_newer = free_;
  free_ = slot;
  --size_;
}

Slot ClOrdIds::allocate() {
  if (free_ != 0) {
    const Slot slot = free_;
    free_ = node(slot).next_newer;
    node(slot) = Node{};
    return slot;
  }
  if (next_fresh_ == pages_.size() * kPageSize) {
    pages_.push_back(std::make_unique<Node[]>(kPageSize));
  }
  return next_fresh_++;
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

#include "matching/cl_ord_ids.h"

#include <algorithm>
#include <utility>

#include "matching/assert.h"

namespace betex::matching {
namespace {

constexpr std::size_t kInitialPlaces = 1024;

// What an insert does for the memory of forgotten ids: so little that nobody waits for it, so much
// that it is done long before the next generation ends.
constexpr std::size_t kExaminedPerInsert = 16;
constexpr std::size_t kSweptPerInsert = 64;

}  // namespace

ClOrdIds::ClOrdIds(OrderTable& orders) : orders_{orders}, pages_(1), table_(kInitialPlaces) {}

Slot ClOrdIds::find(AccountId account, const ClOrdId& id) const noexcept {
  const std::uint64_t hash = hash_of(account, id);
  for (std::size_t i = home(hash); table_[i] != 0; i = (i + 1) & (table_.size() - 1)) {
    if ((table_[i] & kHashBits) == hash) {
      const Slot slot = slot_of(table_[i]);
      if (node(slot).account == account && node(slot).id == id && is_known(slot)) {
        return slot;
      }
    }
  }
  return 0;
}

Slot ClOrdIds::insert(const ClOrdIdData& data) {
  reclaim();
  if ((entries_ + 1) * 4 > table_.size() * 3) {
    grow();
  }
  const Slot slot = append(data);
  enter(hash_of(data.account, data.id) | slot);
  ++entries_;
  return slot;
}

void ClOrdIds::refuse(Slot slot, Reason reason) noexcept {
  node(slot).order = OrderId{};
  node(slot).reason = reason;
}

void ClOrdIds::append_to_chain(Slot slot, Order& order) noexcept {
  Node& last = node(slot);
  last.in_chain = 1;
  last.tick = order.tick;
  last.expire_time = order.expire_time;
  link_to_chain(slot, order);
}

void ClOrdIds::link_to_chain(Slot slot, Order& order) noexcept {
  node(slot).previous_in_chain = order.last_id;
  order.last_id = slot;
}

void ClOrdIds::get_chain(const Order& order, std::vector<Slot>& chain) const {
  chain.clear();
  for (Slot slot = order.last_id; slot != 0; slot = node(slot).previous_in_chain) {
    chain.push_back(slot);
  }
  std::reverse(chain.begin(), chain.end());
}

void ClOrdIds::start_generation(std::uint32_t number) {
  generation_ = number;
  for (std::uint32_t page = first_page_; page != 0; page = pages_[page].next) {
    pages_[page].ended = pages_[page].generation + 1 < number;
  }
}

// ---- Places -------------------------------------------------------------------------------------

Slot ClOrdIds::append(const ClOrdIdData& data) {
  if (last_page_ == 0 || pages_[last_page_].used == kPageSize ||
      pages_[last_page_].generation != generation_) {
    const std::uint32_t page = unused_page();
    (last_page_ == 0 ? first_page_ : pages_[last_page_].next) = page;
    last_page_ = page;
  }
  Page& page = pages_[last_page_];
  page.nodes[page.used] = Node{data};
  return static_cast<Slot>(last_page_ * kPageSize + page.used++);
}

std::uint32_t ClOrdIds::unused_page() {
  std::uint32_t page = free_page_;
  if (page == 0) {
    page = static_cast<std::uint32_t>(pages_.size());
    pages_.push_back({.nodes = std::make_unique<Node[]>(kPageSize)});
  } else {
    free_page_ = pages_[page].next;
  }
  pages_[page] = {.nodes = std::move(pages_[page].nodes), .generation = generation_};
  return page;
}

// ---- The table ----------------------------------------------------------------------------------

void ClOrdIds::enter(std::uint64_t entry) noexcept {
  std::size_t i = home(entry);
  while (table_[i] != 0) {
    i = (i + 1) & (table_.size() - 1);
  }
  table_[i] = entry;
}

// What follows moves up, unless it would come before its own home.
void ClOrdIds::erase(std::size_t place) noexcept {
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = place;
  for (std::size_t i = (hole + 1) & mask; table_[i] != 0; i = (i + 1) & mask) {
    if (((i - home(table_[i])) & mask) >= ((i - hole) & mask)) {
      table_[hole] = table_[i];
      hole = i;
    }
  }
  table_[hole] = 0;
  --entries_;
}

void ClOrdIds::grow() {
  std::vector<std::uint64_t> old(table_.size() * 2);
  old.swap(table_);
  for (const std::uint64_t entry : old) {
    if (entry != 0) {
      enter(entry);
    }
  }
  swept_ = 0;
}

// ---- The memory of forgotten ids ----------------------------------------------------------------

// The ids of known orders move out of the oldest pages first. When none of those is left, the table
// is cleared of what refers to them, and they can be used again.
void ClOrdIds::reclaim() {
  if (first_page_ != 0 && pages_[first_page_].ended) {
    for (std::size_t i = 0; i < kExaminedPerInsert && pages_[first_page_].ended; ++i) {
      examine_oldest();
    }
  } else if (!emptied_.empty()) {
    sweep_table();
  }
}

void ClOrdIds::examine_oldest() {
  const std::uint32_t page = first_page_;
  const auto slot = static_cast<Slot>(page * kPageSize + examined_);
  // An amend waits far less than a generation, so that every known order's id is in its chain here.
  if (node(slot).account != AccountId{} && is_known(slot)) {
    renew_chain(orders_.at(orders_.find(node(slot).order)));
  }
  if (++examined_ == pages_[page].used) {
    examined_ = 0;
    pages_[page].emptied = true;
    emptied_.push_back(page);
    swept_ = 0;
    first_page_ = pages_[page].next;
    last_page_ = first_page_ == 0 ? 0 : last_page_;
  }
}

// Moves the whole chain of an id's order, so that each link is written once.
void ClOrdIds::renew_chain(Order& order) {
  Slot* link = &order.last_id;
  while (*link != 0) {
    *link = renew(*link);
    link = &node(*link).previous_in_chain;
  }
}

// Its node moves to the newest place.
Slot ClOrdIds::renew(Slot from) {
  const Slot to = append(node(from));
  const std::uint64_t entry = hash_of(node(to).account, node(to).id) | from;
  std::size_t place = home(entry);
  while (table_[place] != entry) {
    BETEX_ASSERT(table_[place] != 0);
    place = (place + 1) & (table_.size() - 1);
  }
  table_[place] = (entry & kHashBits) | to;
  node(to).previous_in_chain = node(from).previous_in_chain;
  node(from).account = AccountId{};
  return to;
}

void ClOrdIds::sweep_table() {
  for (std::size_t i = 0; i < kSweptPerInsert && swept_ != table_.size(); ++i) {
    const std::uint64_t entry = table_[swept_];
    if (entry != 0 && pages_[slot_of(entry) / kPageSize].emptied) {
      erase(swept_);
    } else {
      ++swept_;
    }
  }
  if (swept_ == table_.size()) {
    for (const std::uint32_t page : emptied_) {
      pages_[page].next = free_page_;
      pages_[page].emptied = false;
      free_page_ = page;
    }
    emptied_.clear();
  }
}

}  // namespace betex::matching

#include "matching/cl_ord_ids.h"

#include <algorithm>
#include <utility>

namespace betex::matching {
namespace {

// A table that is full, in the midst of a generation, is followed by one that is so much larger.
constexpr std::size_t kGrowth = 4;

// What an insert does for the memory of forgotten ids: so little that nobody waits for it, so much
// that it is done long before the next generation ends.
constexpr std::size_t kExaminedPerInsert = 16;

}  // namespace

ClOrdIds::ClOrdIds(OrderTable& orders, const ClOrdIdKey& key, std::size_t smallest_table)
    : orders_{orders}, key_{key}, smallest_table_{smallest_table}, pages_(1) {}

void ClOrdIds::reserve(std::size_t ids) {
  for (std::size_t left = (ids + kPageSize - 1) / kPageSize; left != 0; --left) {
    add_free_page();
  }
  const bool has_table = !tables_.empty() && tables_.back().generation == generation_;
  const std::size_t room =
      has_table ? tables_.back().ids.capacity() - tables_.back().ids.entries() : 0;
  if (room < ids) {
    tables_.push_back({.ids = IdTable{std::max(ids, smallest_table_)}, .generation = generation_});
    tables_.back().ids.touch();
  }
}

Slot ClOrdIds::find(AccountId account, const KeyedClOrdId& id) const noexcept {
  const std::uint64_t hash = key_.hash(account, id);
  const auto is_it = [&](Slot slot) {
    return node(slot).account == account && node(slot).id == id.text() && is_known(slot);
  };
  for (auto table = tables_.rbegin(); table != tables_.rend(); ++table) {
    if (const Slot slot = table->ids.find(hash, is_it)) {
      return slot;
    }
  }
  return 0;
}

Slot ClOrdIds::insert(AccountId account, const ClOrdId& id, OrderId order, Reason reason) {
  if (reclaiming_) {
    reclaim();
  }
  const Slot slot = new_slot();
  Node& added = node(slot);
  added.id = id;
  added.order = order;
  added.account = account;
  added.tick = Tick{};
  added.expire_time = Timestamp{};
  added.reason = reason;
  added.in_chain = 0;
  added.previous_in_chain = 0;
  enter(key_.hash(account, id), slot);
  return slot;
}

void ClOrdIds::refuse(Slot slot, Reason reason) noexcept {
  node(slot).order = OrderId{};
  node(slot).reason = reason;
}

void ClOrdIds::append_to_chain(Slot slot, Order& order, Tick tick, Timestamp expire_time) noexcept {
  Node& last = node(slot);
  last.in_chain = 1;
  last.tick = tick;
  last.expire_time = expire_time;
  last.previous_in_chain = order.last_id;
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
  if (number == generation_) {
    return;
  }
  generation_ = number;
  end_of_page_ = next_slot_;  // ids of another generation need another page
  for (std::uint32_t page = first_page_; page != 0; page = pages_[page].next) {
    pages_[page].ended = pages_[page].generation + 1 < number;
    reclaiming_ |= pages_[page].ended;
  }
}

// ---- Places -------------------------------------------------------------------------------------

void ClOrdIds::open_page() {
  const std::uint32_t page = unused_page();
  if (last_page_ == 0) {
    first_page_ = page;
  } else {
    pages_[last_page_].used = used_of(last_page_);
    pages_[last_page_].next = page;
  }
  last_page_ = page;
  next_slot_ = static_cast<Slot>(page * kPageSize);
  end_of_page_ = next_slot_ + static_cast<Slot>(kPageSize);
}

void ClOrdIds::add_free_page() {
  const auto page = static_cast<std::uint32_t>(pages_.size());
  pages_.push_back({.nodes = std::make_unique<Node[]>(kPageSize), .next = free_page_});
  free_page_ = page;
}

std::uint32_t ClOrdIds::unused_page() {
  if (free_page_ == 0) {
    add_free_page();
  }
  const std::uint32_t page = free_page_;
  free_page_ = pages_[page].next;
  pages_[page] = {.nodes = std::move(pages_[page].nodes), .generation = generation_};
  return page;
}

// ---- The tables ---------------------------------------------------------------------------------

void ClOrdIds::enter(std::uint64_t hash, Slot slot) {
  if (tables_.empty() || tables_.back().generation != generation_ || tables_.back().ids.full()) {
    open_table();
  }
  tables_.back().ids.insert(hash, slot);
}

// A generation begins with a table for a quarter more ids than the last one had.
void ClOrdIds::open_table() {
  std::size_t entries = smallest_table_;
  if (!tables_.empty() && tables_.back().generation == generation_) {
    entries = tables_.back().ids.capacity() * kGrowth;
  } else if (!tables_.empty()) {
    std::size_t last = 0;
    for (const Table& table : tables_) {
      last += table.generation == tables_.back().generation ? table.ids.entries() : 0;
    }
    entries = std::max(entries, last + last / 4);
  }
  tables_.push_back({.ids = table_for(entries), .generation = generation_});
}

// A spare one that is not much too large, or a new one.
IdTable ClOrdIds::table_for(std::size_t entries) {
  const auto spare = std::find_if(spare_.begin(), spare_.end(), [entries](const IdTable& table) {
    return table.capacity() >= entries && table.capacity() / 2 <= entries;
  });
  if (spare == spare_.end()) {
    spare_.clear();
    return IdTable{entries};
  }
  IdTable table = std::move(*spare);
  spare_.erase(spare);
  return table;
}

// ---- The memory of forgotten ids ----------------------------------------------------------------

// The ids of known orders move out of the oldest pages first. When none of those is left, nothing
// needs the pages and their tables any more, and they can be used again.
void ClOrdIds::reclaim() {
  if (has_ids_to_move()) {
    for (std::size_t i = 0; i < kExaminedPerInsert && has_ids_to_move(); ++i) {
      if (moved_ != 0) {
        renew_next();
      } else {
        examine_oldest();
      }
    }
  } else if (!emptied_.empty()) {
    drop_ended();
  } else if (!retired_.empty()) {
    if (retired_.back().clear_some()) {
      spare_.push_back(std::move(retired_.back()));
      retired_.pop_back();
    }
  } else {
    reclaiming_ = false;
  }
}

void ClOrdIds::examine_oldest() {
  const std::uint32_t page = first_page_;
  const auto slot = static_cast<Slot>(page * kPageSize + examined_);
  // An amend waits far less than a generation, so that every known order's id is in its chain here.
  // The whole chain moves, from its newest id on, so that each link is written once.
  if (node(slot).account != AccountId{} && is_known(slot)) {
    Order& order = orders_.at(orders_.find(node(slot).order));
    order.last_id = renew(order.last_id);
    moved_ = order.last_id;
  }
  if (++examined_ == used_of(page)) {
    examined_ = 0;
    emptied_.push_back(page);
    first_page_ = pages_[page].next;
    if (first_page_ == 0) {
      last_page_ = 0;
      next_slot_ = 0;
      end_of_page_ = 0;
    }
  }
}

// The next id of the chain that moves: an order may have been amended without end, and nobody is to
// wait for all its ids. Its order may be forgotten meanwhile; then they move in vain.
void ClOrdIds::renew_next() {
  Slot& link = node(moved_).previous_in_chain;
  if (link != 0) {
    link = renew(link);
  }
  moved_ = link;
}

// Its node moves to the newest place.
Slot ClOrdIds::renew(Slot from) {
  const Slot to = new_slot();
  node(to) = node(from);
  node(from).account = AccountId{};
  enter(key_.hash(node(to).account, node(to).id), to);
  return to;
}

void ClOrdIds::drop_ended() {
  while (!tables_.empty() && tables_.front().generation + 1 < generation_) {
    retired_.push_back(std::move(tables_.front().ids));
    tables_.erase(tables_.begin());
  }
  for (const std::uint32_t page : emptied_) {
    pages_[page].next = free_page_;
    free_page_ = page;
  }
  emptied_.clear();
}

}  // namespace betex::matching

// Every ClOrdID that must not act again, per account, with the order it belongs to. An id is known
// as long as its order is; one of a request that was refused through the generation after the one
// in which it came (RULES.md section 3). Ids are kept in pages and tables by generation, so that
// what may be hundreds of megabytes is written in order and forgotten as a whole. Owned by the
// engine's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "matching/cl_ord_id_key.h"
#include "matching/id_table.h"
#include "matching/order.h"
#include "matching/reason.h"
#include "matching/seldom.h"
#include "matching/types.h"

namespace betex::matching {

// The part of a known id that is state.
struct ClOrdIdData {
  ClOrdId id;
  OrderId order;              // that it created, changed or cancelled; 0: the request was refused
  AccountId account;          // 0: the id has moved to another place
  Tick tick;                  // of its order, once it is in the chain
  Timestamp expire_time;      // likewise
  Reason reason{};            // of the refusal
  std::uint8_t in_chain = 0;  // 1: it is one of its order's accepted requests
  std::uint8_t reserved[5] = {};
};

static_assert(std::has_unique_object_representations_v<ClOrdIdData>);

class ClOrdIds {
 public:
  static constexpr std::size_t kSmallestTable = std::size_t{64} * 1024;  // entries

  // `orders` must outlive it. A table has place for `smallest_table` ids or more.
  explicit ClOrdIds(OrderTable& orders,
                    const ClOrdIdKey& key = {},
                    std::size_t smallest_table = kSmallestTable);

  // Makes room for so many more ids of this generation.
  void reserve(std::size_t ids);

  // 0: never seen, or forgotten.
  [[nodiscard]] Slot find(AccountId account, const KeyedClOrdId& id) const noexcept;

  // A hint that the id will be looked for soon.
  void prefetch(AccountId account, const KeyedClOrdId& id) const noexcept {
    const std::uint64_t hash = key_.hash(account, id);
    for (const Table& table : tables_) {
      table.ids.prefetch(hash);
    }
  }

  // The id becomes the newest one, of `order` or, where that is 0, of a request that was refused.
  // It must not be known. Each insert also does a bounded part of the work of using the memory of
  // forgotten ids again; others' slots may change by it.
  Slot insert(AccountId account, const ClOrdId& id, OrderId order, Reason reason = Reason::None);

  // A request that waited has failed after all: its id belongs to no order.
  void refuse(Slot slot, Reason reason) noexcept;

  // Puts the id at the end of its order's chain, with the terms that the order has now.
  void append_to_chain(Slot slot, Order& order) noexcept {
    append_to_chain(slot, order, order.tick, order.expire_time);
  }

  // The same with the terms that it had then.
  void append_to_chain(Slot slot, Order& order, Tick tick, Timestamp expire_time) noexcept;

  // Ids of refused requests that came before generation `number` - 1 are forgotten, all at once.
  // Each generation is started once: what it has is in pages of its own.
  void start_generation(std::uint32_t number);

  [[nodiscard]] const ClOrdIdData& at(Slot slot) const noexcept { return node(slot); }

  // Fills `chain` with the order's accepted requests, the first one first.
  void get_chain(const Order& order, std::vector<Slot>& chain) const;

  // Known ids that are in no chain, with their generations, in the order in which they came.
  template <typename Visitor>
  void for_each_outside_chains(Visitor&& visit) const {
    for (std::uint32_t number = first_page_; number != 0; number = pages_[number].next) {
      const Page& page = pages_[number];
      for (std::uint32_t i = 0; i < used_of(number) && !page.ended; ++i) {
        const Node& node = page.nodes[i];
        if (node.in_chain == 0) {
          visit(page.generation, static_cast<const ClOrdIdData&>(node));
        }
      }
    }
  }

 private:
  struct Node : ClOrdIdData {
    Slot previous_in_chain = 0;  // so nothing of an old id is touched by a new one
  };

  static constexpr std::size_t kPageSize = 4096;

  // Of ids that came in one generation.
  struct Page {
    std::unique_ptr<Node[]> nodes;
    std::uint32_t used = 0;  // but for the last page: used_of()
    std::uint32_t generation = 0;
    std::uint32_t next = 0;  // the page that follows, in use or free; 0: none
    bool ended = false;      // its generation; only the ids of known orders are known still
  };

  // The same for a table.
  struct Table {
    IdTable ids;
    std::uint32_t generation = 0;
  };

  [[nodiscard]] Node& node(Slot slot) noexcept {
    return pages_[slot / kPageSize].nodes[slot % kPageSize];
  }

  [[nodiscard]] const Node& node(Slot slot) const noexcept {
    return pages_[slot / kPageSize].nodes[slot % kPageSize];
  }

  [[nodiscard]] bool is_known(Slot slot) const noexcept {
    const OrderId order = node(slot).order;
    return order == OrderId{} ? !pages_[slot / kPageSize].ended : orders_.find(order) != 0;
  }

  [[nodiscard]] std::uint32_t used_of(std::uint32_t page) const noexcept {
    return page == last_page_ ? next_slot_ - page * static_cast<std::uint32_t>(kPageSize)
                              : pages_[page].used;
  }

  Slot new_slot() {
    if (next_slot_ == end_of_page_) {
      open_page();
    }
    return next_slot_++;
  }

  BETEX_SELDOM void open_page();
  std::uint32_t unused_page();
  void add_free_page();
  void enter(std::uint64_t hash, Slot slot);
  BETEX_SELDOM void open_table();
  IdTable table_for(std::size_t entries);

  // Ids of known orders may still have to move out of pages that are to be used again.
  [[nodiscard]] bool has_ids_to_move() const noexcept {
    return moved_ != 0 || pages_[first_page_].ended;
  }

  [[gnu::noinline]] void reclaim();
  void examine_oldest();
  void renew_next();
  Slot renew(Slot from);
  void drop_ended();

  OrderTable& orders_;
  ClOrdIdKey key_;
  std::size_t smallest_table_;
  std::vector<Page> pages_;  // page 0 is left out, so that no slot is 0
  // The oldest first. The newest is tried first, and takes new ids.
  std::vector<Table> tables_;
  std::uint32_t generation_ = 0;
  std::uint32_t first_page_ = 0;  // the oldest, a list through Page::next; 0: none
  std::uint32_t last_page_ = 0;
  Slot next_slot_ = 0;  // of the last page
  Slot end_of_page_ = 0;
  std::uint32_t free_page_ = 0;         // a list too
  std::uint32_t examined_ = 0;          // nodes of the first page
  Slot moved_ = 0;                      // the last that has, of a chain that moves; 0: none does
  std::vector<std::uint32_t> emptied_;  // pages that a table refers to still
  std::vector<IdTable> retired_;        // to be cleared
  std::vector<IdTable> spare_;
  bool reclaiming_ = false;  // there is memory of forgotten ids
};

}  // namespace betex::matching

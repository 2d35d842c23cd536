// Every ClOrdID that must not act again, per account, with the order it belongs to. An id is known
// as long as its order is; one of a request that was refused through the generation after the one
// in which it came (RULES.md section 3). Ids are kept in pages by arrival, so that what may be
// hundreds of megabytes is written in order and forgotten by the page. Owned by the engine's
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "matching/hash.h"
#include "matching/order.h"
#include "matching/prefetch.h"
#include "matching/reason.h"
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
  // `orders` must outlive it.
  explicit ClOrdIds(OrderTable& orders);

  // 0: never seen, or forgotten.
  [[nodiscard]] Slot find(AccountId account, const ClOrdId& id) const noexcept;

  // A hint that the id will be looked for soon.
  void prefetch(AccountId account, const ClOrdId& id) const noexcept {
    prefetch_line(&table_[home(hash_of(account, id))]);
  }

  // The id becomes the newest one. It must not be known. Each insert also does a bounded part of
  // the work of using the memory of forgotten ids again; others' slots may change by it.
  Slot insert(const ClOrdIdData& data);

  // A request that waited has failed after all: its id belongs to no order.
  void refuse(Slot slot, Reason reason) noexcept;

  // Puts the id at the end of its order's chain, with the terms that the order has now.
  void append_to_chain(Slot slot, Order& order) noexcept;

  // The same for an id that says its terms already.
  void link_to_chain(Slot slot, Order& order) noexcept;

  // Ids of refused requests that came before generation `number` - 1 are forgotten, all at once.
  void start_generation(std::uint32_t number);

  [[nodiscard]] const ClOrdIdData& at(Slot slot) const noexcept { return node(slot); }

  // Fills `chain` with the order's accepted requests, the first one first.
  void get_chain(const Order& order, std::vector<Slot>& chain) const;

  // Known ids that are in no chain, with their generations, in the order in which they came.
  template <typename Visitor>
  void for_each_outside_chains(Visitor&& visit) const {
    for (std::uint32_t number = first_page_; number != 0; number = pages_[number].next) {
      const Page& page = pages_[number];
      for (std::uint32_t i = 0; i < page.used && !page.ended; ++i) {
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
    std::uint32_t used = 0;
    std::uint32_t generation = 0;
    std::uint32_t next = 0;  // the page that follows, in use or free; 0: none
    bool ended = false;      // its generation; only the ids of known orders are known still
    bool emptied = false;    // those have been moved; the table refers to it still
  };

  static std::uint64_t hash_of(AccountId account, const ClOrdId& id) noexcept {
    return hash_text(id, account.value()) & kHashBits;
  }

  // An entry's upper half is the id's hash, the lower half its slot.
  static constexpr std::uint64_t kHashBits = 0xffff'ffff'0000'0000;

  [[nodiscard]] std::size_t home(std::uint64_t hash) const noexcept {
    return (hash >> 32) & (table_.size() - 1);
  }

  [[nodiscard]] static Slot slot_of(std::uint64_t entry) noexcept {
    return static_cast<Slot>(entry & ~kHashBits);
  }

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

  Slot append(const ClOrdIdData& data);
  std::uint32_t unused_page();
  void enter(std::uint64_t entry) noexcept;
  void erase(std::size_t place) noexcept;
  void grow();
  void reclaim();
  void examine_oldest();
  void renew_chain(Order& order);
  Slot renew(Slot from);
  void sweep_table();

  OrderTable& orders_;
  std::vector<Page> pages_;  // page 0 is left out, so that no slot is 0
  // Linear probing; 0 is an empty place. A new id costs one cache miss.
  std::vector<std::uint64_t> table_;
  std::size_t entries_ = 0;
  std::uint32_t generation_ = 0;
  std::uint32_t first_page_ = 0;  // the oldest, a list through Page::next; 0: none
  std::uint32_t last_page_ = 0;
  std::uint32_t free_page_ = 0;         // a list too
  std::uint32_t examined_ = 0;          // nodes of the first page
  std::vector<std::uint32_t> emptied_;  // pages
  std::size_t swept_ = 0;               // of the table, since the last page was emptied
};

}  // namespace betex::matching

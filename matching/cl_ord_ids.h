// Every ClOrdID that must not act again, per account, with the order it belongs to. Requests that
// were refused use up their ids too. Ids are kept in order of arrival and forgotten by generations
// (RULES.md section 3). Owned by the engine's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "matching/hash.h"
#include "matching/order.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

inline constexpr std::uint32_t kNotInChain = 0xffff'ffff;

// The part of a known id that is state.
struct ClOrdIdData {
  ClOrdId id;
  OrderId order;      // that it created, changed or cancelled; 0: the request was refused
  AccountId account;  // 0: forgotten already, with the rest of its order's chain
  std::uint32_t chain_index = kNotInChain;  // its place in the order's chain
  Reason reason{};                          // of the refusal
  std::uint16_t reserved = 0;
  Tick tick;              // of its order, once it is in the chain
  Timestamp expire_time;  // likewise
};

static_assert(std::has_unique_object_representations_v<ClOrdIdData>);

class ClOrdIds {
 public:
  ClOrdIds();

  // 0: never seen, or forgotten.
  [[nodiscard]] Slot find(AccountId account, const ClOrdId& id) const noexcept;

  // A hint that the id will be looked for soon.
  void prefetch(AccountId account, const ClOrdId& id) const noexcept {
    __builtin_prefetch(&table_[home(hash_of(account, id))]);
  }

  // A hint that an id will be put behind this one in its chain; 0: no such id.
  void prefetch(Slot slot) const noexcept {
    if (slot != 0) {
      __builtin_prefetch(&node(slot).next_in_chain);
    }
  }

  // The id becomes the newest one. It must not be known.
  Slot insert(const ClOrdIdData& data);

  // A request that waited has failed after all: its id belongs to no order.
  void refuse(Slot slot, Reason reason) noexcept;

  // Puts the id at the end of its order's chain, as its accepted request number `index`, with the
  // terms that the order has now.
  void append_to_chain(Slot slot, Order& order, std::uint32_t index) noexcept;

  // The same for an id that says its index and terms already.
  void link_to_chain(Slot slot, Order& order) noexcept;

  // 0: no id is known.
  [[nodiscard]] Slot oldest() const noexcept { return oldest_; }

  // What stands `distance` places after the oldest; null where that is too far to say.
  [[nodiscard]] const ClOrdIdData* after_oldest(std::uint32_t distance) const noexcept;

  // The oldest id, which belongs to `order` if that is not null, becomes the newest.
  void renew_oldest(Order* order);

  // The id may act again. Its place in the order of arrival stays until it is the oldest.
  void forget(Slot slot) noexcept;

  // Takes away the oldest place, whose id must be forgotten.
  void drop_oldest() noexcept;

  [[nodiscard]] const ClOrdIdData& at(Slot slot) const noexcept { return node(slot); }

  // The next id in its order's chain; 0: it is the last.
  [[nodiscard]] Slot next_in_chain(Slot slot) const noexcept { return node(slot).next_in_chain; }

  // Places in the order of arrival, of forgotten ids too.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // From the oldest to the newest.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    Slot slot = oldest_;
    for (std::size_t left = size_; left != 0; --left) {
      visit(static_cast<const ClOrdIdData&>(node(slot)));
      slot = place_after(slot);
    }
  }

 private:
  struct Node : ClOrdIdData {
    Slot previous_in_chain = 0;
    Slot next_in_chain = 0;
  };

  static constexpr std::size_t kPageSize = 4096;

  // Nodes stand in the order of arrival: in a page, and from page to page. So the newest and the
  // oldest end of what may be hundreds of megabytes are all that is touched in order.
  struct Page {
    std::array<Node, kPageSize> nodes;
    std::uint32_t next = 0;  // the page that follows, in use or free; 0: none
  };

  static std::uint64_t hash_of(AccountId account, const ClOrdId& id) noexcept {
    return hash_text(id, account.value()) & kHashBits;
  }

  // An entry's upper half is the id's hash, the lower half its slot.
  static constexpr std::uint64_t kHashBits = 0xffff'ffff'0000'0000;

  [[nodiscard]] std::size_t home(std::uint64_t hash) const noexcept {
    return (hash >> 32) & (table_.size() - 1);
  }

  [[nodiscard]] Node& node(Slot slot) noexcept {
    return pages_[slot / kPageSize]->nodes[slot % kPageSize];
  }

  [[nodiscard]] const Node& node(Slot slot) const noexcept {
    return pages_[slot / kPageSize]->nodes[slot % kPageSize];
  }

  [[nodiscard]] Slot place_after(Slot slot) const noexcept {
    return (slot + 1) % kPageSize != 0 ? slot + 1 : first_of(pages_[slot / kPageSize]->next);
  }

  // Page 0 is left out, so that no slot is 0.
  [[nodiscard]] static Slot first_of(std::uint32_t page) noexcept {
    return static_cast<Slot>(page * kPageSize);
  }

  Slot append(const Node& node);
  std::uint32_t unused_page();
  [[nodiscard]] std::size_t place_in_table(Slot slot) const noexcept;
  void enter(std::uint64_t entry) noexcept;
  void grow();

  std::vector<std::unique_ptr<Page>> pages_;
  // Linear probing; 0 is an empty place. A new id costs one cache miss.
  std::vector<std::uint64_t> table_;
  Slot oldest_ = 0;
  Slot newest_ = 0;
  std::uint32_t free_page_ = 0;  // a list through Page::next
  std::size_t size_ = 0;
};

}  // namespace betex::matching

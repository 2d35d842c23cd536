// Every ClOrdID that must not act again, per account, with the order it belongs to. Requests that
// were refused use up their ids too. Ids are kept in order of arrival and forgotten by generations
// (RULES.md section 3). Owned by the engine's thread.
#pragma once

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
  std::uint16_t reserved[3] = {};
};

static_assert(std::has_unique_object_representations_v<ClOrdIdData>);

class ClOrdIds {
 public:
  ClOrdIds();

  // 0: never seen, or forgotten.
  [[nodiscard]] Slot find(AccountId account, const ClOrdId& id) const noexcept;

  // The id becomes the newest one. It must not be known.
  Slot insert(const ClOrdIdData& data);

  // A request that waited has failed after all: its id belongs to no order.
  void refuse(Slot slot, Reason reason) noexcept;

  // Puts the id at the end of its order's chain, as its accepted request number `index`.
  void append_to_chain(Slot slot, Order& order, std::uint32_t index) noexcept;

  // 0: no id is known.
  [[nodiscard]] Slot oldest() const noexcept { return oldest_; }

  // The oldest id becomes the newest.
  void renew_oldest() noexcept;

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
    for (Slot slot = oldest_; slot != 0; slot = node(slot).next_newer) {
      visit(node(slot));
    }
  }

 private:
  struct Node : ClOrdIdData {
    Slot next_in_chain = 0;
    Slot next_newer = 0;
  };

  static constexpr std::size_t kPageSize = 1024;

  [[nodiscard]] Node& node(Slot slot) noexcept {
    return pages_[slot / kPageSize][slot % kPageSize];
  }

  [[nodiscard]] const Node& node(Slot slot) const noexcept {
    return pages_[slot / kPageSize][slot % kPageSize];
  }

  // One word a place: the upper half of the id's hash, and its slot; 0: empty. Linear probing, so
  // that a new id costs one cache miss.
  [[nodiscard]] std::size_t home(std::uint64_t hash) const noexcept {
    return (hash >> 32) & (table_.size() - 1);
  }

  Slot allocate();
  void append_newest(Slot slot) noexcept;
  void enter(std::uint64_t entry) noexcept;
  void grow();

  std::vector<std::unique_ptr<Node[]>> pages_;
  std::vector<std::uint64_t> table_;
  Slot oldest_ = 0;
  Slot newest_ = 0;
  Slot free_ = 0;  // a list through next_newer
  Slot next_fresh_ = 1;
  std::size_t size_ = 0;
};

}  // namespace betex::matching

// The orders that a report may still tell of, each in one list: live ones in their account's,
// finished ones in those of FinishedOrders. Whatever happens to one of them costs the same however
// many there are. *Owned by the report thread.*
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "gateway/link/order_reports.h"
#include "gateway/reports/order_group_names.h"
#include "gateway/reports/slot_pool.h"
#include "matching/event_header.h"
#include "matching/types.h"

namespace betex::gateway {

// What an accepted request has made of an order: its terms since then. A report tells the terms as
// of its event, also when it is made later.
struct ChainEntry {
  matching::ClOrdId cl_ord_id;
  matching::Price price;
  matching::Timestamp expire_time;
};

// More than one, in the place of a session's id.
inline constexpr matching::SessionId kSeveralSessions{std::numeric_limits<std::uint32_t>::max()};

struct OrderRecord {
  matching::OrderId id;
  matching::AccountId account;
  matching::SessionId session;
  matching::InstrumentId instrument;
  matching::Side side{};
  matching::OrderType type{};
  matching::TimeInForce time_in_force{};
  fix::OrdStatus status{};
  matching::OrderValues values;   // after the last event: what a status request is told
  ChainEntry first;               // of its chain; later ones: OrderRecords::chain()
  matching::Reference reference;  // the broker's own; empty: none
  std::uint32_t order_group = 0;  // set by OrderRecords::join(); 0: none

  // Of a finished order: the event that finished it, or a later one; the last event that tells of
  // it; and the ClOrdID generation in which it finished.
  matching::EventSeq finished_at;
  matching::EventSeq last_event;
  std::uint32_t finished_generation = 0;

  // A session that was told of it for having asked, other than the one that entered it; 0: none.
  matching::SessionId requester;

  // Links of OrderRecords'.
  Slot later = 0;  // the newest entry of its chain, but for `first`
  Slot previous = 0;
  Slot next = 0;

  [[nodiscard]] bool live() const noexcept { return values.leaves_qty > matching::Quantity{0}; }
};

class OrderRecords {
 public:
  // Orders of one kind, in the order in which they came to it; 0: none.
  struct List {
    Slot oldest = 0;
    Slot newest = 0;
  };

  // A new order, all zero but its id. It must not be known.
  OrderRecord& insert(matching::OrderId order);

  [[nodiscard]] bool knows(matching::OrderId order) const noexcept { return slot_of(order) != 0; }

  // Null: not known.
  [[nodiscard]] const OrderRecord* find(matching::OrderId order) const noexcept {
    const Slot slot = slot_of(order);
    return slot == 0 ? nullptr : &pool_[slot];
  }

  // An id from `from` on before which none is known: of the first order that may be, or, where that
  // is far away, of one on the way there, so that a call costs little however many there have been.
  [[nodiscard]] matching::OrderId skip_unknown(matching::OrderId from) const noexcept;

  // The order must be known; that it is, is asserted.
  [[nodiscard]] const OrderRecord& at(matching::OrderId order) const { return pool_[known(order)]; }

  [[nodiscard]] OrderRecord& at(matching::OrderId order) { return pool_[known(order)]; }

  // The order, which is in no group yet, comes to this one, which must be known; 0: to none.
  void join(OrderRecord& order, std::uint32_t group);

  // Of the order's group; empty: it is in none.
  [[nodiscard]] const matching::Reference& group_name(const OrderRecord& order) const;

  [[nodiscard]] OrderGroupNames& groups() noexcept { return groups_; }

  [[nodiscard]] const OrderGroupNames& groups() const noexcept { return groups_; }

  // Reference stays valid until the order is forgotten.
  void extend_chain(OrderRecord& order, const ChainEntry& entry);

  // The `index`th accepted request of the order's chain; that there is one is asserted.
  [[nodiscard]] const ChainEntry& chain(const OrderRecord& order, std::uint32_t index) const;

  // The order, which is in no list yet, becomes the newest of `list`.
  void append(List& list, const OrderRecord& order);

  // The order, which is in `from`, becomes the newest of `to`.
  void move(List& from, List& to, const OrderRecord& order);

  // Null: there is none.
  [[nodiscard]] const OrderRecord* oldest(const List& list) const noexcept {
    return list.oldest == 0 ? nullptr : &pool_[list.oldest];
  }

  [[nodiscard]] const OrderRecord* newest(const List& list) const noexcept {
    return list.newest == 0 ? nullptr : &pool_[list.newest];
  }

  // The oldest order of `list` is not known any more. Gives it back, or what `budget` allows of it,
  // and takes from `budget` the number of records that were given back.
  void forget_oldest(List& list, std::size_t& budget);

  // Orders that there are records of.
  [[nodiscard]] std::size_t size() const noexcept { return pool_.size(); }

  // Bytes of all that was allocated for orders and their chains.
  [[nodiscard]] std::size_t allocated_bytes() const noexcept;

 private:
  // A later entry of a chain. `jump` leads further back, so that any entry is found in a number of
  // steps that grows with the logarithm of the chain's length.
  struct Link {
    ChainEntry entry;
    std::uint32_t index = 0;  // in the chain
    Slot previous = 0;
    Slot jump = 0;
  };

  static constexpr std::size_t kIndexPage = 1024;

  struct IndexPage {
    std::array<Slot, kIndexPage> slots{};
    std::size_t used = 0;
  };

  [[nodiscard]] Slot slot_of(matching::OrderId order) const noexcept;
  [[nodiscard]] Slot known(matching::OrderId order) const;
  void append_slot(List& list, Slot slot);
  void remove(List& list, Slot slot);
  void unindex(matching::OrderId order);

  SlotPool<OrderRecord, &OrderRecord::next> pool_;
  SlotPool<Link, &Link::previous> links_;
  std::vector<std::unique_ptr<IndexPage>> index_;  // by id / kIndexPage; null: nothing known there
  std::size_t index_pages_ = 0;
  OrderGroupNames groups_;
};

}  // namespace betex::gateway

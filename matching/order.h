// An order as the engine keeps it, live or finished, and the table of all known orders: pooled in
// pages that never move, found by order id through a paged index. Owned by the engine's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "matching/events.h"
#include "matching/types.h"

namespace betex::matching {

// Where an order's record or a ClOrdID's stands in its pool; 0: nowhere. Not part of the state
// that is saved or hashed.
using Slot = std::uint32_t;

enum class OrderPlace : std::uint8_t {  // in snapshots: never change
  Taking = 1,                           // accepted; its transaction goes on
  Resting = 2,
  Delayed = 3,
  Finished = 4,
};

// The part of an order that is state. `values.leaves_qty` is 0 if and only if it is Finished.
struct OrderData {
  OrderId id;
  AccountId account;
  SessionId session;
  InstrumentId instrument;
  MarketId market;
  Tick tick;
  Side side{};
  OrderType type{};
  TimeInForce time_in_force{};
  SelfTradePrevention self_trade_prevention{};
  OrderPlace place{};
  Persistence persistence{};
  std::uint8_t post_only = 0;
  std::uint8_t cancel_on_pause = 0;
  CancelCause cancel_cause{};  // of a finished order that was cancelled
  std::uint8_t reserved[3] = {};
  std::uint32_t finished_generation = 0;  // of ClOrdIDs, when it finished
  std::uint32_t reserved2 = 0;
  OrderValues values;
  Quantity min_fill;
  Money max_cost;  // of a market order; 0: none
  Timestamp expire_time;
  Timestamp release_at;
  std::uint64_t version_guard = 0;
  Quantity closing;   // what is left of the part that closes the account's own position
  Money cash_lock;    // what is left of its collateral
  EventSeq priority;  // the event that put it at the end of its level's queue
};

static_assert(std::has_unique_object_representations_v<OrderData>);

struct Order : OrderData {
  Slot previous = 0;  // neighbours in the queue of its price level
  Slot next = 0;
  Slot first_id = 0;  // its chain of ClOrdIDs, in ClOrdIds
  Slot last_id = 0;

  [[nodiscard]] bool live() const noexcept { return place != OrderPlace::Finished; }

  // It waits for the bet delay.
  [[nodiscard]] bool delayed() const noexcept { return place == OrderPlace::Delayed; }
};

class OrderTable {
 public:
  OrderTable();

  // A new record, all zero but its id, that counts as live. `id` must not be known yet.
  Slot insert(OrderId id);

  // The record's slot is used again by a later insert.
  void erase(Slot slot);

  // 0: unknown.
  [[nodiscard]] Slot find(OrderId id) const noexcept {
    const std::uint64_t page = id.value() / kPageSize;
    if (page >= index_.size() || index_[page] == nullptr) {
      return 0;
    }
    return index_[page]->slots[id.value() % kPageSize];
  }

  // A hint that the order will be used soon.
  void prefetch(OrderId id) const noexcept { prefetch_record(find(id)); }

  [[nodiscard]] Order& at(Slot slot) noexcept { return pages_[slot / kPageSize][slot % kPageSize]; }

  [[nodiscard]] const Order& at(Slot slot) const noexcept {
    return pages_[slot / kPageSize][slot % kPageSize];
  }

  // False also for an order that is not known. Reads one bit, not the order.
  [[nodiscard]] bool is_live(OrderId id) const noexcept {
    const std::uint64_t page = id.value() / kPageSize;
    return page < index_.size() && index_[page] != nullptr &&
           (index_[page]->live[id.value() % kPageSize / 64] >> (id.value() % 64) & 1) != 0;
  }

  // The order is Finished now.
  void note_finished(OrderId id) noexcept {
    index_[id.value() / kPageSize]->live[id.value() % kPageSize / 64] &=
        ~(std::uint64_t{1} << (id.value() % 64));
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // In ascending order of ids.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& page : index_) {
      if (page == nullptr) {
        continue;
      }
      for (const Slot slot : page->slots) {
        if (slot != 0) {
          visit(at(slot));
        }
      }
    }
  }

 private:
  static constexpr std::size_t kPageSize = 1024;
  static constexpr std::size_t kCacheLine = 64;

  void prefetch_record(Slot slot) const noexcept {
    const char* const record = reinterpret_cast<const char*>(&at(slot));
    for (std::size_t line = 0; line < sizeof(Order); line += kCacheLine) {
      __builtin_prefetch(record + line);
    }
  }

  struct IndexPage {
    Slot slots[kPageSize] = {};
    std::uint64_t live[kPageSize / 64] = {};
    std::size_t used = 0;
  };

  std::vector<std::unique_ptr<Order[]>> pages_;
  std::vector<std::unique_ptr<IndexPage>> index_;  // by id / kPageSize; null: nothing known there
  std::vector<std::unique_ptr<IndexPage>> spare_index_pages_;
  Slot free_ = 0;  // a list through `next`
  Slot next_fresh_ = 1;
  std::size_t size_ = 0;
};

}  // namespace betex::matching

// An order as the engine keeps it, live or finished; the pool of such records; and the table of all
// known orders. Live ones stand in records that are used again and again, and so stay in the
// caches; those that have finished are moved away, by generation of ClOrdIDs, and forgotten a whole
// generation at a time (RULES.md section 3). Owned by the engine's thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "matching/events.h"
#include "matching/prefetch.h"
#include "matching/seldom.h"
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
  SessionId session;
  CancelCause cancel_cause{};  // of a finished order that was cancelled
  std::uint8_t reserved[3] = {};
  Timestamp expire_time;
  OrderValues values;
  Reference reference;
  std::uint32_t finished_generation = 0;  // of ClOrdIDs, when it finished
  std::uint32_t order_group = 0;
};

static_assert(std::has_unique_object_representations_v<OrderData>);

// What is state of a live order only.
struct LiveTerms {
  Quantity min_fill;
  Money max_cost;  // of a market order; 0: none
  Timestamp release_at;
  std::uint64_t version_guard = 0;
  EventSeq priority;  // the event that put it at the end of its level's queue
};

static_assert(std::has_unique_object_representations_v<LiveTerms>);

struct OrderLinks {
  Slot previous = 0;  // neighbours in the queue of its price level
  Slot next = 0;
  Slot last_id = 0;       // the end of its chain of ClOrdIDs, in ClOrdIds
  std::uint32_t row = 0;  // its account's, in its market (rows.h); of a live one
};

struct alignas(kCacheLine) Order : OrderLinks, OrderData {
  [[nodiscard]] bool live() const noexcept { return place != OrderPlace::Finished; }

  // It waits for the bet delay.
  [[nodiscard]] bool delayed() const noexcept { return place == OrderPlace::Delayed; }
};

static_assert(sizeof(Order) == 128, "two cache lines, the first with all that a queue needs");

// Records in pages that never move.
class OrderPool {
 public:
  static constexpr std::size_t kPageSize = 1024;

  OrderPool();

  // Makes pages for so many live orders, to be used when those that there are do not suffice.
  void reserve(std::size_t live);

  // For a live order; all zero. The one that was given back last, as it is in the caches still.
  Slot take();
  void give_back(Slot slot) noexcept;

  // A page for orders that have finished, at first with nothing of use in it.
  std::uint32_t add_page();

  // What a page holds is no longer known.
  void set_forgotten(std::uint32_t page, bool forgotten) noexcept {
    forgotten_[page] = forgotten ? 1 : 0;
  }

  [[nodiscard]] bool is_forgotten(Slot slot) const noexcept {
    return forgotten_[slot / kPageSize] != 0;
  }

  [[nodiscard]] Order& at(Slot slot) noexcept {
    return orders_[slot / kPageSize][slot % kPageSize];
  }

  [[nodiscard]] const Order& at(Slot slot) const noexcept {
    return orders_[slot / kPageSize][slot % kPageSize];
  }

  // `slot` must be from take().
  [[nodiscard]] LiveTerms& terms(Slot slot) noexcept {
    return terms_[slot / kPageSize][slot % kPageSize];
  }

  [[nodiscard]] const LiveTerms& terms(Slot slot) const noexcept {
    return terms_[slot / kPageSize][slot % kPageSize];
  }

 private:
  std::uint32_t add_live_page();
  BETEX_SELDOM void open_live_page();

  // All by page.
  std::vector<std::unique_ptr<Order[]>> orders_;
  std::vector<std::unique_ptr<LiveTerms[]>> terms_;  // null: orders that have finished
  std::vector<std::uint8_t> forgotten_;

  std::vector<std::uint32_t> reserved_;  // pages for live orders
  Slot free_ = 0;                        // a list through `next`
  Slot next_fresh_ = 1;
  Slot end_of_fresh_ = kPageSize;
};

class OrderTable {
 public:
  // Makes pages for so many more orders, live and finished.
  void reserve(std::size_t live, std::size_t finished);

  // A new record, all zero but its id, that counts as live. `id` must never have been used.
  Slot insert(OrderId id);

  // The order is Finished now, in its finished_generation. It stays where it is until
  // put_finished_away().
  void finish(Slot slot);

  // Moves the orders that have finished since the last call: their slots change. References to
  // them show what they were until the next insert().
  void put_finished_away();

  // The orders that finished before generation `number` - 1 are forgotten, all at once. Their
  // memory is used again after so many inserts that each has a bounded part of the work.
  void start_generation(std::uint32_t number);

  // 0: unknown.
  [[nodiscard]] Slot find(OrderId id) const noexcept {
    const std::uint64_t page = id.value() / kPageSize;
    if (page >= index_.size() || index_[page] == nullptr) {
      return 0;
    }
    const Slot slot = index_[page]->slots[id.value() % kPageSize] & ~kFinished;
    return pool_.is_forgotten(slot) ? 0 : slot;
  }

  // Hints that the order will be looked for soon, or used.
  void prefetch_index(OrderId id) const noexcept {
    const std::uint64_t page = id.value() / kPageSize;
    if (page < index_.size() && index_[page] != nullptr) {
      prefetch_line(&index_[page]->slots[id.value() % kPageSize]);
    }
  }

  void prefetch(OrderId id) const noexcept { prefetch_object(at(find(id))); }

  [[nodiscard]] Order& at(Slot slot) noexcept { return pool_.at(slot); }

  [[nodiscard]] const Order& at(Slot slot) const noexcept { return pool_.at(slot); }

  // The order must be live, or have finished in this transaction.
  [[nodiscard]] LiveTerms& terms(Slot slot) noexcept { return pool_.terms(slot); }

  [[nodiscard]] const LiveTerms& terms(Slot slot) const noexcept { return pool_.terms(slot); }

  // For the book, which changes the links of its orders.
  [[nodiscard]] OrderPool& pool() noexcept { return pool_; }

  // False also for an order that is not known. Reads the index, not the order.
  [[nodiscard]] bool is_live(OrderId id) const noexcept {
    const std::uint64_t page = id.value() / kPageSize;
    if (page >= index_.size() || index_[page] == nullptr) {
      return false;
    }
    const Slot slot = index_[page]->slots[id.value() % kPageSize];
    return slot != 0 && (slot & kFinished) == 0;
  }

  // Of known orders.
  [[nodiscard]] std::size_t size() const noexcept {
    return live_ + just_finished_.size() + finished_[0].count + finished_[1].count;
  }

  // Known orders in ascending order of ids.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& page : index_) {
      if (page == nullptr) {
        continue;
      }
      for (const Slot entry : page->slots) {
        const Slot slot = entry & ~kFinished;
        if (slot != 0 && !pool_.is_forgotten(slot)) {
          visit(slot, at(slot));
        }
      }
    }
  }

 private:
  static constexpr std::size_t kPageSize = 1024;  // of the index

  // In the index: of an order that has finished.
  static constexpr Slot kFinished = Slot{1} << 31;

  struct IndexPage {
    std::array<Slot, kPageSize> slots{};  // with kFinished
    std::size_t used = 0;
  };

  // The orders that finished in one generation, in pages of their own.
  struct Finished {
    std::vector<std::uint32_t> pages;
    std::size_t count = 0;
  };

  Slot slot_for_finished(Finished& generation);
  BETEX_SELDOM void add_page_to(Finished& generation);
  BETEX_SELDOM void add_index_page(std::size_t page);

  // The order must be known.
  [[nodiscard]] Slot& index_entry(OrderId id) noexcept {
    return index_[id.value() / kPageSize]->slots[id.value() % kPageSize];
  }

  [[gnu::noinline]] void sweep_index();

  OrderPool pool_;
  std::vector<std::unique_ptr<IndexPage>> index_;  // by id / kPageSize; null: nothing known there
  std::vector<std::unique_ptr<IndexPage>> spare_index_pages_;
  std::size_t live_ = 0;
  std::vector<Slot> just_finished_;
  std::array<Finished, 2> finished_;      // by generation % 2
  std::vector<std::uint32_t> forgotten_;  // pages that the index still refers to
  std::vector<std::uint32_t> spare_;      // pages for finished orders
  std::size_t swept_ = 0;                 // index entries, since the last were forgotten
};

}  // namespace betex::matching

// The bare floor that the matching engine is measured against: the least that price-time matching
// can do. A ladder array, intrusive lists, dense order ids; no checks, no accounts, no ClOrdIDs, no
// log. With events it also writes 64 bytes per result.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/bench/neutral_mix.h"

namespace betex::matching::bench {

template <bool WithEvents>
class Floor {
 public:
  explicit Floor(std::size_t orders) : orders_(orders + 1), events_(WithEvents ? kEvents : 0) {}

  // Returns how many orders live more or fewer.
  int run(const Operation& operation) {
    switch (operation.kind) {
      case Kind::Add:
        add(operation);
        return 1;
      case Kind::Cancel:
        remove(operation.order);
        tell(operation.order, 0, 0);
        return -1;
      case Kind::Cross:
        return cross(operation);
    }
    return 0;
  }

  [[nodiscard]] bool live(std::uint32_t order) const { return orders_[order].leaves > 0; }

  // The newest order's number.
  [[nodiscard]] std::uint32_t last() const { return last_; }

 private:
  static constexpr std::size_t kEvents = 1 << 12;

  struct FloorOrder {
    std::uint32_t previous = 0;
    std::uint32_t next = 0;
    std::int32_t tick = 0;
    Side side{};
    std::int64_t leaves = 0;
  };

  struct FloorLevel {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  struct FloorEvent {
    std::array<std::uint64_t, 8> words{};
  };

  void tell(std::uint64_t order, std::uint64_t other, std::uint64_t quantity) {
    if constexpr (WithEvents) {
      events_[event_++ % kEvents].words = {order, other, quantity, event_, 0, 0, 0, 0};
    }
  }

  void add(const Operation& operation) {
    const std::uint32_t id = ++last_;
    FloorOrder& order = orders_[id];
    FloorLevel& level = levels_[static_cast<std::size_t>(operation.tick)];
    order = {level.last, 0, operation.tick, operation.side, operation.quantity};
    (level.last == 0 ? level.first : orders_[level.last].next) = id;
    level.last = id;
    if (operation.side == Side::Bid) {
      best_bid_ = std::min(best_bid_, operation.tick);
    } else {
      best_ask_ = std::max(best_ask_, operation.tick);
    }
    tell(id, 0, static_cast<std::uint64_t>(operation.quantity));
  }

  void remove(std::uint32_t id) {
    FloorOrder& order = orders_[id];
    FloorLevel& level = levels_[static_cast<std::size_t>(order.tick)];
    (order.previous == 0 ? level.first : orders_[order.previous].next) = order.next;
    (order.next == 0 ? level.last : orders_[order.next].previous) = order.previous;
    order.leaves = 0;
  }

  int cross(const Operation& operation) {
    const std::uint32_t id = ++last_;
    const bool bid = operation.side == Side::Bid;
    std::int64_t left = operation.quantity;
    int change = 0;
    std::int32_t& best = bid ? best_ask_ : best_bid_;
    while (left > 0 && best >= 0 && best < kTicks) {
      const std::uint32_t maker = levels_[static_cast<std::size_t>(best)].first;
      if (maker == 0 || orders_[maker].side == operation.side) {
        best += bid ? -1 : 1;
        continue;
      }
      const std::int64_t quantity = std::min(left, orders_[maker].leaves);
      left -= quantity;
      tell(id, maker, static_cast<std::uint64_t>(quantity));
      if (quantity == orders_[maker].leaves) {
        remove(maker);
        --change;
      } else {
        orders_[maker].leaves -= quantity;
      }
    }
    best = std::clamp(best, -1, kTicks);
    return change;
  }

  std::vector<FloorOrder> orders_;
  std::array<FloorLevel, kTicks> levels_{};
  std::vector<FloorEvent> events_;
  std::uint64_t event_ = 0;
  std::uint32_t last_ = 0;
  std::int32_t best_bid_ = kTicks;  // odds: the lowest back is the best
  std::int32_t best_ask_ = -1;
};

}  // namespace betex::matching::bench

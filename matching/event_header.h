// What every event starts with: its kind and its place in its market's history.
#pragma once

#include <cstddef>
#include <cstdint>

#include "matching/fields.h"
#include "matching/types.h"

namespace betex::matching {

enum class EventKind : std::uint16_t {
#define BETEX_EVENT(name, number) name = number,
#include "matching/events.def"
};

// Largest event of any kind: an OrderCancelledBatched of 4096 order ids.
inline constexpr std::size_t kMaxEventSize = 32'904;

struct EventHeader {
  EventKind kind{};
  std::uint16_t reserved = 0;
  std::uint32_t size = 0;  // of the whole event, this header included; a multiple of 8
  MarketId market;         // 0: the event belongs to no market
  std::uint32_t reserved2 = 0;
  std::uint64_t market_seq = 0;  // gapless per market, from 1; 0 where market is 0
};

static_assert(sizeof(EventHeader) == 24);

// An order's values after the event: a report made at any later time says the same.
struct OrderValues {
  Quantity order_qty;
  Quantity cum_qty;
  Quantity leaves_qty;
  Notional notional;              // sum of quantity times price over all fills
  std::uint32_t chain_index = 0;  // of the last accepted request in the order's ClOrdID chain
  Zeros<4> reserved;
};

BETEX_FIELDS(OrderValues, order_qty, cum_qty, leaves_qty, notional, chain_index, reserved);

}  // namespace betex::matching

// What every event starts with: its kind and its place in its market's history. Values on disk
// never change: a new meaning gets a new kind.
#pragma once

#include <cstddef>
#include <cstdint>

#include "matching/types.h"

namespace betex::matching {

enum class EventKind : std::uint16_t {  // on disk: never change
  // Sessions: 1..
  SessionWentUp = 1,
  SessionWentDown = 2,
  NumbersReserved = 3,
  InboundRefused = 4,
  ReportsDelivered = 5,
  SessionNumbersSet = 6,
  SessionSuspended = 7,
  SessionResumed = 8,
  SessionLoggedOut = 9,
  // Accounts: 20..
  AccountCreated = 20,
  AccountSuspended = 21,
  AccountResumed = 22,
  AccountLimitsSet = 23,
  // Markets: 40..
  MarketCreated = 40,
  RunnerAdded = 41,
  MarketOpened = 42,
  RunnerRemoved = 43,
  MarketSuspended = 44,
  MarketResumed = 45,
  MarketHalted = 46,
  MarketUnhalted = 47,
  MarketTurnedInPlay = 48,
  MarketClosed = 49,
  MarketDetermined = 50,
  MarketVoided = 51,
  // Orders: 60..
  OrderAccepted = 60,
  OrderRejected = 61,
  OrderRested = 62,
  TradeMatched = 63,
  OrderCancelled = 64,
  CancelRejected = 65,
  OrderReduced = 66,
  OrderReleased = 67,
  OrderAmended = 68,
  AmendDelayed = 69,
  OrderExpired = 70,
  OrderStatusAnswered = 71,
  // Batched processes: 80..
  BatchStarted = 80,
  OrderCancelledBatched = 81,
  BatchCompleted = 82,
  MassCancelRejected = 83,
  // Time: 90..
  TradingDaySet = 90,
  TradingDayEnded = 91,
  ClOrdIdGenerationEnded = 92,
  // 93 was ClOrdIdsForgotten.
  // Refusals of everything else: 100..
  CommandRejected = 100,
  // Journaled for audit and idempotency: 120..
  Announced = 120,
  WatermarkMoved = 121,
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
  std::uint32_t reserved = 0;
};

}  // namespace betex::matching

// What happened: the only input of `apply`, the content of the journal, the source of every report.
//
// An event is a fixed-layout little-endian struct without padding, starting with an EventHeader; a
// transaction's events stand one after the other. An OrderCancelledBatched is followed by its order
// ids. journal/FORMAT.md describes the bytes.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>

#include "matching/batch_events.h"
#include "matching/event_header.h"
#include "matching/market_events.h"
#include "matching/order_events.h"
#include "matching/session_events.h"

namespace betex::matching {

static_assert(std::endian::native == std::endian::little, "events are journaled as they are");

// Calls `visit(std::type_identity<E>{})` for every event type E; the one list of them.
template <typename Visitor>
constexpr void for_each_event_type(Visitor&& visit) {
  visit(std::type_identity<SessionWentUp>{});
  visit(std::type_identity<SessionWentDown>{});
  visit(std::type_identity<NumbersReserved>{});
  visit(std::type_identity<InboundRefused>{});
  visit(std::type_identity<ReportsDelivered>{});
  visit(std::type_identity<SessionNumbersSet>{});
  visit(std::type_identity<SessionSuspended>{});
  visit(std::type_identity<SessionResumed>{});
  visit(std::type_identity<SessionLoggedOut>{});
  visit(std::type_identity<AccountCreated>{});
  visit(std::type_identity<AccountSuspended>{});
  visit(std::type_identity<AccountResumed>{});
  visit(std::type_identity<AccountLimitsSet>{});
  visit(std::type_identity<MarketCreated>{});
  visit(std::type_identity<RunnerAdded>{});
  visit(std::type_identity<MarketOpened>{});
  visit(std::type_identity<RunnerRemoved>{});
  visit(std::type_identity<MarketSuspended>{});
  visit(std::type_identity<MarketResumed>{});
  visit(std::type_identity<MarketHalted>{});
  visit(std::type_identity<MarketUnhalted>{});
  visit(std::type_identity<MarketTurnedInPlay>{});
  visit(std::type_identity<MarketClosed>{});
  visit(std::type_identity<MarketDetermined>{});
  visit(std::type_identity<MarketVoided>{});
  visit(std::type_identity<OrderAccepted>{});
  visit(std::type_identity<OrderRejected>{});
  visit(std::type_identity<OrderRested>{});
  visit(std::type_identity<TradeMatched>{});
  visit(std::type_identity<OrderCancelled>{});
  visit(std::type_identity<CancelRejected>{});
  visit(std::type_identity<OrderReduced>{});
  visit(std::type_identity<OrderReleased>{});
  visit(std::type_identity<OrderAmended>{});
  visit(std::type_identity<AmendDelayed>{});
  visit(std::type_identity<OrderExpired>{});
  visit(std::type_identity<OrderStatusAnswered>{});
  visit(std::type_identity<BatchStarted>{});
  visit(std::type_identity<OrderCancelledBatched>{});
  visit(std::type_identity<BatchCompleted>{});
  visit(std::type_identity<MassCancelRejected>{});
  visit(std::type_identity<TradingDaySet>{});
  visit(std::type_identity<TradingDayEnded>{});
  visit(std::type_identity<ClOrdIdGenerationEnded>{});
  visit(std::type_identity<CommandRejected>{});
  visit(std::type_identity<Announced>{});
  visit(std::type_identity<WatermarkMoved>{});
}

// One more than the greatest kind.
inline constexpr std::size_t kEventKinds = [] {
  std::size_t kinds = 0;
  for_each_event_type([&]<typename Event>(std::type_identity<Event>) {
    kinds = std::max(kinds, static_cast<std::size_t>(Event::kKind) + 1);
  });
  return kinds;
}();

// Calls `visit(std::type_identity<E>{})` for the event type E of this kind; false where no event
// has it. Costs one jump, where for_each_event_type() would compare the kind with each.
template <typename Visitor>
bool with_event_type(EventKind kind, Visitor&& visit) {
  using Call = void (*)(Visitor&);
  static constexpr auto kCalls = [] {
    std::array<Call, kEventKinds> calls{};
    for_each_event_type([&]<typename Event>(std::type_identity<Event>) {
      calls[static_cast<std::size_t>(Event::kKind)] = [](Visitor& visitor) {
        visitor(std::type_identity<Event>{});
      };
    });
    return calls;
  }();
  const auto place = static_cast<std::size_t>(kind);
  if (place >= kCalls.size() || kCalls[place] == nullptr) {
    return false;
  }
  kCalls[place](visit);
  return true;
}

// True if an event of this kind and size can be: the size of its struct, plus whole order ids for
// the one kind that has a tail. Its `count` must agree as well.
[[nodiscard]] constexpr bool event_size_fits(EventKind kind, std::size_t size) noexcept {
  bool fits = false;
  for_each_event_type([&]<typename Event>(std::type_identity<Event>) {
    static_assert(std::has_unique_object_representations_v<Event> && sizeof(Event) % 8 == 0);
    if (kind == Event::kKind) {
      fits = size == sizeof(Event);
    }
  });
  if (kind == EventKind::OrderCancelledBatched && size > sizeof(OrderCancelledBatched)) {
    const std::size_t tail = size - sizeof(OrderCancelledBatched);
    fits = tail % sizeof(OrderId) == 0 && tail / sizeof(OrderId) <= kMaxBatchedOrders;
  }
  return fits;
}

static_assert(sizeof(OrderCancelledBatched) + kMaxBatchedOrders * sizeof(OrderId) <= kMaxEventSize);

}  // namespace betex::matching

// What happened: the only input of `apply`, the content of the journal, the source of every report.
//
// An event is a fixed-layout little-endian struct without padding, starting with an EventHeader; a
// transaction's events stand one after the other. Some are followed by a tail: a counted list of
// parts of one type. journal/FORMAT.md describes the bytes.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>

#include "matching/account_events.h"
#include "matching/approval_events.h"
#include "matching/batch_events.h"
#include "matching/event_header.h"
#include "matching/event_tail.h"
#include "matching/market_events.h"
#include "matching/order_events.h"
#include "matching/order_group_events.h"
#include "matching/session_events.h"
#include "matching/settlement_events.h"

namespace betex::matching {

static_assert(std::endian::native == std::endian::little, "events are journaled as they are");

// Calls `visit(std::type_identity<E>{})` for every event type E, in the order of their kinds.
template <typename Visitor>
constexpr void for_each_event_type(Visitor&& visit) {
#define BETEX_EVENT(name, number) visit(std::type_identity<name>{});
#include "matching/events.def"
}

// What one event type must keep to, and all together.
#define BETEX_EVENT(name, number)                                                         \
  static_assert(name::kKind == EventKind::name && std::is_trivially_copyable_v<name>);    \
  static_assert(std::has_unique_object_representations_v<name> && sizeof(name) % 8 == 0); \
  static_assert(max_size<name>() <= kMaxEventSize);
#include "matching/events.def"

static_assert(
    [] {
      int last = 0;
      bool ascend = true;
      for_each_event_type([&]<typename Event>(std::type_identity<Event>) {
        ascend = ascend && static_cast<int>(Event::kKind) > last;
        last = static_cast<int>(Event::kKind);
      });
      return ascend;
    }(),
    "the numbers in events.def ascend, so that none is given twice");

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

}  // namespace betex::matching

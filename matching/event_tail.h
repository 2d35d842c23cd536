// Events of which the number of bytes is not the same in every log: those with a tail, and those
// that an older program wrote without the fields that have come since.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "matching/event_header.h"

namespace betex::matching {

// An event that is followed by `count` parts of the type Tail, at most kMaxTail. kTailName is what
// one of them is called in dumps. Its fields before them never change: where more is needed, it is
// a new kind of event.
template <typename Event>
concept HasTail = requires(const Event& event) {
  typename Event::Tail;
  Event::kMaxTail;
  Event::kTailName;
  event.count;
};

// Valid as long as the event's own bytes, with the tail behind them.
template <HasTail Event>
[[nodiscard]] std::span<const typename Event::Tail> tail_of(const Event& event) noexcept {
  return {reinterpret_cast<const typename Event::Tail*>(&event + 1), event.count};
}

template <typename Event>
[[nodiscard]] constexpr std::size_t max_size() noexcept {
  if constexpr (HasTail<Event>) {
    return sizeof(Event) + Event::kMaxTail * sizeof(typename Event::Tail);
  } else {
    return sizeof(Event);
  }
}

// The size that the event had when its kind first came. One to which fields were added, always at
// its end, says it as kFirstSize; what an older program wrote has zeros for the rest.
template <typename Event>
[[nodiscard]] constexpr std::size_t first_size() noexcept {
  if constexpr (requires { Event::kFirstSize; }) {
    static_assert(!HasTail<Event> && Event::kFirstSize < sizeof(Event));
    return Event::kFirstSize;
  } else {
    return sizeof(Event);
  }
}

// Calls `visit(event)` with the event at `bytes`, of which the header says how many there are. One
// that is shorter than its type is completed in a copy, which lives as long as the call.
template <typename Event, typename Visitor>
void visit_event(const std::byte* bytes, Visitor&& visit) {
  if constexpr (first_size<Event>() < sizeof(Event)) {
    const auto& header = *reinterpret_cast<const EventHeader*>(bytes);
    if (header.size < sizeof(Event)) {
      Event whole{};
      std::memcpy(&whole, bytes, header.size);
      visit(static_cast<const Event&>(whole));
      return;
    }
  }
  visit(*reinterpret_cast<const Event*>(bytes));
}

}  // namespace betex::matching

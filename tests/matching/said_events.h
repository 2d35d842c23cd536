// What an engine has said: its events as the bytes that are journaled, so that two engines can be
// compared by all of it, and as text by the names of their fields, for whoever reads a difference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "matching/transaction.h"

namespace betex::matching::testing {

// One event with its tail.
class SaidEvent {
 public:
  // `bytes` begin with an EventHeader.
  explicit SaidEvent(std::span<const std::byte> bytes) : bytes_{bytes.begin(), bytes.end()} {}

  // The event fills in what follows from its type and its tail.
  template <typename Event>
  static SaidEvent of(Event event) {
    event.header.kind = Event::kKind;
    event.header.size = sizeof(Event);
    return SaidEvent{std::as_bytes(std::span{&event, 1})};
  }

  template <HasTail Event>
  static SaidEvent of(Event event, const std::vector<typename Event::Tail>& tail) {
    event.count = static_cast<std::uint32_t>(tail.size());
    event.header.kind = Event::kKind;
    const auto tail_bytes = std::as_bytes(std::span{tail});
    event.header.size = static_cast<std::uint32_t>(sizeof(Event) + tail_bytes.size());
    SaidEvent said{std::as_bytes(std::span{&event, 1})};
    said.bytes_.insert(said.bytes_.end(), tail_bytes.begin(), tail_bytes.end());
    return said;
  }

  [[nodiscard]] EventKind kind() const { return header().kind; }

  [[nodiscard]] const EventHeader& header() const {
    return *reinterpret_cast<const EventHeader*>(bytes_.data());
  }

  // Calls `visit(event)` with the event, typed; it is valid during the call.
  template <typename Visitor>
  void visit(Visitor&& visitor) const {
    with_event_type(kind(), [&]<typename Event>(std::type_identity<Event>) {
      visit_event<Event>(bytes_.data(), visitor);
    });
  }

  friend bool operator==(const SaidEvent&, const SaidEvent&) = default;

 private:
  std::vector<std::byte> bytes_;
};

using SaidEvents = std::vector<SaidEvent>;

SaidEvents events_of(const TransactionView& transaction);

// "TradeMatched market=1 instrument=2 ... maker.order=5 ...": what is 0 or empty is left out.
std::string to_string(const SaidEvent& event);
std::string to_string(const SaidEvents& events);

// Why or how: its reason, cause or entry as a number, 0 where it has none. Tells events of a kind
// apart in what a run has covered.
std::uint32_t outcome_of(const SaidEvent& event);

}  // namespace betex::matching::testing

// Logs that are damaged in one place, to see the invariant that is about it bite.
#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <vector>

#include "tests/matching/exchange.h"
#include "tests/matching/log_invariants.h"

namespace betex::matching::testing {

// Changes the events of one type in a log.
template <typename Event>
void damage(std::vector<StoredTransaction>& log, const std::function<void(Event&)>& change) {
  for (StoredTransaction& transaction : log) {
    for (std::size_t at = 0; at < transaction.events.size();) {
      EventHeader header;
      std::memcpy(&header, transaction.events.data() + at, sizeof(header));
      if (header.kind == Event::kKind) {
        change(*reinterpret_cast<Event*>(transaction.events.data() + at));
      }
      at += header.size;
    }
  }
}

inline Breaches read(const std::vector<StoredTransaction>& log) {
  LogInvariants invariants;
  for (const StoredTransaction& transaction : log) {
    if (Breaches breaches = invariants.read(transaction.view()); !breaches.empty()) {
      return breaches;
    }
  }
  return {};
}

// The first part of the event's tail.
template <HasTail Event>
typename Event::Tail& first_of(Event& event) {
  return *reinterpret_cast<typename Event::Tail*>(&event + 1);
}

}  // namespace betex::matching::testing

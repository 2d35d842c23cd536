// Which operators are told how markets change: those that have asked for it, from the event behind
// the one that says so up to the one that says otherwise. Brokers are told without asking and do
// not stand here.
#pragma once

#include <span>
#include <vector>

#include "matching/types.h"

namespace betex::gateway {

// A value type. *Owned by one thread.*
class MarketWatches {
 public:
  // A session's beginning or end, as the event `seq` has it.
  struct Change {
    matching::SessionId session;
    matching::EventSeq seq;
    bool on = false;

    friend bool operator==(const Change&, const Change&) = default;
  };

  // Of an event behind all those before. One that changes nothing is left out.
  void note(const Change& change);

  // The session has all reports of events up to `seq`: how things were before that does not count.
  void forget(matching::SessionId session, matching::EventSeq seq);

  // Whether the session is told of event `seq`.
  [[nodiscard]] bool told(matching::SessionId session, matching::EventSeq seq) const noexcept;

  // In the order of their events; of a session every other one is a beginning.
  [[nodiscard]] std::span<const Change> changes() const noexcept { return changes_; }

 private:
  std::vector<Change> changes_;
};

}  // namespace betex::gateway

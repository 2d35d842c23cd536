// Which event was the last one at a time in the past, to about an hour: how far back the report
// horizon reaches.
#pragma once

#include <cstdint>
#include <deque>

#include "matching/types.h"

namespace betex::gateway {

// Reports older than this (7 days of journaled time) are not kept for a session that is away, nor
// is the log for its sake (start/retention.h).
inline constexpr std::int64_t kReportHorizonNanos = std::int64_t{7} * 24 * 3600 * 1'000'000'000;

// *Owned by one thread.*
class EventTimes {
 public:
  // Events come in order.
  void note(matching::EventSeq seq, matching::Timestamp time);

  // An event at or before `time`, at most an hour of events before the last such one. 0: none that
  // is known of.
  [[nodiscard]] matching::EventSeq last_at(matching::Timestamp time);

 private:
  struct Sample {
    matching::Timestamp time;
    matching::EventSeq seq;
  };

  std::deque<Sample> samples_;
};

}  // namespace betex::gateway

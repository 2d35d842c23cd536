#include "gateway/reports/event_times.h"

namespace betex::gateway {
namespace {

constexpr std::int64_t kNanosBetweenSamples = std::int64_t{3600} * 1'000'000'000;

}  // namespace

void EventTimes::note(matching::EventSeq seq, matching::Timestamp time) {
  if (samples_.empty() || time.value() - samples_.back().time.value() >= kNanosBetweenSamples) {
    samples_.push_back({.time = time, .seq = seq});
  }
}

matching::EventSeq EventTimes::last_at(matching::Timestamp time) {
  while (samples_.size() > 1 && samples_[1].time <= time) {
    samples_.pop_front();
  }
  return samples_.empty() || samples_.front().time > time ? matching::EventSeq{0}
                                                          : samples_.front().seq;
}

}  // namespace betex::gateway

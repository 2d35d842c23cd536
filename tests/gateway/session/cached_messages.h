// Messages as a session sends them, into the session cache.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "gateway/session/session_cache.h"
#include "matching/types.h"

namespace betex::test {

// Those with numbers from `first` to `last`: "message 1" and so on. A report's event is ten times
// its number; an answer tells of none. The client has proven to have the reports up to `delivered`.
struct Sent {
  matching::SessionId session{1};
  matching::SessionEpoch epoch{1};
  std::uint32_t first = 1;
  std::uint32_t last = 1;
  bool answers = false;
  std::uint64_t delivered = 0;
};

// Throws std::runtime_error where there is no room.
inline void store(fix::SessionCache& cache, const Sent& sent) {
  for (std::uint32_t number = sent.first; number <= sent.last; ++number) {
    fix::OutboundState state = cache.state(sent.session).value_or(fix::OutboundState{});
    const fix::ReportId report{
        .event = matching::EventSeq{sent.answers ? 0 : std::uint64_t{10} * number}};
    state.sent = sent.answers ? state.sent : report;
    state.epoch = sent.epoch;
    state.last_number = matching::MsgSeqNum{number};
    if (!cache.make_room(sent.session, sent.answers, matching::EventSeq{sent.delivered})) {
      throw std::runtime_error{"no room for message " + std::to_string(number)};
    }
    cache.append(sent.session, state, report, "message " + std::to_string(number));
  }
}

}  // namespace betex::test

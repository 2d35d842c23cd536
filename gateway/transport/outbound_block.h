// A run of outbound messages of one session: what is cached in one piece, and written to the socket
// in one piece. The bytes leave only after the cache has them (README.md, "The two gates").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/link/report.h"
#include "matching/types.h"

namespace betex::fix {

// A leg at or behind all of an event's reports.
inline constexpr std::uint32_t kAllLegs = UINT32_MAX;

// How far a session has got in sending, in one epoch of its numbers.
struct OutboundState {
  matching::SessionEpoch epoch;
  matching::MsgSeqNum last_number;  // the last one used; 0: none yet
  ReportId sent;                    // the last report of an event that was sent
  ReportId poss_resend_to;          // up to here a client may have seen a report before: 97=Y

  friend constexpr bool operator==(const OutboundState&, const OutboundState&) noexcept = default;
};

// Filled on its session's strand; immutable, and so shared with other threads, once it is sealed.
struct OutboundBlock {
  // An application message, to be kept for a resend. Administrative ones are never sent again.
  struct Entry {
    matching::MsgSeqNum number;
    ReportId report;
    std::size_t offset = 0;  // in `bytes`
    std::size_t size = 0;
  };

  matching::SessionId session;
  OutboundState state;           // after the last message of the block
  matching::EventSeq delivered;  // the client has proven to have the reports of events up to here
  std::string bytes;             // all messages, one after the other
  std::vector<Entry> entries;

  // The block begins with a Reject(3) of the application message with this number: neither it nor
  // anything behind it leaves before that refusal is durable.
  std::optional<matching::MsgSeqNum> held_for;
};

}  // namespace betex::fix

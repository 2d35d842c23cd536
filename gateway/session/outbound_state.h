// How far a session has got in sending.
#pragma once

#include <cstdint>

#include "gateway/link/report_parts.h"
#include "matching/types.h"

namespace betex::fix {

// A leg at or behind all of an event's reports.
inline constexpr std::uint32_t kAllLegs = UINT32_MAX;

// In one epoch of its numbers.
struct OutboundState {
  matching::SessionEpoch epoch;
  matching::MsgSeqNum last_number;  // the last one used; 0: none yet
  ReportId sent;                    // the last report of an event that was sent
  ReportId poss_resend_to;          // up to here a client may have seen a report before: 97=Y

  friend constexpr bool operator==(const OutboundState&, const OutboundState&) noexcept = default;
};

}  // namespace betex::fix

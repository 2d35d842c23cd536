// What reports of several kinds have in common.
#pragma once

#include <cstdint>

#include "matching/types.h"

namespace betex::fix {

// Names a report for ever: the event that it tells of, and which of its sides. ExecID(17) is made
// of it, so a client that goes by ExecID takes a repeated report for what it is. Event 0: the
// answer to a request that changes nothing, which tells of no event (17=0).
struct ReportId {
  matching::EventSeq event;
  std::uint32_t leg = 0;

  friend constexpr auto operator<=>(const ReportId&, const ReportId&) noexcept = default;
};

// How many decimals prices and quantities show at least: 2 and 2 in odds markets, 2 and 0 in binary
// ones, 0 and 0 where the instrument is unknown and the client's own numbers are echoed.
struct DecimalFormat {
  std::uint8_t price_decimals = 0;
  std::uint8_t quantity_decimals = 0;

  friend bool operator==(const DecimalFormat&, const DecimalFormat&) = default;
};

// What an OrderMassCancelRequest(q) asks to be cancelled, tag 530.
enum class MassCancelType : std::uint8_t { Security = 1, Session = 6, All = 7, MarketSegment = 9 };

}  // namespace betex::fix

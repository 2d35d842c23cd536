// What the engine says to a RequestForPositions(AN), a part at a time, on its way to whoever makes
// reports of it.
#pragma once

#include <cstdint>
#include <type_traits>

#include "gateway/link/session_link.h"
#include "matching/info.h"
#include "matching/types.h"

namespace betex::gateway {

// As of when it was written.
struct PositionsPart {
  enum class Kind : std::uint8_t {
    Row,      // one market, and with it the runners that the account has bets or open orders on
    Totals,   // the last part
    Unknown,  // there is no such account
    TooMany,  // the session's request before is not answered yet
  };

  PositionsQuery query;
  matching::Timestamp asked_at;
  std::uint32_t number = 1;  // of the part's first message in the answer
  Kind kind = Kind::Row;
  matching::AccountInfo account;  // Totals
  matching::MarketId market;      // Row, as those below
  std::uint32_t runners = 0;      // 0 in a binary market
  matching::Quantity position;
  matching::Money exposure;
};

static_assert(std::is_trivially_copyable_v<PositionsPart> && sizeof(PositionsPart) % 8 == 0);

}  // namespace betex::gateway

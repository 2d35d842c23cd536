// How a request of an operator would be decided.
#pragma once

#include <cstdint>

#include "matching/market_commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

struct DryRun {
  Reason reason = Reason::None;   // why it would be refused; of a request that is known: was
  EventSeq answered_by;           // 0, or the request is known: the first event that it caused
  Timestamp expires;              // 0, or it is known and waits for a second operator until then
  std::uint8_t detail = 0;        // as in CommandRejected
  Name subject;                   // likewise
  std::uint64_t open_orders = 0;  // of what it is about, where it cancels: the most that it may
  std::uint64_t version = 0;      // of the market that it names, as the state
  MarketState state{};            // 0: it names none that there is
  EventSeq as_of;                 // the last event that this is based on
};

}  // namespace betex::matching

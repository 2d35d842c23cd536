// How a request of an operator would be decided.
#pragma once

#include <cstdint>

#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

struct DryRun {
  Reason reason = Reason::None;   // why it would be refused; of a request that is known: was
  EventSeq answered_by;           // 0, or the request is known: the first event that it caused
  std::uint8_t detail = 0;        // as in CommandRejected
  Name subject;                   // likewise
  std::uint64_t open_orders = 0;  // of what it is about, where it cancels: the most that it may
  EventSeq as_of;                 // the last event that this is based on
};

}  // namespace betex::matching

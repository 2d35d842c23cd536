// What the engine says to the dry run of an operator's request, on its way to whoever makes its
// report.
#pragma once

#include <cstdint>
#include <type_traits>

#include "matching/dry_run.h"
#include "matching/types.h"

namespace betex::gateway {

struct DryRunPart {
  matching::SessionId session;  // that asks
  std::uint16_t command = 0;    // its kind: the index of the alternative in CommandBody, from 1
  matching::Name request_id;
  matching::Timestamp asked_at;
  matching::DryRun outcome;
};

static_assert(std::is_trivially_copyable_v<DryRunPart>);

}  // namespace betex::gateway

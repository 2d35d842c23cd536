// What any thread may read of what was told again.
#pragma once

#include "gateway/pipeline/tally.h"

namespace betex::gateway {

struct ReplayFigures {
  // ---- On the report thread: requests that were refused
  Tally unknown;      // for another application than ours
  Tally unavailable;  // from before what is kept, or nothing is told again any more

  // ---- On the replay thread: what became of the others
  Tally done;
  Tally replaced;  // by a later one of the same session
  Tally left;      // the session has ended
  Tally cut;       // its segments have been retired meanwhile
  Tally failed;    // the thread has

  Tally running;  // that are promised, and not at their end
  Tally reports;  // handed over
  Tally lost;     // 1: the thread has ended by an exception
};

}  // namespace betex::gateway

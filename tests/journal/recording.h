// What is stored in stored_log/: the commands that led to it are here, and give it again.
#pragma once

#include <vector>

#include "matching/types.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {

struct Recording {
  std::vector<StoredTransaction> log;
  std::vector<EventSeq> snapshots;  // after which events there is one
};

// Two brokers' days on a small exchange; every kind of event that there was when it was stored
// happens at least once.
Recording record_two_days();

}  // namespace betex::matching::testing

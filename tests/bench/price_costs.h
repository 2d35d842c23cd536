// What prices cost where nothing else does: the making of what sessions are told, and the way from
// a commit to a written socket. In this process, without a gateway.
#pragma once

#include "tests/bench/load.h"

namespace betex::bench {

struct EncodeCost {
  double ns_an_entry = 0;       // and subscriber, processor time of a turn
  double ns_a_transaction = 0;  // processor time to take one into the books
};

// `sessions` that are subscribed to 100 markets of 3 runners, 3 levels deep, ConflateMs 50, of
// which every instrument has changed at each tick. Nothing is written anywhere.
[[nodiscard]] EncodeCost measure_encoding(int sessions, int ticks);

// Microseconds from the journal's release of a slot until the write of the update that tells of it
// has returned: md's own thread, another one that writes, one session, `count` events, `rate` a
// second.
[[nodiscard]] Micros measure_event_to_wire(int count, double rate);

}  // namespace betex::bench

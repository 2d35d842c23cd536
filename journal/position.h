// A place in the log, between two transactions.
#pragma once

#include <optional>

#include "journal/format.h"

namespace betex::journal {

// Behind the transaction `last_tx_id`, whose last event is `last_seq`; zeros at the log's start.
struct Position {
  EventSeq last_seq;
  TxId last_tx_id;
  Timestamp last_timestamp;
  Chain chain;
  std::optional<SegmentName> segment;  // that holds it

  friend constexpr bool operator==(const Position&, const Position&) noexcept = default;
};

}  // namespace betex::journal

// What an event says, in one flat comparable form: what the engine's events and those of the
// reference engine are reduced to before they are compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "matching/transaction.h"

namespace betex::matching::testing {

// What an event does not have is 0 or empty here.
struct Fact {
  EventKind kind{};
  std::uint64_t market = 0;
  std::uint64_t order = 0;
  std::uint64_t other = 0;  // counterparty, instrument, batch, epoch or kind of request
  std::uint64_t session = 0;
  std::uint64_t requester = 0;
  std::uint64_t account = 0;
  std::uint64_t version = 0;
  std::int64_t quantity = 0;
  std::int64_t filled = 0;
  std::int64_t leaves = 0;
  std::int64_t notional = 0;
  std::int64_t chain = 0;  // index into the order's ClOrdIDs
  std::int64_t tick = 0;
  std::int64_t cash = 0;
  std::int64_t lock = 0;
  std::int64_t closing = 0;
  std::int64_t at = 0;     // a time, or the cursor of a process
  std::uint32_t code = 0;  // reason, cause or entry
  std::string id;          // ClOrdID, or the name of what it is about
  std::string request;     // request id, or OrigClOrdID

  friend bool operator==(const Fact&, const Fact&) = default;
};

using Facts = std::vector<Fact>;

// A trade gives two facts, one a leg; a batched cancel one, and one an order.
Facts facts_of(const TransactionView& transaction);

std::string to_string(const Facts& facts);

}  // namespace betex::matching::testing

// What an event says, in one flat comparable form: what the engine's events and those of the
// reference engine are reduced to before they are compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "matching/transaction.h"

namespace betex::matching::testing {

struct Fact {
  EventKind kind{};
  std::uint64_t market = 0;
  std::uint64_t order = 0;
  std::uint64_t other = 0;  // counterparty, instrument, batch or kind of request
  std::int64_t quantity = 0;
  std::int64_t tick = 0;
  std::int64_t leaves = 0;
  std::int64_t cash = 0;
  std::int64_t lock = 0;
  std::int64_t closing = 0;
  std::uint32_t code = 0;  // reason, cause or entry

  friend bool operator==(const Fact&, const Fact&) = default;
};

using Facts = std::vector<Fact>;

// A trade gives two facts, one a leg; a batched cancel one an order.
Facts facts_of(const TransactionView& transaction);

std::string to_string(const Facts& facts);

}  // namespace betex::matching::testing

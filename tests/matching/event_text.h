// Events as one readable line each, for tests and scripts: `accepted #1 alice bid 30.00 @ 2.04
// rests`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "matching/commands.h"
#include "matching/transaction.h"

namespace betex::matching::testing {

// Knows names and units from the events that it has described before: give it all of them.
class EventText {
 public:
  std::vector<std::string> describe(const TransactionView& transaction);

 private:
  friend class Describer;

  struct Instrument {
    Name symbol;
    MarketKind kind{};
    LadderKind ladder{};
  };

  std::map<AccountId, std::string> accounts_;
  std::map<MarketId, Instrument> markets_;
  std::map<InstrumentId, Instrument> instruments_;
  std::map<OrderId, InstrumentId> orders_;
};

std::string decimal_text(std::int64_t units, int fraction_digits);

// In major units: "-12.5000".
std::string money_text(Int128 mu);

}  // namespace betex::matching::testing

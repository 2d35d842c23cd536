// What a row may cost at worst (RULES.md section 5), twice: as the closed form that the rules give,
// and by trying every result with every subset of the open orders filled.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "matching/types.h"

namespace betex::matching::testing {

// What an odds market's row gets from one runner's matched bets.
struct RunnerSums {
  Int128 won = 0;   // if it wins
  Int128 lost = 0;  // if it loses
};

// What may still come of an open order.
struct OpenPart {
  InstrumentId instrument;
  Side side{};
  Int128 part = 0;  // that it may cost
  Int128 gain = 0;  // that it may bring: only the brute force asks
};

// `runners` are the active ones, those without bets too.
using Runners = std::map<InstrumentId, RunnerSums>;

Int128 odds_exposure(const Runners& runners,
                     std::uint32_t winners,
                     const std::vector<OpenPart>& open);
Int128 odds_exposure_by_force(const Runners& runners,
                              std::uint32_t winners,
                              const std::vector<OpenPart>& open);

// `position`: YES contracts, negative for NO.
Int128 binary_exposure(Int128 position, const std::vector<OpenPart>& open);
Int128 binary_exposure_by_force(Int128 position, const std::vector<OpenPart>& open);

}  // namespace betex::matching::testing

// Events as one readable line each, for tests and scripts: `accepted #1 alice bid 30.00 @ 2.04
// rests`.
#pragma once

#include <string>
#include <vector>

#include "matching/engine.h"

namespace betex::matching::testing {

// Names and units come from the engine's reads; it must have applied the transaction.
std::vector<std::string> describe(const Engine& engine, const TransactionView& transaction);

std::string decimal_text(std::int64_t units, int fraction_digits);

}  // namespace betex::matching::testing

// Market data's books against the engine's.
#pragma once

#include <string>

#include "gateway/market_data/market_books.h"
#include "matching/engine.h"

namespace betex::sim {

// Both after the same event. Empty: they are equal.
[[nodiscard]] std::string why_books_differ(const matching::Engine& engine,
                                           const gateway::MarketBooks& books);

}  // namespace betex::sim

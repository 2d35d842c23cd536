// Who uses the simulated exchange, by the names that config/sessions.cfg and config/accounts.toml
// give them: each broker trades for the account that is called like it.
#pragma once

#include <array>
#include <string_view>

namespace betex::sim {

// Of both dialects in turn: the first and the third speak FIXT.1.1, the others FIX.4.4.
inline constexpr std::array<std::string_view, 4> kTraders{
    "BROKER1", "BROKER3", "BROKER2", "BROKER4"};

inline constexpr std::string_view kOperator = "OPS1";
inline constexpr std::string_view kSecondOperator = "OPS2";
inline constexpr std::string_view kDropCopy = "DROP1";
inline constexpr std::array<std::string_view, 1> kWatchers{"MD1"};

inline constexpr std::string_view kPassword = "demo";  // of all of them

// Odds and binary: what config/markets.toml opens at the first start.
inline constexpr std::array<std::string_view, 4> kFirstSymbols{
    "EPL-ARS-CHE.HOME", "EPL-ARS-CHE.DRAW", "EPL-ARS-CHE.AWAY", "RAIN-LON"};

}  // namespace betex::sim

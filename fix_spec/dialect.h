// The two dialects that we speak and the roles of those who speak them.
#pragma once

#include <cstdint>
#include <string_view>

namespace betex::fix {

// FIXT.1.1 carries FIX.5.0SP2.
enum class FixVersion : std::uint8_t { Fixt11, Fix44 };

// BeginString(8).
constexpr std::string_view begin_string(FixVersion version) noexcept {
  return version == FixVersion::Fixt11 ? "FIXT.1.1" : "FIX.4.4";
}

// What a session may send (rules_of_engagement.md, "Roles").
enum class SessionRole : std::uint8_t { Broker, Ops, DropCopy, MarketData };

}  // namespace betex::fix

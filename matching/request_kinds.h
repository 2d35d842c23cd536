// Which kinds of requests operators have: what makes the exchange safer, what reopens something,
// what a second operator may have to approve (RULES.md section 5).
#pragma once

#include <cstdint>
#include <type_traits>

#include "matching/commands.h"

namespace betex::matching {

// The command is one of these.
template <typename Body, typename... Bodies>
inline constexpr bool kIsOneOf = (std::is_same_v<Body, Bodies> || ...);

// Something that operators ask for. The gateway itself asks for it too, without an id.
template <typename Body>
concept OperatorRequest = requires(const Body& body) {
  body.request_id;
  body.transact_time;
};

// Can only take risk away from the exchange: never refused for its number, and never
// waits for an approval.
template <typename Body>
inline constexpr bool kMakesSafer = kIsOneOf<Body,
                                             SuspendMarket,
                                             HaltMarket,
                                             CloseMarket,
                                             HaltExchange,
                                             CancelOnBehalf,
                                             SuspendAccount,
                                             SuspendSession>;

// Lets somebody trade again: must not come late, nor while the exchange is halted.
template <typename Body>
inline constexpr bool kReopens = kIsOneOf<Body,
                                          OpenMarket,
                                          ReopenMarket,
                                          ResumeMarket,
                                          UnhaltMarket,
                                          UnhaltExchange,
                                          ResumeAccount,
                                          ResumeSession>;

// The ApprovalClass that the command belongs to; 0: none.
template <typename Body>
inline constexpr std::uint32_t kApprovalClass = [] {
  if constexpr (
      kIsOneOf<Body, ReopenMarket, DetermineMarket, SettleMarket, VoidMarket, ArchiveMarket>) {
    return static_cast<std::uint32_t>(ApprovalClass::Results);
  } else if constexpr (std::is_same_v<Body, MoveFunds>) {
    return static_cast<std::uint32_t>(ApprovalClass::Funds);
  } else if constexpr (std::is_same_v<Body, SetSessionNumbers>) {
    return static_cast<std::uint32_t>(ApprovalClass::SessionNumbers);
  } else {
    return std::uint32_t{0};
  }
}();

}  // namespace betex::matching

// The operations of operators, as OpsCommand(20011) names them, in requests and in answers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace betex::fix {

enum class Operation : std::uint8_t {
  // By OperationsCommand(UOC).
  AddRunner,
  Open,
  Suspend,
  Reopen,
  Resume,
  Halt,
  Unhalt,
  TurnInPlay,
  RemoveRunner,
  Close,
  Determine,
  Settle,
  Void,
  ChangeMarket,
  DescribeMarket,
  HaltExchange,
  UnhaltExchange,
  CreateAccount,
  SetLimits,
  Deposit,
  Withdraw,
  Correct,
  WriteOff,
  Archive,
  LogoutSession,
  SetSessionNumbers,
  SetTradingDay,
  MoveWatermark,
  Stop,
  Approve,
  Decline,
  // By a message of their own: named in answers only.
  CreateMarket,
  MassCancel,
  SuspendAccount,
  ResumeAccount,
  SuspendSession,
  ResumeSession,
  Announce,
};

inline constexpr std::size_t kOperations = 38;
inline constexpr std::size_t kOperationsByUoc = 31;  // the first ones

// By Operation.
inline constexpr std::array<std::string_view, kOperations> kOperationWords{
    "AddRunner",      "Open",
    "Suspend",        "Reopen",
    "Resume",         "Halt",
    "Unhalt",         "TurnInPlay",
    "RemoveRunner",   "Close",
    "Determine",      "Settle",
    "Void",           "ChangeMarket",
    "DescribeMarket", "HaltExchange",
    "UnhaltExchange", "CreateAccount",
    "SetLimits",      "Deposit",
    "Withdraw",       "Correct",
    "WriteOff",       "Archive",
    "LogoutSession",  "SetSessionNumbers",
    "SetTradingDay",  "MoveWatermark",
    "Stop",           "Approve",
    "Decline",        "CreateMarket",
    "MassCancel",     "SuspendAccount",
    "ResumeAccount",  "SuspendSession",
    "ResumeSession",  "Announce",
};

[[nodiscard]] constexpr std::string_view to_text(Operation operation) noexcept {
  return kOperationWords[static_cast<std::size_t>(operation)];
}

}  // namespace betex::fix

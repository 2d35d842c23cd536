#include "gateway/reports/unsolicited.h"

namespace betex::gateway {
namespace {

using matching::CancelCause;
using matching::Reason;

// ExecRestatementReason(378).
constexpr std::uint16_t kTradingHalt = 6;
constexpr std::uint16_t kMarketOption = 8;
constexpr std::uint16_t kConnectionLoss = 12;
constexpr std::uint16_t kLogout = 13;
constexpr std::uint16_t kOther = 99;

}  // namespace

Unsolicited unsolicited(CancelCause cause) noexcept {
  switch (cause) {
    case CancelCause::None:
    case CancelCause::Requested:
    case CancelCause::Expired:
      return {};
    case CancelCause::ImmediateOrCancel:
      return {Reason::ImmediateOrCancelRemainder, 0};
    case CancelCause::FillOrKill:
      return {Reason::FillOrKillNotFilled, 0};
    case CancelCause::MinimumFill:
      return {Reason::MinimumFillNotReached, 0};
    case CancelCause::SelfTradeTaker:
      return {Reason::SelfTradePrevented, 18};
    case CancelCause::SelfTradeMaker:
      return {Reason::SelfTradePrevented, 19};
    case CancelCause::SelfTradeBoth:
      return {Reason::SelfTradePrevented, 20};
    case CancelCause::SelfTradeDecrement:
      return {Reason::SelfTradePrevented, kOther};
    case CancelCause::MarketSuspended:
    case CancelCause::MarketPaused:
      return {Reason::MarketNotOpen, kTradingHalt};
    case CancelCause::RunnerRemoved:
      return {Reason::RunnerNotActive, kMarketOption};
    case CancelCause::TurnedInPlay:
      return {Reason::LapsedAtTurnInPlay, kMarketOption};
    case CancelCause::MassCancelOnBehalf:
      return {Reason::None, kMarketOption};
    case CancelCause::MarketClosed:
    case CancelCause::MarketVoided:
      return {Reason::MarketNotOpen, kMarketOption};
    case CancelCause::Disconnected:
      return {Reason::None, kConnectionLoss};
    case CancelCause::LoggedOut:
      return {Reason::None, kLogout};
    case CancelCause::AccountSuspended:
      return {Reason::AccountSuspended, kOther};
    case CancelCause::SessionSuspended:
      return {Reason::SessionSuspended, kOther};
    case CancelCause::OrderGroupTripped:
      return {Reason::OrderGroupTripped, kOther};
    case CancelCause::DelayFailed:
    case CancelCause::MassCancel:
      return {Reason::None, kOther};
  }
  return {Reason::None, kOther};
}

}  // namespace betex::gateway

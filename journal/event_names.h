// Names of the enumerators that stand in events; an empty name means that no enumerator has the
// value. The switches have no default, so a new enumerator does not compile before it is named.
#pragma once

#include <string_view>

#include "matching/events.h"

namespace betex::journal {

constexpr std::string_view name_of(matching::Side value) noexcept {
  switch (value) {
    case matching::Side::Bid:
      return "Bid";
    case matching::Side::Ask:
      return "Ask";
  }
  return {};
}

constexpr std::string_view name_of(matching::OrderType value) noexcept {
  switch (value) {
    case matching::OrderType::Market:
      return "Market";
    case matching::OrderType::Limit:
      return "Limit";
  }
  return {};
}

constexpr std::string_view name_of(matching::TimeInForce value) noexcept {
  switch (value) {
    case matching::TimeInForce::Day:
      return "Day";
    case matching::TimeInForce::Gtc:
      return "Gtc";
    case matching::TimeInForce::Ioc:
      return "Ioc";
    case matching::TimeInForce::Fok:
      return "Fok";
    case matching::TimeInForce::Gtd:
      return "Gtd";
  }
  return {};
}

constexpr std::string_view name_of(matching::SelfTradePrevention value) noexcept {
  switch (value) {
    case matching::SelfTradePrevention::None:
      return "None";
    case matching::SelfTradePrevention::CancelTaker:
      return "CancelTaker";
    case matching::SelfTradePrevention::CancelMaker:
      return "CancelMaker";
    case matching::SelfTradePrevention::CancelBoth:
      return "CancelBoth";
    case matching::SelfTradePrevention::Decrement:
      return "Decrement";
  }
  return {};
}

constexpr std::string_view name_of(matching::Persistence value) noexcept {
  switch (value) {
    case matching::Persistence::Lapse:
      return "Lapse";
    case matching::Persistence::Persist:
      return "Persist";
  }
  return {};
}

constexpr std::string_view name_of(matching::MarketState value) noexcept {
  switch (value) {
    case matching::MarketState::Inactive:
      return "Inactive";
    case matching::MarketState::Open:
      return "Open";
    case matching::MarketState::Suspended:
      return "Suspended";
    case matching::MarketState::Halted:
      return "Halted";
    case matching::MarketState::Closed:
      return "Closed";
    case matching::MarketState::Determined:
      return "Determined";
    case matching::MarketState::Settled:
      return "Settled";
    case matching::MarketState::Voided:
      return "Voided";
  }
  return {};
}

constexpr std::string_view name_of(matching::AccountKind value) noexcept {
  switch (value) {
    case matching::AccountKind::Unlimited:
      return "Unlimited";
    case matching::AccountKind::Collateralised:
      return "Collateralised";
  }
  return {};
}

constexpr std::string_view name_of(matching::MarketKind value) noexcept {
  switch (value) {
    case matching::MarketKind::ExchangeOdds:
      return "ExchangeOdds";
    case matching::MarketKind::Binary:
      return "Binary";
  }
  return {};
}

constexpr std::string_view name_of(matching::LadderKind value) noexcept {
  switch (value) {
    case matching::LadderKind::Classic:
      return "Classic";
    case matching::LadderKind::Finest:
      return "Finest";
    case matching::LadderKind::LinearCent:
      return "LinearCent";
    case matching::LadderKind::TaperedDeciCent:
      return "TaperedDeciCent";
    case matching::LadderKind::DeciCent:
      return "DeciCent";
  }
  return {};
}

constexpr std::string_view name_of(matching::SessionDownReason value) noexcept {
  switch (value) {
    case matching::SessionDownReason::Logout:
      return "Logout";
    case matching::SessionDownReason::Disconnect:
      return "Disconnect";
    case matching::SessionDownReason::Restart:
      return "Restart";
    case matching::SessionDownReason::Shutdown:
      return "Shutdown";
  }
  return {};
}

constexpr std::string_view name_of(matching::RefuseInbound::Answer value) noexcept {
  switch (value) {
    case matching::RefuseInbound::Answer::BusinessReject:
      return "BusinessReject";
    case matching::RefuseInbound::Answer::SessionReject:
      return "SessionReject";
  }
  return {};
}

constexpr std::string_view name_of(matching::Entry value) noexcept {
  switch (value) {
    case matching::Entry::Rests:
      return "Rests";
    case matching::Entry::Takes:
      return "Takes";
    case matching::Entry::Delayed:
      return "Delayed";
    case matching::Entry::Keeps:
      return "Keeps";
    case matching::Entry::Leaves:
      return "Leaves";
  }
  return {};
}

constexpr std::string_view name_of(matching::CancelCause value) noexcept {
  switch (value) {
    case matching::CancelCause::None:
      return "None";
    case matching::CancelCause::Requested:
      return "Requested";
    case matching::CancelCause::ImmediateOrCancel:
      return "ImmediateOrCancel";
    case matching::CancelCause::FillOrKill:
      return "FillOrKill";
    case matching::CancelCause::MinimumFill:
      return "MinimumFill";
    case matching::CancelCause::SelfTradeTaker:
      return "SelfTradeTaker";
    case matching::CancelCause::SelfTradeMaker:
      return "SelfTradeMaker";
    case matching::CancelCause::SelfTradeBoth:
      return "SelfTradeBoth";
    case matching::CancelCause::SelfTradeDecrement:
      return "SelfTradeDecrement";
    case matching::CancelCause::Expired:
      return "Expired";
    case matching::CancelCause::DelayFailed:
      return "DelayFailed";
    case matching::CancelCause::MassCancel:
      return "MassCancel";
    case matching::CancelCause::MarketSuspended:
      return "MarketSuspended";
    case matching::CancelCause::MarketPaused:
      return "MarketPaused";
    case matching::CancelCause::RunnerRemoved:
      return "RunnerRemoved";
    case matching::CancelCause::TurnedInPlay:
      return "TurnedInPlay";
    case matching::CancelCause::MarketClosed:
      return "MarketClosed";
    case matching::CancelCause::MarketVoided:
      return "MarketVoided";
    case matching::CancelCause::AccountSuspended:
      return "AccountSuspended";
    case matching::CancelCause::SessionSuspended:
      return "SessionSuspended";
    case matching::CancelCause::Disconnected:
      return "Disconnected";
    case matching::CancelCause::LoggedOut:
      return "LoggedOut";
  }
  return {};
}

constexpr std::string_view name_of(matching::Reason value) noexcept {
  switch (value) {
    case matching::Reason::None:
      return "None";
    case matching::Reason::UnknownAccount:
      return "UnknownAccount";
    case matching::Reason::AccountSuspended:
      return "AccountSuspended";
    case matching::Reason::StaleRequest:
      return "StaleRequest";
    case matching::Reason::DuplicateClOrdId:
      return "DuplicateClOrdId";
    case matching::Reason::UnknownInstrument:
      return "UnknownInstrument";
    case matching::Reason::UnknownMarket:
      return "UnknownMarket";
    case matching::Reason::MarketNotOpen:
      return "MarketNotOpen";
    case matching::Reason::MarketBatchCancelling:
      return "MarketBatchCancelling";
    case matching::Reason::BatchRunning:
      return "BatchRunning";
    case matching::Reason::RunnerNotActive:
      return "RunnerNotActive";
    case matching::Reason::StaleMarketVersion:
      return "StaleMarketVersion";
    case matching::Reason::PriceNotOnLadder:
      return "PriceNotOnLadder";
    case matching::Reason::BadQuantity:
      return "BadQuantity";
    case matching::Reason::QuantityStep:
      return "QuantityStep";
    case matching::Reason::BelowMinimumQuantity:
      return "BelowMinimumQuantity";
    case matching::Reason::UnsupportedCombination:
      return "UnsupportedCombination";
    case matching::Reason::BadExpireTime:
      return "BadExpireTime";
    case matching::Reason::AmountOverflow:
      return "AmountOverflow";
    case matching::Reason::BelowFilledQuantity:
      return "BelowFilledQuantity";
    case matching::Reason::OrderSizeLimit:
      return "OrderSizeLimit";
    case matching::Reason::OpenOrdersLimit:
      return "OpenOrdersLimit";
    case matching::Reason::PositionLimit:
      return "PositionLimit";
    case matching::Reason::InsufficientFunds:
      return "InsufficientFunds";
    case matching::Reason::PostOnlyWouldCross:
      return "PostOnlyWouldCross";
    case matching::Reason::FillOrKillNotFilled:
      return "FillOrKillNotFilled";
    case matching::Reason::MinimumFillNotReached:
      return "MinimumFillNotReached";
    case matching::Reason::ImmediateOrCancelRemainder:
      return "ImmediateOrCancelRemainder";
    case matching::Reason::SelfTradePrevented:
      return "SelfTradePrevented";
    case matching::Reason::UnknownOrder:
      return "UnknownOrder";
    case matching::Reason::TooLate:
      return "TooLate";
    case matching::Reason::WaitsForDelay:
      return "WaitsForDelay";
    case matching::Reason::AlreadyExists:
      return "AlreadyExists";
    case matching::Reason::InvalidState:
      return "InvalidState";
    case matching::Reason::InvalidParameter:
      return "InvalidParameter";
    case matching::Reason::UnknownSession:
      return "UnknownSession";
    case matching::Reason::StaleEpoch:
      return "StaleEpoch";
    case matching::Reason::DuplicateRequestId:
      return "DuplicateRequestId";
    case matching::Reason::SessionSuspended:
      return "SessionSuspended";
    case matching::Reason::MalformedMessage:
      return "MalformedMessage";
    case matching::Reason::UnsupportedMessageType:
      return "UnsupportedMessageType";
    case matching::Reason::NotEntitled:
      return "NotEntitled";
    case matching::Reason::Throttled:
      return "Throttled";
    case matching::Reason::LowDiskSpace:
      return "LowDiskSpace";
    case matching::Reason::ClockUncertain:
      return "ClockUncertain";
  }
  return {};
}

constexpr std::string_view name_of(matching::EventKind value) noexcept {
  switch (value) {
    case matching::EventKind::SessionWentUp:
      return "SessionWentUp";
    case matching::EventKind::SessionWentDown:
      return "SessionWentDown";
    case matching::EventKind::NumbersReserved:
      return "NumbersReserved";
    case matching::EventKind::InboundRefused:
      return "InboundRefused";
    case matching::EventKind::ReportsDelivered:
      return "ReportsDelivered";
    case matching::EventKind::SessionNumbersSet:
      return "SessionNumbersSet";
    case matching::EventKind::SessionSuspended:
      return "SessionSuspended";
    case matching::EventKind::SessionResumed:
      return "SessionResumed";
    case matching::EventKind::SessionLoggedOut:
      return "SessionLoggedOut";
    case matching::EventKind::AccountCreated:
      return "AccountCreated";
    case matching::EventKind::AccountSuspended:
      return "AccountSuspended";
    case matching::EventKind::AccountResumed:
      return "AccountResumed";
    case matching::EventKind::AccountLimitsSet:
      return "AccountLimitsSet";
    case matching::EventKind::MarketCreated:
      return "MarketCreated";
    case matching::EventKind::RunnerAdded:
      return "RunnerAdded";
    case matching::EventKind::MarketOpened:
      return "MarketOpened";
    case matching::EventKind::RunnerRemoved:
      return "RunnerRemoved";
    case matching::EventKind::MarketSuspended:
      return "MarketSuspended";
    case matching::EventKind::MarketResumed:
      return "MarketResumed";
    case matching::EventKind::MarketHalted:
      return "MarketHalted";
    case matching::EventKind::MarketUnhalted:
      return "MarketUnhalted";
    case matching::EventKind::MarketTurnedInPlay:
      return "MarketTurnedInPlay";
    case matching::EventKind::MarketClosed:
      return "MarketClosed";
    case matching::EventKind::MarketDetermined:
      return "MarketDetermined";
    case matching::EventKind::MarketVoided:
      return "MarketVoided";
    case matching::EventKind::OrderAccepted:
      return "OrderAccepted";
    case matching::EventKind::OrderRejected:
      return "OrderRejected";
    case matching::EventKind::OrderRested:
      return "OrderRested";
    case matching::EventKind::TradeMatched:
      return "TradeMatched";
    case matching::EventKind::OrderCancelled:
      return "OrderCancelled";
    case matching::EventKind::CancelRejected:
      return "CancelRejected";
    case matching::EventKind::OrderReduced:
      return "OrderReduced";
    case matching::EventKind::OrderReleased:
      return "OrderReleased";
    case matching::EventKind::OrderAmended:
      return "OrderAmended";
    case matching::EventKind::AmendDelayed:
      return "AmendDelayed";
    case matching::EventKind::OrderExpired:
      return "OrderExpired";
    case matching::EventKind::OrderStatusAnswered:
      return "OrderStatusAnswered";
    case matching::EventKind::BatchStarted:
      return "BatchStarted";
    case matching::EventKind::OrderCancelledBatched:
      return "OrderCancelledBatched";
    case matching::EventKind::BatchCompleted:
      return "BatchCompleted";
    case matching::EventKind::MassCancelRejected:
      return "MassCancelRejected";
    case matching::EventKind::TradingDaySet:
      return "TradingDaySet";
    case matching::EventKind::TradingDayEnded:
      return "TradingDayEnded";
    case matching::EventKind::ClOrdIdGenerationEnded:
      return "ClOrdIdGenerationEnded";
    case matching::EventKind::CommandRejected:
      return "CommandRejected";
    case matching::EventKind::Announced:
      return "Announced";
    case matching::EventKind::WatermarkMoved:
      return "WatermarkMoved";
  }
  return {};
}

constexpr std::string_view name_of(matching::SuspendReason value) noexcept {
  switch (value) {
    case matching::SuspendReason::Goal:
      return "Goal";
    case matching::SuspendReason::RunnerRemoval:
      return "RunnerRemoval";
    case matching::SuspendReason::TurningInPlay:
      return "TurningInPlay";
    case matching::SuspendReason::Pause:
      return "Pause";
  }
  return {};
}

constexpr std::string_view name_of(matching::CancelScope value) noexcept {
  switch (value) {
    case matching::CancelScope::None:
      return "None";
    case matching::CancelScope::LapseOnly:
      return "LapseOnly";
    case matching::CancelScope::All:
      return "All";
    case matching::CancelScope::OnPause:
      return "OnPause";
  }
  return {};
}

}  // namespace betex::journal

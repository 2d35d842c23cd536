#include "matching/reason.h"

namespace betex::matching {

std::string_view to_text(Reason reason) noexcept {
  switch (reason) {
    case Reason::None:
      return "";
    case Reason::UnknownAccount:
      return "unknown account";
    case Reason::AccountSuspended:
      return "account is suspended";
    case Reason::StaleRequest:
      return "TransactTime is too old or too far ahead";
    case Reason::DuplicateClOrdId:
      return "ClOrdID was used before";
    case Reason::UnknownInstrument:
      return "unknown instrument";
    case Reason::UnknownMarket:
      return "unknown market";
    case Reason::MarketNotOpen:
      return "market is not open";
    case Reason::MarketBatchCancelling:
      return "the market's orders are being cancelled";
    case Reason::BatchRunning:
      return "a process over the account's orders or bets is running";
    case Reason::RunnerNotActive:
      return "runner is not active";
    case Reason::StaleMarketVersion:
      return "the market has changed since";
    case Reason::MarketArchived:
      return "the market is archived: nothing of it can be changed any more";
    case Reason::ExchangeHalted:
      return "the exchange is halted";
    case Reason::PriceNotOnLadder:
      return "price is not on the ladder";
    case Reason::BadQuantity:
      return "quantity is not positive or too large";
    case Reason::QuantityStep:
      return "quantity is not a multiple of the step";
    case Reason::BelowMinimumQuantity:
      return "quantity is below the minimum";
    case Reason::UnsupportedCombination:
      return "unsupported combination of order attributes";
    case Reason::BadExpireTime:
      return "expiry is missing or past";
    case Reason::AmountOverflow:
      return "amount is too large";
    case Reason::BelowFilledQuantity:
      return "new quantity is below what is filled";
    case Reason::OrderSizeLimit:
      return "order size limit";
    case Reason::OpenOrdersLimit:
      return "open orders limit";
    case Reason::PositionLimit:
      return "position limit";
    case Reason::InsufficientFunds:
      return "insufficient funds";
    case Reason::ExposureLimit:
      return "exposure limit";
    case Reason::InDeficit:
      return "account is in deficit: only what takes risk away is accepted";
    case Reason::OrderGroupTripped:
      return "order group has tripped";
    case Reason::OrderGroupFull:
      return "order group has as many live orders as it may";
    case Reason::TooManyOrderGroups:
      return "too many order groups";
    case Reason::UnknownOrderGroup:
      return "unknown order group";
    case Reason::PostOnlyWouldCross:
      return "post-only order would take";
    case Reason::FillOrKillNotFilled:
      return "not enough to fill";
    case Reason::MinimumFillNotReached:
      return "minimum fill not reached";
    case Reason::ImmediateOrCancelRemainder:
      return "rest of an immediate-or-cancel order";
    case Reason::SelfTradePrevented:
      return "would have traded with an own order";
    case Reason::LapsedAtTurnInPlay:
      return "lapsed when its market turned in play";
    case Reason::UnknownOrder:
      return "unknown order";
    case Reason::TooLate:
      return "order is already finished";
    case Reason::WaitsForDelay:
      return "order or its last change waits for the bet delay";
    case Reason::AlreadyExists:
      return "already exists";
    case Reason::InvalidState:
      return "not possible in this state";
    case Reason::InvalidParameter:
      return "invalid parameter";
    case Reason::UnknownSession:
      return "unknown session";
    case Reason::StaleEpoch:
      return "session epoch is not the current one";
    case Reason::DuplicateRequestId:
      return "request id was used before";
    case Reason::SessionSuspended:
      return "session is suspended";
    case Reason::UnknownRequest:
      return "unknown request";
    case Reason::TooManyRequests:
      return "too many requests";
    case Reason::Declined:
      return "declined by an operator";
    case Reason::NotApprovedInTime:
      return "not approved in time";
    case Reason::MalformedMessage:
      return "malformed message";
    case Reason::UnsupportedMessageType:
      return "message type is not supported";
    case Reason::NotEntitled:
      return "not entitled";
    case Reason::Throttled:
      return "too many messages";
    case Reason::LowDiskSpace:
      return "the exchange is low on disk space: not applied";
    case Reason::ClockUncertain:
      return "the exchange's clock is not certain: not applied";
  }
  return "unknown reason";
}

}  // namespace betex::matching

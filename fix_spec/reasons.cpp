#include "fix_spec/reasons.h"

namespace betex::fix {
namespace {

using matching::Reason;

constexpr std::uint16_t kOther = 99;

struct CodeSet {
  std::uint16_t last_of_fix44;
  std::uint16_t other;
};

std::uint16_t degraded(FixVersion version, std::uint16_t code, CodeSet set) noexcept {
  return version == FixVersion::Fix44 && code > set.last_of_fix44 ? set.other : code;
}

}  // namespace

ReasonCodes codes_of(Reason reason) noexcept {
  // clang-format off
  switch (reason) {  // 103 102 380 20002
    case Reason::UnknownAccount:             return {15, 99, 6, Retry::No};
    case Reason::AccountSuspended:           return {15, 99, 6, Retry::No};
    case Reason::StaleRequest:               return {99, 99, 0, Retry::Yes};
    case Reason::DuplicateClOrdId:           return { 6,  6, 0, Retry::No};
    case Reason::UnknownInstrument:          return { 1, 99, 2, Retry::No};
    case Reason::UnknownMarket:              return { 1, 99, 2, Retry::No};
    case Reason::MarketNotOpen:              return { 2, 99, 0, Retry::Yes};
    case Reason::MarketBatchCancelling:      return { 2, 99, 0, Retry::Yes};
    case Reason::BatchRunning:               return {99, 99, 0, Retry::Yes};
    case Reason::RunnerNotActive:            return {99, 99, 0, Retry::No};
    case Reason::StaleMarketVersion:         return { 8, 99, 0, Retry::No};
    case Reason::ExchangeHalted:             return { 2, 99, 0, Retry::Yes};
    case Reason::MarketArchived:             return {99, 99, 0, Retry::No};
    case Reason::PriceNotOnLadder:           return {18, 18, 0, Retry::No};
    case Reason::BadQuantity:                return {13, 99, 0, Retry::No};
    case Reason::QuantityStep:               return {13, 99, 0, Retry::No};
    case Reason::BelowMinimumQuantity:       return {13, 99, 0, Retry::No};
    case Reason::UnsupportedCombination:     return {11, 99, 0, Retry::No};
    case Reason::BadExpireTime:              return {99, 99, 0, Retry::No};
    case Reason::AmountOverflow:             return { 3, 99, 0, Retry::No};
    case Reason::BelowFilledQuantity:        return {13, 99, 0, Retry::No};
    case Reason::OrderSizeLimit:             return { 3, 99, 0, Retry::No};
    case Reason::OpenOrdersLimit:            return { 3, 99, 0, Retry::Yes};
    case Reason::PositionLimit:              return { 3, 99, 0, Retry::Yes};
    case Reason::InsufficientFunds:          return {25, 99, 0, Retry::Yes};
    case Reason::ExposureLimit:              return { 3, 99, 0, Retry::Yes};
    case Reason::InDeficit:                  return {25, 99, 0, Retry::Yes};
    case Reason::OrderGroupTripped:          return {99, 99, 0, Retry::No};
    case Reason::OrderGroupFull:             return { 3, 99, 0, Retry::Yes};
    case Reason::TooManyOrderGroups:         return {99, 99, 0, Retry::Yes};
    case Reason::UnknownOrderGroup:          return {99, 99, 1, Retry::No};
    case Reason::PostOnlyWouldCross:         return {99, 99, 0, Retry::Yes};
    case Reason::FillOrKillNotFilled:        return {99, 99, 0, Retry::Yes};
    case Reason::MinimumFillNotReached:      return {99, 99, 0, Retry::Yes};
    case Reason::ImmediateOrCancelRemainder: return {99, 99, 0, Retry::No};
    case Reason::SelfTradePrevented:         return {99, 99, 0, Retry::No};
    case Reason::LapsedAtTurnInPlay:         return {99, 99, 0, Retry::No};
    case Reason::UnknownOrder:               return { 5,  1, 1, Retry::No};
    case Reason::TooLate:                    return {99,  0, 0, Retry::No};
    case Reason::WaitsForDelay:              return {99, 99, 0, Retry::Yes};
    case Reason::AlreadyExists:              return {99, 99, 0, Retry::No};
    case Reason::InvalidState:               return {99, 99, 0, Retry::No};
    case Reason::InvalidParameter:           return {99, 99, 0, Retry::No};
    case Reason::UnknownSession:             return {99, 99, 1, Retry::No};
    case Reason::StaleEpoch:                 return {99, 99, 0, Retry::No};
    case Reason::DuplicateRequestId:         return {99, 99, 0, Retry::No};
    case Reason::SessionSuspended:           return {15, 99, 6, Retry::No};
    case Reason::UnknownRequest:             return {99, 99, 1, Retry::No};
    case Reason::TooManyRequests:            return {99, 99, 8, Retry::Yes};
    case Reason::Declined:                   return {99, 99, 0, Retry::No};
    case Reason::NotApprovedInTime:          return {99, 99, 0, Retry::Yes};
    case Reason::MalformedMessage:           return {99, 99, 0, Retry::No};
    case Reason::UnsupportedMessageType:     return {99, 99, 3, Retry::No};
    case Reason::NotEntitled:                return {99, 99, 6, Retry::No};
    case Reason::Throttled:                  return {99, 99, 8, Retry::Yes};
    case Reason::LowDiskSpace:               return {99, 99, 4, Retry::Yes};
    case Reason::ClockUncertain:             return {99, 99, 4, Retry::Yes};
    case Reason::None:                       break;
  }
  // clang-format on
  return {kOther, kOther, 0, Retry::No};
}

std::uint16_t ord_rej_reason_for(FixVersion version, std::uint16_t code) noexcept {
  return degraded(version, code, {.last_of_fix44 = 15, .other = kOther});
}

std::uint16_t cxl_rej_reason_for(FixVersion version, std::uint16_t code) noexcept {
  return degraded(version, code, {.last_of_fix44 = 6, .other = kOther});
}

std::uint16_t business_reject_reason_for(FixVersion version, std::uint16_t code) noexcept {
  return degraded(version, code, {.last_of_fix44 = 7, .other = 0});
}

std::uint16_t restatement_reason_for(FixVersion version, std::uint16_t code) noexcept {
  return degraded(version, code, {.last_of_fix44 = 10, .other = kOther});
}

std::uint16_t mass_cancel_reject_reason_for(FixVersion version, Reason reason) noexcept {
  constexpr std::uint16_t kUnknownSecurity = 1;
  constexpr std::uint16_t kUnknownMarketSegment = 8;
  switch (reason) {
    case Reason::UnknownInstrument:
      return kUnknownSecurity;
    case Reason::UnknownMarket:
      return degraded(version, kUnknownMarketSegment, {.last_of_fix44 = 6, .other = kOther});
    default:
      return kOther;
  }
}

std::uint16_t security_reject_reason_for(Reason reason) noexcept {
  constexpr std::uint16_t kInvalidInstrument = 1;
  constexpr std::uint16_t kAlreadyExists = 2;
  constexpr std::uint16_t kInvalidStructure = 12;
  switch (reason) {
    case Reason::UnknownInstrument:
    case Reason::UnknownMarket:
      return kInvalidInstrument;
    case Reason::AlreadyExists:
      return kAlreadyExists;
    case Reason::InvalidParameter:
      return kInvalidStructure;
    default:
      return 0;
  }
}

std::uint16_t party_action_reject_reason_for(Reason reason) noexcept {
  constexpr std::uint16_t kInvalidParty = 0;
  return reason == Reason::UnknownAccount || reason == Reason::UnknownSession ? kInvalidParty
                                                                              : kOther;
}

}  // namespace betex::fix

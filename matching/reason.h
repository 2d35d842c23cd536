// Why the engine refused a request or ended an order: one enum for the whole engine, with stable
// numbers. FIX carries them in tag 20001; fix_spec/ maps them to FIX's own codes.
#pragma once

#include <cstdint>
#include <string_view>

namespace betex::matching {

enum class Reason : std::uint16_t {  // on disk and on the wire: never change, never reuse
  None = 0,
  // Who asks, and is the request new: 1..
  UnknownAccount = 1,
  AccountSuspended = 2,
  StaleRequest = 3,
  DuplicateClOrdId = 4,
  // Market and instrument: 20..
  UnknownInstrument = 20,
  UnknownMarket = 21,
  MarketNotOpen = 22,
  MarketBatchCancelling = 23,
  BatchRunning = 24,
  RunnerNotActive = 25,
  StaleMarketVersion = 26,
  ExchangeHalted = 27,
  MarketArchived = 28,
  // Price, quantity, combination: 40..
  PriceNotOnLadder = 40,
  BadQuantity = 41,
  QuantityStep = 42,
  BelowMinimumQuantity = 43,
  UnsupportedCombination = 44,
  BadExpireTime = 45,
  AmountOverflow = 46,
  BelowFilledQuantity = 47,
  // Limits and money: 60..
  OrderSizeLimit = 60,
  OpenOrdersLimit = 61,
  PositionLimit = 62,
  InsufficientFunds = 63,
  ExposureLimit = 64,
  InDeficit = 65,
  OrderGroupTripped = 66,
  OrderGroupFull = 67,
  TooManyOrderGroups = 68,
  UnknownOrderGroup = 69,
  // Matching: 80..
  PostOnlyWouldCross = 80,
  FillOrKillNotFilled = 81,
  MinimumFillNotReached = 82,
  ImmediateOrCancelRemainder = 83,
  SelfTradePrevented = 84,
  LapsedAtTurnInPlay = 85,
  // Cancel and replace: 100..
  UnknownOrder = 100,
  TooLate = 101,
  WaitsForDelay = 102,
  // Reference data and sessions: 120..
  AlreadyExists = 120,
  InvalidState = 121,
  InvalidParameter = 122,
  UnknownSession = 123,
  StaleEpoch = 124,
  DuplicateRequestId = 125,
  SessionSuspended = 126,
  UnknownRequest = 127,
  TooManyRequests = 128,
  Declined = 129,
  NotApprovedInTime = 130,
  // Refused by the gateway before the book, journaled all the same: 140..
  MalformedMessage = 140,
  UnsupportedMessageType = 141,
  NotEntitled = 142,
  Throttled = 143,
  LowDiskSpace = 144,
  ClockUncertain = 145,
};

// A short English sentence for Text(58). Static storage.
std::string_view to_text(Reason reason) noexcept;

}  // namespace betex::matching

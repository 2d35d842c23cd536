// Why an order ended before it was filled.
#pragma once

#include <cstdint>

namespace betex::matching {

enum class CancelCause : std::uint8_t {  // on disk
  None = 0,                              // it was not cancelled
  Requested = 1,                         // by its owner's OrderCancelRequest
  ImmediateOrCancel = 2,                 // the rest of an IOC or market order
  FillOrKill = 3,
  MinimumFill = 4,
  SelfTradeTaker = 5,
  SelfTradeMaker = 6,
  SelfTradeBoth = 7,
  SelfTradeDecrement = 8,
  Expired = 9,  // told by OrderExpired; as the cause that an order keeps
  DelayFailed = 10,
  MassCancel = 11,
  MarketSuspended = 12,
  MarketPaused = 13,
  RunnerRemoved = 14,
  TurnedInPlay = 15,
  MarketClosed = 16,
  MarketVoided = 17,
  AccountSuspended = 18,
  SessionSuspended = 19,
  Disconnected = 20,
  LoggedOut = 21,
  MassCancelOnBehalf = 22,
  OrderGroupTripped = 23,
};

}  // namespace betex::matching

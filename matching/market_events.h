// Events about accounts, markets and runners.
#pragma once

#include <cstdint>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

struct AccountCreated {
  static constexpr EventKind kKind = EventKind::AccountCreated;
  EventHeader header;
  AccountId account;
  AccountKind kind{};
  std::uint8_t reserved[3] = {};
  Name name;
  Name request_id;
};

// It may only cancel.
struct AccountSuspended {
  static constexpr EventKind kKind = EventKind::AccountSuspended;
  EventHeader header;
  AccountId account;
  SessionId requester;
  Name request_id;
};

struct AccountResumed {
  static constexpr EventKind kKind = EventKind::AccountResumed;
  EventHeader header;
  AccountId account;
  SessionId requester;
  Name request_id;
};

struct AccountLimitsSet {
  static constexpr EventKind kKind = EventKind::AccountLimitsSet;
  EventHeader header;
  AccountId account;
  SessionId requester;
  std::uint32_t max_open_orders = 0;  // 0: none
  std::uint32_t reserved = 0;
  Name request_id;
};

struct MarketCreated {
  static constexpr EventKind kKind = EventKind::MarketCreated;
  EventHeader header;  // header.market is the new market
  MarketKind kind{};
  LadderKind ladder{};
  std::uint8_t reserved[2] = {};
  std::uint32_t winners = 0;
  std::uint32_t commission_bp = 0;
  std::uint32_t bet_delay_ms = 0;
  Quantity min_quantity;
  Quantity quantity_step;
  Quantity max_quantity;  // per order
  Name market;
  Name request_id;
};

// Also the only instrument of a binary market, in the transaction of its MarketCreated.
struct RunnerAdded {
  static constexpr EventKind kKind = EventKind::RunnerAdded;
  EventHeader header;
  InstrumentId instrument;
  std::uint32_t reserved = 0;
  Name symbol;
  Name request_id;
};

struct MarketOpened {
  static constexpr EventKind kKind = EventKind::MarketOpened;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  std::uint32_t reserved = 0;
  Name request_id;
};

// Material: bets and orders on the runner are void.
struct RunnerRemoved {
  static constexpr EventKind kKind = EventKind::RunnerRemoved;
  EventHeader header;
  InstrumentId instrument;
  SessionId requester;
  std::uint64_t version = 0;
  Name request_id;
};

struct MarketSuspended {
  static constexpr EventKind kKind = EventKind::MarketSuspended;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  SuspendReason reason{};
  CancelScope scope{};
  std::uint8_t reserved[2] = {};
  Name request_id;
};

struct MarketResumed {
  static constexpr EventKind kKind = EventKind::MarketResumed;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  std::uint32_t reserved = 0;
  Name request_id;
};

struct MarketHalted {
  static constexpr EventKind kKind = EventKind::MarketHalted;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  std::uint32_t reserved = 0;
  Name request_id;
};

// The market is again in the state that it was halted in.
struct MarketUnhalted {
  static constexpr EventKind kKind = EventKind::MarketUnhalted;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  MarketState state{};  // from now on
  std::uint8_t reserved[3] = {};
  Name request_id;
};

// Material: orders that lapse at turn-in-play are cancelled.
struct MarketTurnedInPlay {
  static constexpr EventKind kKind = EventKind::MarketTurnedInPlay;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  MarketState state{};  // as before
  std::uint8_t reserved[3] = {};
  Name request_id;
};

struct MarketClosed {
  static constexpr EventKind kKind = EventKind::MarketClosed;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  std::uint32_t reserved = 0;
  Name request_id;
};

// The share of a win that one instrument has: 1/1 a winner, 1/2 a dead heat of two for one place.
struct InstrumentShare {
  InstrumentId instrument;  // 0: an unused entry
  std::uint16_t numerator = 0;
  std::uint16_t denominator = 0;
};

// The result is known, or another one than before. Instruments that are not named have lost.
struct MarketDetermined {
  static constexpr EventKind kKind = EventKind::MarketDetermined;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  std::uint32_t reserved = 0;
  InstrumentShare shares[kMaxShares] = {};
  Name request_id;
};

struct MarketVoided {
  static constexpr EventKind kKind = EventKind::MarketVoided;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  std::uint32_t reserved = 0;
  Price price;  // binary: what YES gets, the rest is NO's; 0 in an odds market
  Name request_id;
};

}  // namespace betex::matching

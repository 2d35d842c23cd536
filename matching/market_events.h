// Events about accounts, markets and runners.
#pragma once

#include <cstdint>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

struct AccountCreated {
  static constexpr EventKind kKind = EventKind::AccountCreated;
  EventHeader header;
  AccountId account;
  AccountKind kind{};
  Zeros<3> reserved;
  Name name;
  Name request_id;
};

BETEX_FIELDS(AccountCreated, header, account, kind, reserved, name, request_id);

// It may only cancel.
struct AccountSuspended {
  static constexpr EventKind kKind = EventKind::AccountSuspended;
  EventHeader header;
  AccountId account;
  SessionId requester;
  Name request_id;
};

BETEX_FIELDS(AccountSuspended, header, account, requester, request_id);

struct AccountResumed {
  static constexpr EventKind kKind = EventKind::AccountResumed;
  EventHeader header;
  AccountId account;
  SessionId requester;
  Name request_id;
};

BETEX_FIELDS(AccountResumed, header, account, requester, request_id);

struct AccountLimitsSet {
  static constexpr EventKind kKind = EventKind::AccountLimitsSet;
  EventHeader header;
  AccountId account;
  SessionId requester;
  std::uint32_t max_open_orders = 0;  // 0: none
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(AccountLimitsSet, header, account, requester, max_open_orders, reserved, request_id);

struct MarketCreated {
  static constexpr EventKind kKind = EventKind::MarketCreated;
  EventHeader header;  // header.market is the new market
  MarketKind kind{};
  LadderKind ladder{};
  Zeros<2> reserved;
  std::uint32_t winners = 0;
  std::uint32_t commission_bp = 0;
  std::uint32_t bet_delay_ms = 0;
  Quantity min_quantity;
  Quantity quantity_step;
  Quantity max_quantity;  // per order
  Name name;
  Name request_id;
};

BETEX_FIELDS(MarketCreated,
             header,
             kind,
             ladder,
             reserved,
             winners,
             commission_bp,
             bet_delay_ms,
             min_quantity,
             quantity_step,
             max_quantity,
             name,
             request_id);

// Also the only instrument of a binary market, in the transaction of its MarketCreated.
struct RunnerAdded {
  static constexpr EventKind kKind = EventKind::RunnerAdded;
  EventHeader header;
  InstrumentId instrument;
  Zeros<4> reserved;
  Name symbol;
  Name request_id;
};

BETEX_FIELDS(RunnerAdded, header, instrument, reserved, symbol, request_id);

struct MarketOpened {
  static constexpr EventKind kKind = EventKind::MarketOpened;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketOpened, header, version, requester, reserved, request_id);

// Material: bets and orders on the runner are void.
struct RunnerRemoved {
  static constexpr EventKind kKind = EventKind::RunnerRemoved;
  EventHeader header;
  InstrumentId instrument;
  SessionId requester;
  std::uint64_t version = 0;
  Name request_id;
};

BETEX_FIELDS(RunnerRemoved, header, instrument, requester, version, request_id);

struct MarketSuspended {
  static constexpr EventKind kKind = EventKind::MarketSuspended;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  SuspendReason reason{};
  CancelScope scope{};
  Zeros<2> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketSuspended, header, version, requester, reason, scope, reserved, request_id);

struct MarketResumed {
  static constexpr EventKind kKind = EventKind::MarketResumed;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketResumed, header, version, requester, reserved, request_id);

struct MarketHalted {
  static constexpr EventKind kKind = EventKind::MarketHalted;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketHalted, header, version, requester, reserved, request_id);

// The market is again in the state that it was halted in.
struct MarketUnhalted {
  static constexpr EventKind kKind = EventKind::MarketUnhalted;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  MarketState state{};  // from now on
  Zeros<3> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketUnhalted, header, version, requester, state, reserved, request_id);

// Material: orders that lapse at turn-in-play are cancelled.
struct MarketTurnedInPlay {
  static constexpr EventKind kKind = EventKind::MarketTurnedInPlay;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  MarketState state{};  // as before
  Zeros<3> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketTurnedInPlay, header, version, requester, state, reserved, request_id);

struct MarketClosed {
  static constexpr EventKind kKind = EventKind::MarketClosed;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketClosed, header, version, requester, reserved, request_id);

// The share of a win that one instrument has: 1/1 a winner, 1/2 a dead heat of two for one place.
struct InstrumentShare {
  InstrumentId instrument;  // 0: an unused entry
  std::uint16_t numerator = 0;
  std::uint16_t denominator = 0;
};

BETEX_FIELDS(InstrumentShare, instrument, numerator, denominator);

// The result is known, or another one than before. Instruments that are not named have lost.
struct MarketDetermined {
  static constexpr EventKind kKind = EventKind::MarketDetermined;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  Zeros<4> reserved;
  InstrumentShare shares[kMaxShares] = {};
  Name request_id;
};

BETEX_FIELDS(MarketDetermined, header, version, requester, reserved, shares, request_id);

struct MarketVoided {
  static constexpr EventKind kKind = EventKind::MarketVoided;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;
  Zeros<4> reserved;
  Price price;  // binary: what YES gets, the rest is NO's; 0 in an odds market
  Name request_id;
};

BETEX_FIELDS(MarketVoided, header, version, requester, reserved, price, request_id);

}  // namespace betex::matching

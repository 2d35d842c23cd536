// Events about markets and runners.
//
// `goes_on`: a process of the same request follows in the transaction; the BatchCompleted of the
// last of them is the one without `goes_on`. `version` and `state` are the market's after the
// event; a state of none says that a program wrote it that did not tell them here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

// A market's flag: a post-only order does not wait for the bet delay, since it cannot take.
inline constexpr std::uint32_t kPassiveSkipsDelay = 1;  // on disk

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
  Quantity max_quantity;      // per order
  Quantity max_position;      // binary: contracts that an account may come to hold; 0: no limit
  std::uint32_t flags = 0;    // kPassiveSkipsDelay
  std::uint32_t runners = 0;  // RunnerAdded that follow in its transaction; 1 in a binary market
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
             max_position,
             flags,
             runners,
             name,
             request_id);

// Also the only instrument of a binary market, in the transaction of its MarketCreated.
struct RunnerAdded {
  static constexpr EventKind kKind = EventKind::RunnerAdded;
  static constexpr std::size_t kFirstSize = 96;
  EventHeader header;
  InstrumentId instrument;
  Zeros<4> reserved;
  Name symbol;
  Name request_id;
  std::uint64_t version = 0;
  OrNone<MarketState> state;
  Zeros<7> reserved2;
};

BETEX_FIELDS(
    RunnerAdded, header, instrument, reserved, symbol, request_id, version, state, reserved2);

struct MarketOpened {
  static constexpr EventKind kKind = EventKind::MarketOpened;
  EventHeader header;
  std::uint64_t version = 0;
  Name request_id;
};

BETEX_FIELDS(MarketOpened, header, version, request_id);

// Material: bets and orders on the runner are void.
struct RunnerRemoved {
  static constexpr EventKind kKind = EventKind::RunnerRemoved;
  static constexpr std::size_t kFirstSize = 72;
  EventHeader header;
  InstrumentId instrument;
  Flag goes_on;
  Zeros<3> reserved;
  std::uint64_t version = 0;
  Name request_id;
  OrNone<MarketState> state;
  Zeros<7> reserved2;
};

BETEX_FIELDS(
    RunnerRemoved, header, instrument, goes_on, reserved, version, request_id, state, reserved2);

struct MarketSuspended {
  static constexpr EventKind kKind = EventKind::MarketSuspended;
  EventHeader header;
  std::uint64_t version = 0;
  SuspendReason reason{};
  CancelScope scope{};
  Flag goes_on;
  OrNone<MarketState> state;  // from now on: Suspended, or Halted until that ends; none: Suspended
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketSuspended, header, version, reason, scope, goes_on, state, reserved, request_id);

struct MarketResumed {
  static constexpr EventKind kKind = EventKind::MarketResumed;
  EventHeader header;
  std::uint64_t version = 0;
  Name request_id;
};

BETEX_FIELDS(MarketResumed, header, version, request_id);

struct MarketHalted {
  static constexpr EventKind kKind = EventKind::MarketHalted;
  EventHeader header;
  std::uint64_t version = 0;
  Name request_id;
};

BETEX_FIELDS(MarketHalted, header, version, request_id);

// The market is again in the state that it was halted in.
struct MarketUnhalted {
  static constexpr EventKind kKind = EventKind::MarketUnhalted;
  EventHeader header;
  std::uint64_t version = 0;
  MarketState state{};  // from now on
  Zeros<7> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketUnhalted, header, version, state, reserved, request_id);

// Material: orders that lapse at turn-in-play are cancelled.
struct MarketTurnedInPlay {
  static constexpr EventKind kKind = EventKind::MarketTurnedInPlay;
  EventHeader header;
  std::uint64_t version = 0;
  MarketState state{};  // as before
  Flag goes_on;
  Zeros<6> reserved;
  Name request_id;
};

BETEX_FIELDS(MarketTurnedInPlay, header, version, state, goes_on, reserved, request_id);

struct MarketClosed {
  static constexpr EventKind kKind = EventKind::MarketClosed;
  static constexpr std::size_t kFirstSize = 64;
  EventHeader header;
  std::uint64_t version = 0;
  Name request_id;
  Flag goes_on;
  Zeros<7> reserved;
};

BETEX_FIELDS(MarketClosed, header, version, request_id, goes_on, reserved);

// A closed market is suspended again.
struct MarketReopened {
  static constexpr EventKind kKind = EventKind::MarketReopened;
  EventHeader header;
  std::uint64_t version = 0;
  Name request_id;
};

BETEX_FIELDS(MarketReopened, header, version, request_id);

// All its terms that can change, those that stay as they were too.
struct MarketChanged {
  static constexpr EventKind kKind = EventKind::MarketChanged;
  static constexpr std::size_t kFirstSize = 80;
  EventHeader header;
  std::uint64_t version = 0;
  std::uint32_t bet_delay_ms = 0;
  std::uint32_t commission_bp = 0;
  Quantity max_quantity;  // per order
  Name request_id;
  OrNone<MarketState> state;
  Flag sets_flags;  // unset in what an older program wrote: they stay as they were
  Zeros<2> reserved;
  std::uint32_t flags = 0;
};

BETEX_FIELDS(MarketChanged,
             header,
             version,
             bet_delay_ms,
             commission_bp,
             max_quantity,
             request_id,
             state,
             sets_flags,
             reserved,
             flags);

// The whole description of a market or of one of its runners.
struct MarketDescribed {
  static constexpr EventKind kKind = EventKind::MarketDescribed;
  static constexpr std::size_t kFirstSize = 232;
  EventHeader header;
  InstrumentId instrument;  // 0: the market itself; a runner has a text only
  Zeros<4> reserved;
  Timestamp scheduled_start;  // 0: not said
  Name parent;
  DescriptionText text;
  Name request_id;
  std::uint64_t version = 0;
  OrNone<MarketState> state;
  Zeros<7> reserved2;
};

BETEX_FIELDS(MarketDescribed,
             header,
             instrument,
             reserved,
             scheduled_start,
             parent,
             text,
             request_id,
             version,
             state,
             reserved2);

// The share of a win that one instrument has: 1/1 a winner, 1/2 a dead heat of two for one place.
struct InstrumentShare {
  InstrumentId instrument;
  std::uint16_t numerator = 0;
  std::uint16_t denominator = 0;
};

BETEX_FIELDS(InstrumentShare, instrument, numerator, denominator);

// The result is known, or another one than before. `count` shares follow, with one denominator;
// runners that are not named have lost. A binary market has one, 1/1 for YES or 0/1 for NO.
struct MarketDetermined {
  static constexpr EventKind kKind = EventKind::MarketDetermined;
  using Tail = InstrumentShare;
  static constexpr std::size_t kMaxTail = kMaxRunners;
  static constexpr std::string_view kTailName = "share";
  EventHeader header;
  std::uint64_t version = 0;
  Name request_id;
  std::uint32_t count = 0;
  Zeros<4> reserved;
};

BETEX_FIELDS(MarketDetermined, header, version, request_id, count, reserved);

struct MarketVoided {
  static constexpr EventKind kKind = EventKind::MarketVoided;
  static constexpr std::size_t kFirstSize = 72;
  EventHeader header;
  std::uint64_t version = 0;
  Price price;  // binary: what YES gets, the rest is NO's; 0 in an odds market
  Name request_id;
  Flag goes_on;
  Zeros<7> reserved;
};

BETEX_FIELDS(MarketVoided, header, version, price, request_id, goes_on, reserved);

// Its rows and books are freed: it cannot be corrected any more.
struct MarketArchived {
  static constexpr EventKind kKind = EventKind::MarketArchived;
  static constexpr std::size_t kFirstSize = 72;
  EventHeader header;
  std::uint64_t version = 0;
  SessionId requester;  // of the ArchiveMarket that began it
  Zeros<4> reserved;
  Name request_id;
  OrNone<MarketState> state;
  Zeros<7> reserved2;
};

BETEX_FIELDS(MarketArchived, header, version, requester, reserved, request_id, state, reserved2);

}  // namespace betex::matching

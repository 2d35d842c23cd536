// What the reference engine remembers: plain structs and standard containers.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "matching/batch_events.h"
#include "matching/commands.h"

namespace betex::matching::testing {

using RefId = std::uint64_t;

enum class RefPlace { Taking, Resting, Delayed, Finished };

struct RefOrder {
  RefId id = 0;
  RefId account = 0;
  RefId session = 0;
  RefId market = 0;
  RefId instrument = 0;
  PlaceOrder asked;
  TimeInForce time_in_force{};
  RefPlace place = RefPlace::Taking;
  std::int64_t tick = 0;
  std::int64_t quantity = 0;
  std::int64_t filled = 0;
  std::int64_t leaves = 0;
  std::int64_t notional = 0;
  std::int64_t min_fill = 0;
  std::int64_t max_cost = 0;  // of a market order; 0: none
  std::int64_t spent = 0;     // what its fills have cost
  std::int64_t expires = 0;
  std::int64_t release_at = 0;
  std::uint64_t finished_in = 0;  // generation of ClOrdIDs
  std::uint32_t cause = 0;        // of its cancel
  std::uint64_t version_guard = 0;
  Persistence persistence{};
  RefId group = 0;  // 0: none
  std::vector<std::string> chain;

  [[nodiscard]] bool immediate() const {
    return time_in_force == TimeInForce::Ioc || time_in_force == TimeInForce::Fok;
  }
};

// A fill, as one side of it sees it.
struct RefBet {
  RefId instrument = 0;
  Side side{};
  std::int64_t quantity = 0;
  std::int64_t price = 0;
};

// One account's bets in one market.
struct RefRow {
  RefId account = 0;
  std::vector<RefBet> bets;
  std::set<RefId> removed;  // runners that it does not count any more
  bool passed = false;      // by a round
  bool paid_once = false;
  std::int64_t discount_bp = 0;  // once it was paid
  std::int64_t paid = 0;         // by all rounds
  std::int64_t commission = 0;   // taken by all rounds
};

// What an odds market's row pays by its matched bets on one runner.
struct RefOutcome {
  Int128 won = 0;
  Int128 lost = 0;
};

// What a binary market's row has from its fills.
struct RefPosition {
  std::int64_t yes = 0;  // negative: NO
  std::int64_t cash = 0;
};

// What people are told of a market or a runner.
struct RefDescription {
  DescriptionText text;
  Name parent;
  Timestamp scheduled_start;
};

struct RefMarket {
  RefId id = 0;
  CreateMarket made;
  MarketState state = MarketState::Inactive;
  MarketState before_halt = MarketState::Inactive;
  bool in_play = false;
  std::uint64_t version = 0;
  std::int64_t step = 1;
  std::int64_t minimum = 1;
  std::int64_t maximum = 0;
  std::int64_t max_position = 0;  // 0: none
  std::vector<RefId> instruments;
  std::vector<std::int64_t> prices;  // the ladder, ascending
  std::vector<RefRow> rows;          // number n is at n - 1
  std::map<RefId, std::int64_t> shares;
  std::int64_t share_of = 1;  // the denominator of all shares
  std::int64_t void_price = 0;
  RefDescription description;
  Int128 pot = 0;
  std::uint32_t rounds = 0;  // that are complete
  bool archived = false;

  [[nodiscard]] std::uint32_t flags() const {
    return made.passive_skips_delay ? kPassiveSkipsDelay : 0;
  }

  [[nodiscard]] bool odds() const { return made.kind == MarketKind::ExchangeOdds; }

  [[nodiscard]] bool is_one_of(const std::set<MarketState>& states) const {
    return states.contains(state);
  }

  [[nodiscard]] bool delays() const { return in_play && made.bet_delay_ms != 0; }
};

// Orders by tick, the oldest first.
using RefBook = std::map<std::int64_t, std::list<RefId>>;

struct RefInstrument {
  RefId id = 0;
  RefId market = 0;
  bool removed = false;
  RefDescription description;
  std::map<std::int64_t, Int128> traded;  // by tick
  RefBook bids;
  RefBook asks;
};

struct RefAccount {
  RefId id = 0;
  AccountKind kind{};
  bool suspended = false;
  std::uint32_t max_open = 0;  // 0: none, as with the two limits below
  std::uint32_t open = 0;
  std::uint32_t discount_bp = 0;
  std::int64_t balance = 0;
  std::int64_t credit = 0;
  std::int64_t exposure_limit = 0;
  std::int64_t market_exposure_limit = 0;
};

struct RefSession {
  RefId id = 0;
  std::string comp_id;
  Name username;  // with which it went up last
  bool up = false;
  bool suspended = false;
  bool cancels = false;  // on disconnect
  std::uint32_t epoch = 0;
  std::uint32_t next_in = 0;
  std::uint32_t reserved_to = 0;
  std::uint64_t delivered = 0;
  std::int64_t epoch_began = 0;
  std::int64_t grace = 0;
  std::int64_t cancel_at = 0;
  std::int64_t groups_cancel_at = 0;  // those that are bound to it
  CancelCause cause{};
};

struct RefGroupFill {
  std::int64_t at = 0;
  std::int64_t quantity = 0;  // millionths
};

struct RefGroup {
  RefId id = 0;
  RefId account = 0;
  Reference name;
  std::int64_t limit = 0;  // millionths
  std::uint32_t window_ms = 0;
  CountedFills counted{};
  RefId session = 0;  // whose end cancels its orders; 0: none
  bool tripped = false;
  bool deleted = false;
  std::uint64_t deleted_in = 0;     // generation of ClOrdIDs
  std::vector<RefGroupFill> fills;  // since it was created or reset
};

// A process. One over rows has its market, and one for VoidRunner its instrument.
struct RefBatch {
  RefId id = 0;
  BatchWork work = BatchWork::CancelOrders;
  std::optional<BatchWork> then;  // begins when this one has ended
  bool another = false;           // process of the same request is about to begin
  std::optional<RefId> market, account, session, instrument;
  int side = 0;
  RefId last = 0;
  RefId cursor = 0;  // the last order or row that was visited
  std::uint64_t guard_below = 0;
  bool of_session = false;  // an owner's, of what its session has entered
  RefId of_group = 0;       // 0: any
  Reference reference;      // empty: any
  CancelScope scope{};
  CancelCause cause{};
  std::int64_t total = 0;
  RefId group = 0;  // the first process of the same request; 0: this is the first
  RefId requester = 0;
  RefId requester_account = 0;
  ClOrdId cl_ord_id;
  Name request;
  Int128 paid = 0, charged = 0, commission = 0;  // by a round so far

  [[nodiscard]] bool cancels_in(RefId in) const {
    return work == BatchWork::CancelOrders && !account && !session && market == in;
  }

  // Goes over the market's rows, or what follows it does.
  [[nodiscard]] bool concerns_rows(RefId in) const {
    return market == in && (work != BatchWork::CancelOrders || then.has_value());
  }

  [[nodiscard]] bool removes_in(RefId in) const {
    return market == in && (work == BatchWork::VoidRunner || then == BatchWork::VoidRunner);
  }
};

using RefClOrdId = std::pair<RefId, std::string>;  // account, ClOrdID

// A cancel or an amend that was refused.
struct RefRefusedChange {
  std::uint8_t response_to = 0;  // as in CancelRejected
  Name account_name;
  RefId account = 0;
  ClOrdId id;
  ClOrdId orig_id;
  bool consumed = false;  // its id is used up
};

struct RefWaitingAmend {
  std::int64_t tick = 0, quantity = 0, expires = 0, release_at = 0;
  std::uint64_t version_guard = 0;
  bool guard_given = false;  // by the request
  Persistence persistence{};
  RefId requester = 0;
  RefClOrdId id;
};

struct RefKnownId {
  RefId order = 0;
  Reason reason{};
  std::uint64_t came_in = 0;  // generation of ClOrdIDs
};

// A request of an operator.
struct RefRequest {
  std::uint64_t digest = 0;
  std::uint64_t answered_by = 0;  // the first event that it caused
  Reason reason{};                // of its refusal
  std::uint64_t came_in = 0;      // generation of request ids
};

// A request that waits for a second operator.
struct RefProposal {
  std::uint64_t event = 0;  // that told of it
  RefId proposer = 0;
  Name id;
  CommandBody body;
  Remark remark;
  std::int64_t expires = 0;
};

// How much an order would trade, and what that would cost.
struct RefDryRun {
  std::int64_t filled = 0;
  std::int64_t cost = 0;
};

// What may still come of an open order, or of one that asks to be.
struct RefOpen {
  RefId instrument = 0;
  Side side{};
  std::int64_t leaves = 0;
  std::int64_t part = 0;
};

}  // namespace betex::matching::testing

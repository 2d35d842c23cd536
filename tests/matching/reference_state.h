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
  std::int64_t budget = 0;
  std::int64_t closing = 0;
  std::int64_t cash_lock = 0;
  std::int64_t expires = 0;
  std::int64_t release_at = 0;
  std::uint64_t finished_in = 0;  // generation of ClOrdIDs
  std::uint32_t cause = 0;        // of its cancel
  std::vector<std::string> chain;

  [[nodiscard]] bool immediate() const {
    return time_in_force == TimeInForce::Ioc || time_in_force == TimeInForce::Fok;
  }
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
  std::vector<RefId> instruments;
  std::vector<std::int64_t> prices;  // the ladder, ascending

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
  RefBook bids;
  RefBook asks;
};

struct RefAccount {
  RefId id = 0;
  AccountKind kind{};
  bool suspended = false;
  std::uint32_t max_open = 0;
  std::uint32_t open = 0;
  std::int64_t locked = 0;
};

struct RefSession {
  RefId id = 0;
  std::string comp_id;
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
  CancelCause cause{};
};

struct RefHolding {
  std::int64_t yes = 0, no = 0, yes_locked = 0, no_locked = 0;
};

struct RefBatch {
  RefId id = 0;
  std::optional<RefId> market, account, session, instrument;
  int side = 0;
  RefId last = 0;
  RefId cursor = 0;
  std::uint64_t guard_below = 0;
  CancelScope scope{};
  CancelCause cause{};
  std::int64_t total = 0;
  RefId requester = 0;
  RefId requester_account = 0;
  std::string cl_ord_id, request;

  [[nodiscard]] bool market_wide() const { return !account && !session; }
};

using RefClOrdId = std::pair<RefId, std::string>;  // account, ClOrdID

// A cancel or an amend that was refused.
struct RefRefusedChange {
  std::uint64_t response_to = 0;  // as in CancelRejected
  RefClOrdId id;
  std::string orig_id;
  bool consumed = false;  // its id is used up
};

struct RefWaitingAmend {
  std::int64_t tick = 0, quantity = 0, expires = 0, release_at = 0;
  RefId requester = 0;
  RefClOrdId id;
};

struct RefKnownId {
  RefId order = 0;
  Reason reason{};
  std::uint64_t came_in = 0;  // generation of ClOrdIDs
};

}  // namespace betex::matching::testing

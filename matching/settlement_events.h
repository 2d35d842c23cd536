// Events of the processes that go over the rows of a market: bets that a removal makes void, the
// rounds of a settlement, and the end of a market's rows (RULES.md section 5). A row is one
// account's bets in one market; rows are numbered from 1 in the order in which they came to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/types.h"

namespace betex::matching {

// What one account had on a runner that was removed: what its matched bets there would have paid.
struct VoidedBets {
  AccountId account;
  Zeros<4> reserved;
  Money if_won;
  Money if_lost;
};

BETEX_FIELDS(VoidedBets, account, reserved, if_won, if_lost);

// One chunk of the process that makes bets on a removed runner void: the rows up to `cursor_after`
// count the runner no more. `count` entries follow, one for each row that had bets there.
struct RunnerBetsVoided {
  static constexpr EventKind kKind = EventKind::RunnerBetsVoided;
  using Tail = VoidedBets;
  static constexpr std::size_t kMaxTail = 1'024;
  static constexpr std::string_view kTailName = "row";
  EventHeader header;
  BatchId batch;
  InstrumentId instrument;
  std::uint32_t cursor_after = 0;  // the last row that the process has passed
  std::uint32_t count = 0;
};

BETEX_FIELDS(RunnerBetsVoided, header, batch, instrument, cursor_after, count);

enum class SettlementResult : std::uint8_t { Determined = 1, Void = 2 };  // on disk

// What one account is paid in a round. A round pays the difference between what the result makes of
// its bets (`target`) and what the rounds before have paid.
struct SettledRow {
  AccountId account;
  std::uint32_t discount_bp = 0;  // off the commission
  Quantity position;              // binary: YES contracts, negative for NO; 0 in an odds market
  Money gross;                    // target - what was paid before
  Money target;                   // of all rounds so far, before commission
  Money commission;               // of all rounds so far
  Money commission_before;        // of the rounds before this one
  Money balance;                  // after it
};

BETEX_FIELDS(SettledRow,
             account,
             discount_bp,
             position,
             gross,
             target,
             commission,
             commission_before,
             balance);

// One chunk of a round: the rows up to `cursor_after` are paid. `count` entries follow, one for
// each of them that has or had bets.
struct PositionsSettled {
  static constexpr EventKind kKind = EventKind::PositionsSettled;
  using Tail = SettledRow;
  static constexpr std::size_t kMaxTail = 128;
  static constexpr std::string_view kTailName = "row";
  EventHeader header;
  BatchId batch;
  std::uint32_t round = 0;         // from 1
  std::uint32_t cursor_after = 0;  // the last row that is paid
  SettlementResult result{};
  Zeros<3> reserved;
  Price price;      // binary: what YES gets; 0 in an odds market
  WideMoney house;  // $HOUSE's balance after it
  std::uint32_t count = 0;
  Zeros<4> reserved2;
};

BETEX_FIELDS(PositionsSettled,
             header,
             batch,
             round,
             cursor_after,
             result,
             reserved,
             price,
             house,
             count,
             reserved2);

// A round is complete. What floors have left over goes to $ROUNDING, so that it sums to zero.
struct MarketSettled {
  static constexpr EventKind kKind = EventKind::MarketSettled;
  EventHeader header;
  std::uint64_t version = 0;
  BatchId batch;
  std::uint32_t round = 0;
  std::uint32_t rows = 0;  // that were paid or charged in it
  SessionId requester;     // of the request that began it
  SettlementResult result{};
  Zeros<7> reserved;
  WideMoney paid;        // to accounts that it gave to, before commission
  WideMoney charged;     // to accounts that it took from
  WideMoney commission;  // that it took; negative where it gave back
  Money rounding;        // to $ROUNDING
  WideMoney house;       // balances after it
  WideMoney rounding_balance;
  Name request_id;
};

BETEX_FIELDS(MarketSettled,
             header,
             version,
             batch,
             round,
             rows,
             requester,
             result,
             reserved,
             paid,
             charged,
             commission,
             rounding,
             house,
             rounding_balance,
             request_id);

// One chunk of the process that ends a market's rows.
struct RowsArchived {
  static constexpr EventKind kKind = EventKind::RowsArchived;
  EventHeader header;
  BatchId batch;
  std::uint32_t cursor_after = 0;
};

BETEX_FIELDS(RowsArchived, header, batch, cursor_after);

}  // namespace betex::matching

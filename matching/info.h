// What an engine shows of its state: plain copies, for read models and for checks.
#pragma once

#include <cstdint>
#include <span>

#include "matching/approval_events.h"
#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/market_events.h"
#include "matching/order_events.h"
#include "matching/order_group_events.h"
#include "matching/types.h"

namespace betex::matching {

// A FIX session as the journal knows it.
struct SessionInfo {
  SessionId session;
  Name comp_id;
  SessionEpoch epoch;
  bool up = false;
  MsgSeqNum next_in;
  MsgSeqNum reserved_to;
  EventSeq delivered;
  Timestamp epoch_began;
  bool grace_runs = false;  // it is down, and its orders wait to be cancelled for it
  bool suspended = false;
  Name username;  // of its last Logon; empty: none
};

struct AccountInfo {
  AccountId account;
  Name name;
  AccountKind kind{};
  bool suspended = false;
  std::uint32_t open_orders = 0;
  std::uint32_t max_open_orders = 0;  // 0: none, as with the two limits below
  std::uint32_t commission_discount_bp = 0;
  Money balance;
  Money credit;
  Money exposure_limit;
  Money market_exposure_limit;
  Money exposure;       // of all its rows
  WideMoney available;  // balance + credit - exposure
  Money bound;          // the most that its open and matched bets can move (RULES.md section 5)
};

// How a market is described to people.
struct MarketText {
  DescriptionText text;
  Name parent;
  Timestamp scheduled_start;  // 0: not said

  friend bool operator==(const MarketText&, const MarketText&) = default;
};

struct MarketInfo {
  MarketId market;
  Name name;
  MarketKind kind{};
  LadderKind ladder{};
  MarketState state{};
  bool in_play = false;
  std::uint64_t version = 0;
  std::uint32_t open_orders = 0;
  Quantity min_quantity;  // per order, as the two that follow
  Quantity quantity_step;
  Quantity max_quantity;
  std::uint32_t winners = 0;
  std::uint32_t commission_bp = 0;
  Quantity max_position;  // binary; 0: no limit
  Price void_price;       // binary, of a voided one
  bool archived = false;
  std::uint32_t rounds = 0;  // of its settlement that are complete
  std::uint32_t rows = 0;
  WideMoney pot;
  std::uint64_t public_changes = 0;  // of its levels, trades and state
  MarketState before_halt{};         // where it is halted: what it is when that ends
  std::uint32_t bet_delay_ms = 0;
  std::uint32_t flags = 0;
  MarketText description;
};

struct InstrumentInfo {
  InstrumentId instrument;
  MarketId market;
  Name symbol;
  MarketKind kind{};
  LadderKind ladder{};
  bool removed = false;
  InstrumentShare share;  // of a win, once the market is determined
  WideQuantity traded;    // of all trades
  DescriptionText text;   // for people
};

// What was traded at one price of an instrument.
struct TradedLevel {
  Tick tick;
  Price price;
  WideQuantity volume;
};

// An accepted request in an order's chain, with the terms that the order has had since.
struct AcceptedRequest {
  ClOrdId cl_ord_id;
  Tick tick;
  Timestamp expire_time;
};

// An order whose ClOrdIDs are still known, live or finished. `chain` holds its requests in the
// order in which they were accepted and is valid during the visit.
struct OrderInfo {
  OrderId order;
  AccountId account;
  SessionId session;
  InstrumentId instrument;
  Tick tick;
  Side side{};
  OrderType type{};
  TimeInForce time_in_force{};
  bool live = false;
  bool delayed = false;        // it waits for the bet delay
  CancelCause cancel_cause{};  // of a finished order that was cancelled or expired, else 0
  std::uint32_t finished_generation = 0;  // of ClOrdIDs, in which a finished order finished
  Timestamp expire_time;
  OrderValues values;
  std::span<const AcceptedRequest> chain;
  Reference reference;            // the client's own
  std::uint32_t order_group = 0;  // 0: none
  Money part;                     // what a live one may still cost (RULES.md section 5)
};

// A price level as the book keeps it, its orders in the order in which they will trade.
struct LevelInfo {
  Side side{};
  Tick tick;
  Quantity volume;
  std::span<const OrderId> queue;  // valid during the visit
};

// The same without its orders.
struct PriceLevel {
  Tick tick;
  Price price;
  Quantity volume;
};

// What an account's matched bets on one runner pay, and what it has open there.
struct RunnerBets {
  InstrumentId instrument;
  Money if_won;
  Money if_lost;
  Money open_if_won;   // parts of its open lays
  Money open_if_lost;  // parts of its open backs
};

// One account's bets in one market (RULES.md section 5).
struct RowInfo {
  AccountId account;
  MarketId market;
  MarketKind kind{};
  std::uint32_t number = 0;  // in its market, from 1
  Money exposure;
  Quantity matched;                     // of all its fills
  std::span<const RunnerBets> runners;  // odds; valid during the visit
  Quantity position;                    // binary: YES contracts, negative for NO
  Money net_cash;                       // binary: moved by its fills
  Quantity open_buys;                   // binary, as the three that follow
  Quantity open_sells;
  Money open_buys_part;
  Money open_sells_part;
  bool settled = false;           // a round has passed it
  Money paid;                     // by all rounds
  Money commission;               // taken by all rounds
  std::uint32_t discount_bp = 0;  // off the commission, once it was settled
};

// What belongs to no account and no market.
struct HouseInfo {
  Currency currency;  // empty where the log does not say
  WideMoney house;
  WideMoney rounding;
};

// The exchange as a whole.
struct ExchangeInfo {
  bool halted = false;
  std::uint32_t approval_classes = 0;  // the sum of ApprovalClass
  std::uint32_t max_requests_a_day = 0;
  EventSeq watermark;  // operators have the log up to this event elsewhere; 0: none of it
};

// An order group. Of one that is deleted the standing says nothing.
struct OrderGroupInfo {
  std::uint32_t number = 0;
  AccountId account;
  Reference name;
  OrderGroupStanding standing;
  bool deleted = false;
};

// A request that waits for a second operator.
struct ProposalInfo {
  EventSeq proposed;  // the event
  const OperationProposed& event;
  std::span<const RunnerShare> shares;  // of DetermineMarket; valid during the visit, as the event
};

// Where live orders are listed, for processes that walk them.
enum class OrderIndex : std::uint8_t { Market, Account, Session, Day };

}  // namespace betex::matching

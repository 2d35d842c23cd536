// What can be asked of the engine. Commands come from outside, sequenced by the match stage, and
// are never journaled themselves: the events that they cause are.
#pragma once

#include <cstdint>
#include <variant>

#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

// Where a command came from. `session` 0 is the gateway itself (bootstrap, session bookkeeping).
// An application message's origin moves its session's expected inbound number to msg_seq_num + 1.
struct Origin {
  SessionId session{};
  SessionEpoch epoch{};
  MsgSeqNum msg_seq_num{};

  friend constexpr bool operator==(const Origin&, const Origin&) noexcept = default;
};

enum class OrderType : std::uint8_t { Market = 1, Limit = 2 };                          // on disk
enum class TimeInForce : std::uint8_t { Day = 0, Gtc = 1, Ioc = 3, Fok = 4, Gtd = 6 };  // on disk
enum class SelfTradePrevention : std::uint8_t {                                         // on disk
  None = 0,
  CancelTaker = 1,
  CancelMaker = 2,
  CancelBoth = 3,
  Decrement = 4,
};
enum class Persistence : std::uint8_t { Lapse = 0, Persist = 1 };  // on disk

// ---- Order entry --------------------------------------------------------------------------------

// NewOrderSingle(D). Prices and quantities are what the client wrote; the engine holds them against
// the market's ladder and quantity step.
struct PlaceOrder {
  Name account;
  ClOrdId cl_ord_id;
  Name symbol;
  Timestamp transact_time;
  Decimal price;  // ignored for OrderType::Market
  Decimal quantity;
  Decimal min_quantity;             // 0: none
  Timestamp expire_time;            // GTD only
  Decimal max_cost;                 // Market only; 0: none
  std::uint64_t version_guard = 0;  // market version the client has seen; 0: none
  Side side = Side::Bid;
  OrderType type = OrderType::Limit;
  TimeInForce time_in_force = TimeInForce::Day;
  SelfTradePrevention self_trade_prevention = SelfTradePrevention::CancelTaker;
  Persistence persistence = Persistence::Lapse;
  bool post_only = false;
  bool cancel_on_pause = false;
  bool poss_resend = false;  // 97=Y: a known ClOrdID is answered with the order's state
};

// OrderCancelRequest(F). The order is found by `order_id` if given, else by `orig_cl_ord_id`.
struct CancelOrder {
  Name account;
  ClOrdId cl_ord_id;
  ClOrdId orig_cl_ord_id;
  OrderId order_id;
  Timestamp transact_time;
};

// ---- Accounts and markets -----------------------------------------------------------------------

enum class AccountKind : std::uint8_t { Unlimited = 1, Collateralised = 2 };  // on disk

struct CreateAccount {
  Name account;
  AccountKind kind = AccountKind::Unlimited;
  Name request_id;
};

enum class MarketKind : std::uint8_t { ExchangeOdds = 1, Binary = 2 };  // on disk
enum class LadderKind : std::uint8_t {                                  // on disk
  Classic = 1,
  Finest = 2,
  LinearCent = 3,
  TaperedDeciCent = 4,
  DeciCent = 5,
};

// A binary market's only instrument is created with it and bears its symbol; an odds market gets
// its instruments by AddRunner.
struct CreateMarket {
  Name market;
  std::uint32_t winners = 1;
  std::uint32_t commission_bp = 0;
  std::uint32_t bet_delay_ms = 0;
  MarketKind kind = MarketKind::ExchangeOdds;
  LadderKind ladder = LadderKind::Classic;
  std::uint8_t reserved[2] = {};
  Decimal min_quantity;   // 0: one quantity step
  Decimal quantity_step;  // 0: one minor unit or one contract
  Name request_id;
};

struct AddRunner {
  Name market;
  Name symbol;
  Name request_id;
};

struct OpenMarket {
  Name market;
  Name request_id;
};

// ---- FIX sessions (fix.md section 2: the journal is the only truth, also about sessions) --------

// Before a Logon is answered. Creates the session the first time its CompID is seen.
struct SessionUp {
  Name comp_id;
  bool reset = false;  // 141=Y: the next epoch begins, both numbers at 1
};

enum class SessionDownReason : std::uint8_t {  // on disk
  Logout = 1,
  Disconnect = 2,
  Restart = 3,  // found up at a start, after a crash: the expected inbound number stays
  Shutdown = 4,
};

struct SessionDown {
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum next_in;  // ignored for Restart
  SessionDownReason reason = SessionDownReason::Disconnect;
  std::uint8_t reserved[3] = {};
};

// Before the first outbound number of a block is used.
struct ReserveNumbers {
  SessionId session;
  SessionEpoch epoch;
  MsgSeqNum up_to;
};

// An application message that used up its number without reaching the book: answered by a
// BusinessMessageReject(j) or a session Reject(3), made from its event like every other answer.
struct RefuseInbound {
  enum class Answer : std::uint8_t { BusinessReject = 1, SessionReject = 2 };  // on disk

  Text<7> msg_type;
  ClOrdId cl_ord_id;             // empty where it could not be read
  std::uint32_t tag = 0;         // 371, 0: none
  std::uint16_t fix_reason = 0;  // 380 or 373
  Reason reason = Reason::None;
  Answer answer = Answer::BusinessReject;
  std::uint8_t reserved[3] = {};
};

// ---- The engine's own steps ---------------------------------------------------------------------

// Time has reached the engine's next deadline: expiries, releases, the end of the trading day.
struct AdvanceTime {};

using CommandBody = std::variant<PlaceOrder,
                                 CancelOrder,
                                 CreateAccount,
                                 CreateMarket,
                                 AddRunner,
                                 OpenMarket,
                                 SessionUp,
                                 SessionDown,
                                 ReserveNumbers,
                                 RefuseInbound,
                                 AdvanceTime>;

// One command, at most one transaction. `timestamp` is assigned once, when it is sequenced, and
// never runs backwards. `digest` identifies the command in the journal; 0 where nobody computes it.
struct Command {
  Timestamp timestamp;
  Origin origin;
  std::uint64_t digest = 0;
  CommandBody body;
};

}  // namespace betex::matching

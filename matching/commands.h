// What can be asked of the engine. Commands come from outside, sequenced by the match stage, and
// are never journaled themselves: the events that they cause are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "matching/boxed.h"
#include "matching/hash.h"
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
  HashedName account;
  ClOrdId cl_ord_id;
  HashedName symbol;
  Timestamp transact_time;
  Decimal price;  // 0 for OrderType::Market
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
  HashedName account;
  ClOrdId cl_ord_id;
  ClOrdId orig_cl_ord_id;
  OrderId order_id;
};

// OrderCancelReplaceRequest(G). The order is found as by CancelOrder. `quantity` is the new total.
struct AmendOrder {
  HashedName account;
  ClOrdId cl_ord_id;
  ClOrdId orig_cl_ord_id;
  OrderId order_id;
  Timestamp transact_time;
  Decimal price;
  Decimal quantity;
  Timestamp expire_time;        // GTD only; 0: as before
  TimeInForce time_in_force{};  // must be the order's, where given
  bool time_in_force_given = false;
  std::uint8_t reserved[6] = {};
};

// OrderMassCancelRequest(q): live orders of the account. Empty or 0 fields match everything. Also
// by Ops on behalf: then cl_ord_id is empty, request_id is not, and one of account, session and
// market must be given.
struct MassCancel {
  Name account;
  ClOrdId cl_ord_id;
  Name market;
  Name symbol;
  SessionId session;
  std::uint8_t side = 0;  // 1 or 2 as in Side; 0: both
  std::uint8_t reserved[3] = {};
  Name request_id;
  Timestamp transact_time;
};

// ---- Accounts and markets -----------------------------------------------------------------------
//
// Requests of operators. `request_id` is used up by the first command that bears it, also by one
// that is refused; empty for what the gateway itself does at a start. `transact_time` is theirs: at
// most 30 days old and 5 minutes ahead (RULES.md section 6).

// The log's first command. All amounts are in this currency.
struct CreateExchange {
  Currency currency;
  std::uint32_t max_requests_a_day = 0;  // of operators; 0: no limit
};

enum class AccountKind : std::uint8_t { Unlimited = 1, Collateralised = 2 };  // on disk

// Amounts are in major units, as an operator writes them. A name that begins with $ is refused.
struct CreateAccount {
  Name account;
  AccountKind kind = AccountKind::Unlimited;
  std::uint32_t max_open_orders = 0;         // 0: none, as with the two limits below
  std::uint32_t commission_discount_bp = 0;  // off the commission
  Decimal opening_balance;
  Decimal credit;
  Decimal exposure_limit;
  Decimal market_exposure_limit;
  Name request_id;
  Timestamp transact_time;
};

enum class FundsKind : std::uint8_t { Deposit = 1, Withdrawal = 2, Correction = 3, WriteOff = 4 };

// Moves money into or out of an account. A deposit and a withdrawal are positive, a correction is
// not 0 and needs a remark, a write-off names no amount: it takes over a negative balance, whole.
struct MoveFunds {
  Name account;
  FundsKind kind = FundsKind::Deposit;
  Decimal amount;
  Boxed<Remark> remark;
  Name request_id;
  Timestamp transact_time;
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
  Decimal max_quantity;   // per order; 0: the engine's own cap
  Decimal max_position;   // binary: contracts that an account may come to hold; 0: no limit
  Name request_id;
  Timestamp transact_time;
};

struct AddRunner {
  Name market;
  Name symbol;
  Name request_id;
  Timestamp transact_time;
};

struct OpenMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

enum class MarketState : std::uint8_t {  // on disk
  Inactive = 1,
  Open = 2,
  Suspended = 3,
  Halted = 4,
  Closed = 5,
  Determined = 6,
  Settled = 7,
  Voided = 8,
};

enum class SuspendReason : std::uint8_t {  // on disk
  Goal = 1,
  RunnerRemoval = 2,
  TurningInPlay = 3,
  Pause = 4,  // cancels only orders marked cancel-on-pause
};
enum class CancelScope : std::uint8_t { None = 0, LapseOnly = 1, All = 2, OnPause = 3 };  // on disk

// Also reopens a closed market, which is suspended then. `scope` is None, LapseOnly or All; None
// for a pause.
struct SuspendMarket {
  Name market;
  SuspendReason reason = SuspendReason::Goal;
  CancelScope scope = CancelScope::None;
  std::uint8_t reserved[6] = {};
  Name request_id;
  Timestamp transact_time;
};

struct ResumeMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

struct HaltMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

struct UnhaltMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

// Once per market. Orders whose Persistence is Lapse are cancelled.
struct TurnInPlay {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

// An odds market. One that was open is suspended by it.
struct RemoveRunner {
  Name market;
  Name symbol;
  Name request_id;
  Timestamp transact_time;
};

struct CloseMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

inline constexpr std::size_t kMaxRunners = 100;  // of a market

// A runner's share of a win: 1/1 a winner, 1/2 a dead heat of two for one place.
struct RunnerShare {
  Name symbol;
  std::uint16_t numerator = 0;
  std::uint16_t denominator = 0;
  std::uint32_t reserved = 0;
};

// Runners that are not named have lost. The shares have one denominator, at most the number of
// runners, and add up to the market's winners. A binary market names its own symbol, with 1/1 for
// YES and 0/1 for NO. Again for another result, also after the market was settled.
struct DetermineMarket {
  Name market;
  std::vector<RunnerShare> shares;
  Name request_id;
  Timestamp transact_time;
};

// Pays by the result, or what a new result changes of what was paid.
struct SettleMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

struct VoidMarket {
  Name market;
  Decimal price;  // binary: what YES gets, above 0 and below 1; the rest is NO's
  Name request_id;
  Timestamp transact_time;
};

// Of a settled or voided market: frees its rows and books. No correction is possible after it.
struct ArchiveMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

// The account may cancel, and enter nothing. `cancel_orders` also cancels its live orders.
struct SuspendAccount {
  Name account;
  Name request_id;
  Timestamp transact_time;
  bool cancel_orders = false;
};

struct ResumeAccount {
  Name account;
  Name request_id;
  Timestamp transact_time;
};

// A limit that is not given stays as it is; 0: none.
struct SetLimits {
  Name account;
  std::optional<std::uint32_t> max_open_orders;
  std::optional<std::uint32_t> commission_discount_bp;
  std::optional<Decimal> credit;
  std::optional<Decimal> exposure_limit;
  std::optional<Decimal> market_exposure_limit;
  Name request_id;
  Timestamp transact_time;
};

// ---- FIX sessions (the journal is the only truth, also about sessions) -------------------------

// Before a Logon is answered. Creates the session the first time its CompID is seen.
struct SessionUp {
  Name comp_id;
  Name username;       // 553 of its Logon; empty: none
  bool reset = false;  // 141=Y: the next epoch begins, both numbers at 1
  bool cancel_on_disconnect = false;
  std::uint8_t reserved[2] = {};
  std::uint32_t grace_ms = 0;  // between the loss of the session and that cancel
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

// On proof that the client has the reports of all events up to `delivered`.
struct ConfirmDelivery {
  SessionId session;
  std::uint32_t reserved = 0;
  EventSeq delivered;
};

// By Ops, on a session that is down. 0 leaves a number as it is; `new_epoch` starts both at 1.
struct SetSessionNumbers {
  Name comp_id;
  MsgSeqNum next_in;
  MsgSeqNum reserved_to;
  bool new_epoch = false;
  std::uint8_t reserved[7] = {};
  Name request_id;
  Timestamp transact_time;
};

// The session may cancel, and enter nothing. `cancel_orders` also cancels its live orders.
struct SuspendSession {
  Name comp_id;
  Name request_id;
  Timestamp transact_time;
  bool cancel_orders = false;
};

struct ResumeSession {
  Name comp_id;
  Name request_id;
  Timestamp transact_time;
};

struct LogoutSession {
  Name comp_id;
  Name request_id;
  Timestamp transact_time;
};

// ---- Operations ---------------------------------------------------------------------------------

// When the trading day ends, in seconds after midnight UTC.
struct SetTradingDay {
  std::uint32_t ends_at_s = 0;
  std::uint32_t reserved = 0;
  Name request_id;
  Timestamp transact_time;
};

struct Announce {
  Name subject;
  Boxed<Remark> headline;
  Name request_id;
  Timestamp transact_time;
};

struct MoveWatermark {
  EventSeq watermark;
  Name request_id;
  Timestamp transact_time;
};

// ---- The engine's own steps ---------------------------------------------------------------------

// Time has reached the engine's next deadline: expiries, releases, the end of the trading day.
struct AdvanceTime {};

// The next chunk of the oldest batched process (RULES.md section 4).
struct ContinueBatch {};

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
                                 AdvanceTime,
                                 // Their order is on disk as TransactionHeader::command_kind: new
                                 // ones go to the end.
                                 AmendOrder,
                                 MassCancel,
                                 RemoveRunner,
                                 SuspendMarket,
                                 ResumeMarket,
                                 HaltMarket,
                                 UnhaltMarket,
                                 TurnInPlay,
                                 CloseMarket,
                                 DetermineMarket,
                                 VoidMarket,
                                 SuspendAccount,
                                 ResumeAccount,
                                 SetLimits,
                                 ConfirmDelivery,
                                 SetSessionNumbers,
                                 SuspendSession,
                                 ResumeSession,
                                 LogoutSession,
                                 SetTradingDay,
                                 Announce,
                                 MoveWatermark,
                                 ContinueBatch,
                                 CreateExchange,
                                 MoveFunds,
                                 SettleMarket,
                                 ArchiveMarket>;

// One command, at most one transaction. `timestamp` is assigned once, when it is sequenced, and
// never runs backwards. `digest` is taken over the content of an operator's request, all but its
// TransactTime: two requests with one id are repetitions of each other where it is the same.
struct Command {
  Timestamp timestamp;
  Origin origin;
  std::uint64_t digest = 0;  // 0 for everything else
  CommandBody body;
};

// Many wait on a ring, most of them orders: what is longer than an order is boxed.
static_assert(sizeof(Command) <= 224);

}  // namespace betex::matching

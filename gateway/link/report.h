// What the exchange tells a session, as plain fields: the report stage makes these from journaled
// events, a session's strand encodes them. Nothing here knows QuickFIX or bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fix_spec/dialect.h"
#include "fix_spec/operations.h"
#include "matching/boxed.h"
#include "matching/commands.h"
#include "matching/order_group_events.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

// Names a report for ever: the event that it tells of, and which of its sides. ExecID(17) is made
// of it, so a client that goes by ExecID takes a repeated report for what it is. Event 0: the
// answer to a request that changes nothing, which tells of no event (17=0).
struct ReportId {
  matching::EventSeq event;
  std::uint32_t leg = 0;

  friend constexpr auto operator<=>(const ReportId&, const ReportId&) noexcept = default;
};

// How many decimals prices and quantities show at least: 2 and 2 in odds markets, 2 and 0 in binary
// ones, 0 and 0 where the instrument is unknown and the client's own numbers are echoed.
struct DecimalFormat {
  std::uint8_t price_decimals = 0;
  std::uint8_t quantity_decimals = 0;

  friend bool operator==(const DecimalFormat&, const DecimalFormat&) = default;
};

// FIX enumerations, with the wire's characters as values.
enum class ExecType : char {
  New = '0',
  Canceled = '4',
  Replaced = '5',
  Rejected = '8',
  PendingNew = 'A',
  Expired = 'C',
  Restated = 'D',
  Trade = 'F',
  OrderStatus = 'I',
};
enum class OrdStatus : char {
  New = '0',
  PartiallyFilled = '1',
  Filled = '2',
  Canceled = '4',
  Rejected = '8',
  PendingNew = 'A',
  Expired = 'C',
};

// ExecutionReport(8). Decimals are in millionths.
struct ExecutionReport {
  ExecType exec_type = ExecType::New;
  OrdStatus ord_status = OrdStatus::New;
  matching::OrderId order_id;  // 37; 0: NONE
  matching::ClOrdId cl_ord_id;
  matching::ClOrdId orig_cl_ord_id;  // 41; empty: absent
  matching::Name account;
  matching::Name symbol;
  matching::Side side = matching::Side::Bid;
  matching::OrderType ord_type = matching::OrderType::Limit;
  matching::TimeInForce time_in_force = matching::TimeInForce::Day;
  matching::Decimal price;  // 44; shown for limit orders
  matching::Decimal order_qty;
  matching::Decimal cum_qty;
  matching::Decimal leaves_qty;
  matching::Decimal last_qty;  // 32 and 31: only for ExecType::Trade
  matching::Decimal last_px;
  std::optional<matching::Quantity> position_after;  // 20090: of a trade in a binary market
  bool aggressor = false;           // of a trade: 1057 and 851; the trade's event is 880
  matching::Reference reference;    // 583; empty: absent
  matching::Reference order_group;  // 20080; empty: absent
  std::int64_t avg_px_e8 = 0;       // AvgPx(6) in 1/100 000 000, rounded half up
  matching::Timestamp transact_time;
  matching::Timestamp expire_time;     // 126; 0: absent
  matching::Timestamp effective_time;  // 168, the end of the bet delay; 0: absent
  matching::Name status_req_id;        // 790; empty: absent
  matching::Name mass_status_req_id;   // 584; empty: absent, with 911 and 912
  std::uint32_t total_reports = 0;     // 911: in the answer to a mass status request
  bool last_report = false;            // 912: of that answer
  bool copy = false;                   // 797: a drop copy
  bool no_order = false;  // no order stands behind it, so its terms are absent; 103 says why
  matching::Reason reason = matching::Reason::None;
  std::uint16_t restatement_reason = 0;  // 378; 0: absent
  DecimalFormat format;

  friend bool operator==(const ExecutionReport&, const ExecutionReport&) = default;
};

// OrderCancelReject(9).
struct OrderCancelReject {
  matching::OrderId order_id;  // 0: NONE
  matching::ClOrdId cl_ord_id;
  matching::ClOrdId orig_cl_ord_id;
  matching::Name account;
  OrdStatus ord_status = OrdStatus::Rejected;
  std::uint8_t response_to = 1;  // 434: 1 cancel, 2 cancel/replace
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const OrderCancelReject&, const OrderCancelReject&) = default;
};

// BusinessMessageReject(j).
struct BusinessMessageReject {
  matching::MsgSeqNum ref_seq_num;
  matching::Text<7> ref_msg_type;
  matching::ClOrdId business_reject_ref_id;  // 379; empty: absent
  std::uint16_t business_reject_reason = 0;  // 380
  std::uint32_t retry_after_ms = 0;          // 20074; 0: absent
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const BusinessMessageReject&, const BusinessMessageReject&) = default;
};

// Reject(3) of an application message. Those of administrative messages tell of no event, and are
// the session's own.
struct Reject {
  matching::MsgSeqNum ref_seq_num;
  matching::Text<7> ref_msg_type;
  std::uint32_t ref_tag_id = 0;             // 371; 0: absent
  std::uint16_t session_reject_reason = 0;  // 373

  friend bool operator==(const Reject&, const Reject&) = default;
};

// What an OrderMassCancelRequest(q) asks to be cancelled, tag 530.
enum class MassCancelType : std::uint8_t { Security = 1, Session = 6, All = 7, MarketSegment = 9 };

// OrderMassCancelReport(r). Its 37 and 1369 are made of the report's id.
struct OrderMassCancelReport {
  matching::ClOrdId cl_ord_id;
  MassCancelType request_type = MassCancelType::All;
  matching::Name symbol;    // 55; empty: absent
  matching::Name market;    // 1300; empty: absent
  std::uint8_t side = 0;    // 54; 0: absent
  std::uint64_t total = 0;  // 533: orders that were cancelled
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;  // not None: refused, 531=0

  friend bool operator==(const OrderMassCancelReport&, const OrderMassCancelReport&) = default;
};

// OrderGroupReport(UOH): the answer to an OrderGroupRequest(UOG), and what becomes of a group that
// nobody has asked for, which all brokers and drop copies of the account are told.
struct OrderGroupReport {
  matching::ClOrdId cl_ord_id;          // 11; empty: nobody has asked
  matching::Name account;               // 1
  matching::Reference group;            // 20080
  matching::OrderGroupAction action{};  // 20081
  matching::OrderGroupState state{};    // 20085; not given: refused, or deleted
  bool copy = false;                    // 797
  matching::Decimal limit;              // 20082; this and the next four where there is a state
  matching::Decimal filled;             // 20087
  std::uint32_t window_ms = 0;          // 20083
  std::uint32_t live_orders = 0;        // 20088
  matching::CountedFills counted{};     // 20084
  bool cancel_on_disconnect = false;    // 20086
  std::optional<std::uint64_t>
      affected;  // 533: orders that were cancelled, of one that has tripped
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;  // not None: refused

  friend bool operator==(const OrderGroupReport&, const OrderGroupReport&) = default;
};

// ApplResponseType(1348).
enum class ReplayResponse : std::uint8_t { Begins = 0, UnknownApplication = 1, Unavailable = 2 };

// ApplicationMessageRequestAck(BX): whether reports are told again.
struct ReplayAck {
  matching::Name request_id;  // 1346
  ReplayResponse response{};
  matching::EventSeq first;  // 1182 and 1183 of RefApplID BETEX
  matching::EventSeq last;
  matching::EventSeq available_from;  // 20076: with Unavailable, the first event that could be had

  friend bool operator==(const ReplayAck&, const ReplayAck&) = default;
};

// ApplicationMessageReport(BY), 1426=3: all of them have been told again.
struct ReplayEnd {
  matching::Name request_id;  // 1346
  matching::EventSeq last;    // 1357
  std::uint64_t reports = 0;  // 20077

  friend bool operator==(const ReplayEnd&, const ReplayEnd&) = default;
};

// UserResponse(BF): how much of what a session may send is left, for one who has asked by
// UserRequest(BE).
struct ThrottleReport {
  // ThrottleAction(1611): what becomes of a message that is one too many.
  enum class Action : std::uint8_t { Queue = 0, Reject = 2 };

  // ThrottleType(1612).
  enum class Type : std::uint8_t { InboundRate = 0, OutstandingRequests = 1 };

  struct Entry {
    std::uint32_t limit = 0;        // 1613
    std::uint32_t interval_ms = 0;  // 1614, with 1615=3; 0: both absent
    std::uint32_t left = 0;         // 20075
    Action action = Action::Reject;
    Type type = Type::InboundRate;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  matching::Name request_id;   // 923
  matching::Name username;     // 553, as the request has it
  std::vector<Entry> entries;  // 1610; none: nothing is limited

  friend bool operator==(const ThrottleReport&, const ThrottleReport&) = default;
};

// SecurityTradingStatus(326); from 100 on ours.
enum class TradingStatus : std::uint8_t {
  Halt = 2,
  Resume = 3,
  Ready = 17,
  NotAvailable = 18,
  Unknown = 20,
  Determined = 100,
  Settled = 101,
  Voided = 102,
};

// SecurityStatus(f) of one instrument.
struct SecurityStatus {
  matching::Name symbol;
  matching::Name market;                          // 1300; empty: unknown instrument
  matching::Name status_req_id;                   // 324; empty: nobody asked
  TradingStatus status = TradingStatus::Unknown;  // 326; 0: as it was, absent
  std::uint64_t market_version = 0;               // 20005; 0: absent
  std::uint8_t suspend_reason = 0;                // 20032, matching::SuspendReason; 0: absent
  std::optional<bool> in_play;                    // 20033
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const SecurityStatus&, const SecurityStatus&) = default;
};

// SecurityStatus(965): whether it is traded now, and whether it will be.
enum class ListingStatus : std::uint8_t {
  Active = 1,
  Inactive = 2,    // no more, and it is not at its end: closed, determined
  Expired = 4,     // settled
  Delisted = 5,    // void, or of a runner that was removed
  Suspended = 9,   // not now: suspended, halted
  Published = 10,  // not yet
};

// One of an instrument's TickRules(1205): it has the prices first, first + increment, ..., last.
struct TickRule {
  matching::Decimal first;      // 1206
  matching::Decimal last;       // 1207
  matching::Decimal increment;  // 1208

  friend bool operator==(const TickRule&, const TickRule&) = default;
};

// One fragment of a SecurityList(y): one instrument; or none, where none was found, or none was
// asked for. What is empty or 0 is absent.
struct SecurityList {
  matching::Name request_id;  // 320
  std::uint32_t total = 0;    // 393: instruments in all fragments
  bool last = true;           // 893
  matching::Name symbol;      // empty: no instrument, and nothing of what follows but the reason
  ListingStatus status{};     // 965
  std::string description;    // 107
  std::vector<TickRule> tick_rules;  // ascending; no price is in two of them
  matching::Decimal quantity_step;
  matching::Decimal min_quantity;
  matching::Decimal max_quantity;
  matching::Currency currency;  // 15

  // Of its market.
  matching::Name market;                // 1300
  std::uint64_t market_version = 0;     // 20005
  matching::MarketKind kind{};          // 20031
  matching::LadderKind ladder{};        // 20030
  std::uint32_t winners = 0;            // 20034
  std::uint32_t bet_delay_ms = 0;       // 20035; also 0 is told, as of the next
  std::uint32_t commission_bp = 0;      // 20036
  bool passive_skips_delay = false;     // 20072; told where it is so
  matching::Timestamp scheduled_start;  // 20039
  std::string market_description;       // 20095
  matching::Name parent;                // 20096

  matching::Reason reason = matching::Reason::None;
  DecimalFormat format;

  friend bool operator==(const SecurityList&, const SecurityList&) = default;
};

// ListUpdateAction(1324).
enum class ListUpdateAction : char { Add = 'A', Modify = 'M', Delete = 'D' };

// SecurityListUpdateReport(BK): to a market data session that has asked for it, how the list that
// it was given changes, one instrument at a time.
struct SecurityListUpdate {
  ListUpdateAction action = ListUpdateAction::Add;
  matching::Boxed<SecurityList> security;  // as it is now; without total, last and reason

  friend bool operator==(const SecurityListUpdate&, const SecurityListUpdate&) = default;
};

// MDReqRejReason(281), as far as we give it.
enum class MarketDataRefusal : char {
  Unknown = '0',  // a symbol, a market, or the subscription that is to end
  DuplicateId = '1',
  TooMuch = '2',  // requests in a second or at a time, or instruments
  NotEntitled = '3',
  SubscriptionType = '4',  // 263
  Depth = '5',             // 264
  UpdateType = '6',        // 265
  Aggregation = '7',       // 266
  EntryType = '8',         // 269, 20052
  ImplicitDelete = 'C',    // 547
};

// MarketDataRequestReject(Y): nothing of the request stands.
struct MarketDataRequestReject {
  matching::Name request_id;  // 262
  MarketDataRefusal refusal{};
  matching::Name symbol;  // 55; of one that is unknown, as the next; empty: absent
  matching::Name market;  // 1300
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const MarketDataRequestReject&, const MarketDataRequestReject&) = default;
};

// News(B).
struct News {
  matching::Timestamp orig_time;
  matching::Name subject;  // a market or an instrument; empty: everything
  matching::Remark headline;
  bool urgent = false;  // 61=1

  friend bool operator==(const News&, const News&) = default;
};

// One message of the answer to a RequestForPositions(AN): PositionReport(AP). About a binary market
// or a runner; without a symbol about the account as a whole, or refused.
struct PositionReport {
  matching::Name request_id;  // 710
  std::uint32_t number = 0;   // of the message in the answer, from 1
  matching::Name account;
  matching::Name symbol;
  matching::Name market;  // 20092
  matching::MarketKind kind{};
  matching::Quantity position;    // of a binary market; negative: NO
  matching::Money if_won;         // 20093 and 20094: of a runner
  matching::Money if_lost;        //
  matching::Money exposure;       // 20024
  matching::Money balance;        // 20023; this and those below of the whole account
  matching::Money credit;         // 20028
  matching::WideMoney available;  // 20025
  matching::Currency currency;
  matching::Timestamp as_of;
  matching::Reason reason = matching::Reason::None;  // not None: refused

  friend bool operator==(const PositionReport&, const PositionReport&) = default;
};

// MarketSettlementReport(UMS): what a round has paid to one account.
struct SettlementReport {
  matching::Name account;
  matching::Name market;
  matching::MarketKind kind{};
  bool is_void = false;         // 20107
  bool copy = false;            // 797: a drop copy
  std::uint32_t round = 0;      // 20089
  matching::Decimal price;      // 730: of a binary market
  matching::Quantity position;  // 704, 705: of a binary market; negative: NO
  matching::Money gross;        // 1704
  matching::Money commission;   // 137: of this round
  matching::Money balance;      // 20023: after it
  matching::Currency currency;  // empty where the log does not say
  matching::Timestamp transact_time;

  friend bool operator==(const SettlementReport&, const SettlementReport&) = default;
};

// 20091; up to 4 matching::FundsKind.
enum class AccountChange : std::uint8_t {
  Deposit = 1,
  Withdrawal = 2,
  Correction = 3,
  WriteOff = 4,
  BetsVoid = 5,
};

// AccountReport(UAR): what has happened to an account's money or bets.
struct AccountReport {
  matching::Name account;
  AccountChange change{};
  bool copy = false;  // 797: a drop copy
  matching::Currency currency;
  matching::Money amount;   // 20022; this and the balance but for BetsVoid
  matching::Money balance;  // 20023
  matching::Name market;    // 1300; this and those below for BetsVoid
  matching::Name symbol;    // 55
  matching::Money if_won;   // 20093
  matching::Money if_lost;  // 20094
  matching::Timestamp transact_time;

  friend bool operator==(const AccountReport&, const AccountReport&) = default;
};

// OpsResult(20013).
enum class OpsResult : std::uint8_t {
  Done = 0,
  Refused = 1,
  Running = 2,   // done; its cancels or payments run
  Complete = 3,  // these are complete
  Known = 4,     // the id was decided before, with the same content
  WouldBeDone = 5,
  WaitsForApproval = 6,
  Dropped = 7,  // declined, or its time was up
};

// What an operator's session is told of a copy and of a request that two have taken part in.
struct Involved {
  bool copy = false;            // 797: another session has asked, or it is told again at a logon
  matching::Name requested_by;  // 20015, a CompID; empty: absent
  matching::Name approved_by;   // 20016, who has approved, or declined; empty: absent

  friend bool operator==(const Involved&, const Involved&) = default;
};

// OperationsReport(UOR). What is none, empty or 0 is absent.
struct OperationsReport {
  matching::Name request_id;        // 20012
  Operation operation{};            // 20011
  OpsResult result{};               // 20013
  bool test = false;                // 2330: the answer to a dry run
  matching::EventSeq event;         // 20020
  ReportId first_told;              // 20068 of a report that this one repeats; 0: its own
  matching::EventSeq first_answer;  // 20017, with Known: the event that answered the id first
  matching::Name ref_request_id;    // 20014: the proposal's
  matching::Name market;            // 1300
  matching::Name symbol;            // 55
  matching::Name account;           // 1
  matching::Name comp_id;           // 930
  std::optional<std::uint64_t> market_version;   // 20005: after it
  matching::MarketState market_state{};          // 20019: after it
  std::optional<std::uint64_t> affected;         // 533
  std::optional<matching::Money> balance;        // 20023: after it, as the next two
  std::optional<matching::Money> exposure;       // 20024
  std::optional<matching::WideMoney> available;  // 20025
  matching::SessionEpoch epoch;                  // 20044; with it 20041, also where that is 0
  matching::MsgSeqNum next_in;                   // 20040
  matching::MsgSeqNum reserved_to;               // 20041
  matching::EventSeq delivered;                  // 20043
  matching::EventSeq watermark;                  // 20066
  matching::Timestamp expires;                   // 126: of a proposal

  // Of a proposal, what it asks for: the command's own fields, where it has them.
  std::vector<matching::RunnerShare> shares;  // 146 with 55, 20037, 20038
  std::optional<matching::Decimal> amount;    // 20022
  std::optional<matching::Decimal> price;     // 730
  bool new_epoch = false;                     // 20049
  std::uint64_t version_guard = 0;            // 20005, instead of the market's version
  matching::Remark remark;                    // 58, where there is no reason

  Involved involved;
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const OperationsReport&, const OperationsReport&) = default;
};

// SecurityDefinition(d): the answer to the creation of a market.
struct SecurityDefinition {
  matching::Name request_id;                      // 320
  bool test = false;                              // 2330
  matching::Name market;                          // 1300
  matching::EventSeq event;                       // 20020
  matching::MarketKind kind{};                    // 20031; this and those below where it is created
  matching::LadderKind ladder{};                  // 20030
  std::uint32_t winners = 0;                      // 20034
  std::uint32_t bet_delay_ms = 0;                 // 20035
  std::uint32_t commission_bp = 0;                // 20036
  bool passive_skips_delay = false;               // 20072; told where it is so
  matching::Decimal quantity_step;                // 561
  matching::Decimal min_quantity;                 // 562
  matching::Decimal max_quantity;                 // 1140
  std::optional<matching::Decimal> max_position;  // 20029
  std::vector<matching::Name> runners;            // 146 with 55
  Involved involved;
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;  // not None: refused, 323=5
  DecimalFormat format;

  friend bool operator==(const SecurityDefinition&, const SecurityDefinition&) = default;
};

// MassActionResponse(1375).
enum class MassActionResponse : std::uint8_t { Refused = 0, Accepted = 1, Completed = 2 };

// OrderMassActionReport(BZ): of a mass cancel on behalf.
struct OrderMassActionReport {
  matching::Name request_id;  // 11
  bool test = false;          // 2330
  matching::EventSeq event;   // 20020
  MassActionResponse response{};
  MassCancelType scope = MassCancelType::All;  // 1374
  matching::Name symbol;                       // 55; empty: absent, as the next three
  matching::Name market;                       // 1300
  matching::Name account;                      // 1462 with 1464=24
  matching::Name comp_id;                      // 1462 with 1464=55
  std::uint8_t side = 0;                       // 54; 0: absent
  std::optional<std::uint64_t> affected;       // 533
  Involved involved;
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const OrderMassActionReport&, const OrderMassActionReport&) = default;
};

// PartyActionType(2329).
enum class PartyAction : std::uint8_t { Suspend = 0, SuspendAndCancel = 1, Reinstate = 2 };

// PartyActionResponse(2332).
enum class PartyActionResponse : std::uint8_t { Accepted = 0, Completed = 1, Refused = 2 };

// PartyActionReport(DI): of an account or a session that is suspended or reinstated.
struct PartyActionReport {
  matching::Name request_id;  // 2328; empty for those who are concerned: absent
  bool test = false;          // 2330
  matching::EventSeq event;   // 20020
  PartyAction action{};
  PartyActionResponse response{};
  matching::Name account;                 // 448 with 452=24
  matching::Name comp_id;                 // 448 with 452=55
  std::optional<std::uint64_t> affected;  // 533
  Involved involved;
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const PartyActionReport&, const PartyActionReport&) = default;
};

// TradingSessionStatus(h): whether the exchange as a whole is halted.
struct TradingSessionStatus {
  bool halted = false;  // 340: 1 or 2
  matching::Timestamp transact_time;

  friend bool operator==(const TradingSessionStatus&, const TradingSessionStatus&) = default;
};

// StatusValue(928).
enum class CounterpartyStatus : std::uint8_t {
  Connected = 1,
  DownUnexpected = 2,
  DownExpected = 3,
  InProcess = 4,
};

// A session as NetworkCounterpartySystemStatusResponse(BD) lists it.
struct CounterpartyState {
  matching::Name comp_id;  // 930
  CounterpartyStatus status{};
  std::string words;                // 929
  SessionRole role{};               // 20045
  matching::SessionEpoch epoch;     // 20044; 0: it was never on, and the numbers are absent
  matching::MsgSeqNum next_in;      // 20040
  matching::MsgSeqNum last_out;     // 20042
  matching::MsgSeqNum reserved_to;  // 20041
  matching::EventSeq delivered;     // 20043
  bool suspended = false;           // in 929
  std::uint64_t queue_bytes = 0;    // 20046; this and those below of one that is on
  std::string peer;                 // 20047
  matching::Timestamp last_heard;   // 20048

  friend bool operator==(const CounterpartyState&, const CounterpartyState&) = default;
};

// What keeps the log's oldest segment from being retired: HeldBackBy(20067).
struct HeldBackBy {
  enum class What : std::uint8_t {
    Nothing,    // it goes at the next rotation, or is the one that is written
    Snapshot,   // a start could not do without it: there are not two snapshots behind it
    Session,    // reports of it, or of later events, may have to be made again for this one
    Replay,     // reports of its events may be told again for as long as the configuration says
    Watermark,  // it is above the watermark, and the configuration waits for that
  };

  What what = What::Nothing;
  matching::Name session;  // its CompID

  friend bool operator==(const HeldBackBy&, const HeldBackBy&) = default;
};

// How the node is.
struct NodeState {
  matching::EventSeq durable;           // 20061
  std::uint32_t ring_fill_percent = 0;  // 20062
  std::uint64_t journal_lag = 0;        // 20063, slots
  std::uint32_t segments = 0;           // 20064
  std::uint64_t disk_free_bytes = 0;    // 20065
  matching::EventSeq watermark;         // 20066
  HeldBackBy held_back_by;              // 20067

  friend bool operator==(const NodeState&, const NodeState&) = default;
};

inline constexpr std::size_t kMaxSessionsOfAMessage = 50;

// One message of the answer to NetworkCounterpartySystemStatusRequest(BC).
struct NetworkStatus {
  matching::Name request_id;                // 933
  std::uint32_t number = 0;                 // of the message in the answer, from 1: in 932
  bool last = true;                         // 893
  std::vector<CounterpartyState> sessions;  // at most kMaxSessionsOfAMessage
  std::optional<NodeState> node;            // on the last one

  friend bool operator==(const NetworkStatus&, const NetworkStatus&) = default;
};

struct Report {
  ReportId id;
  std::variant<ExecutionReport,
               OrderCancelReject,
               BusinessMessageReject,
               OrderMassCancelReport,
               SecurityStatus,
               SecurityList,
               News,
               SettlementReport,
               AccountReport,
               PositionReport,
               matching::Boxed<OperationsReport>,  // by far the largest
               SecurityDefinition,
               OrderMassActionReport,
               PartyActionReport,
               TradingSessionStatus,
               NetworkStatus,
               SecurityListUpdate,
               MarketDataRequestReject,
               matching::Boxed<OrderGroupReport>,
               ReplayAck,
               ReplayEnd,
               ThrottleReport,
               Reject>
      body;
  bool told_again = false;  // by a replay, for one who has asked: 97=Y

  friend bool operator==(const Report&, const Report&) = default;
};

// Many wait to be encoded, most of them ExecutionReports.
static_assert(sizeof(Report) <= sizeof(ExecutionReport) + 32);

}  // namespace betex::fix

// What the exchange tells a session, as plain fields: the report stage makes these from journaled
// events, a session's strand encodes them. Nothing here knows QuickFIX or bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "matching/commands.h"
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
  std::int64_t avg_px_e8 = 0;                        // AvgPx(6) in 1/100 000 000, rounded half up
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
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const BusinessMessageReject&, const BusinessMessageReject&) = default;
};

// What an OrderMassCancelRequest(q) asks to be cancelled, tag 530.
enum class MassCancelType : std::uint8_t { Security = 1, All = 7, MarketSegment = 9 };

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
  matching::Name market;         // 1300; empty: unknown instrument
  matching::Name status_req_id;  // 324; empty: nobody asked
  TradingStatus status = TradingStatus::Unknown;
  std::uint64_t market_version = 0;  // 20005; 0: absent
  std::uint8_t suspend_reason = 0;   // 20032, matching::SuspendReason; 0: absent
  std::optional<bool> in_play;       // 20033
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const SecurityStatus&, const SecurityStatus&) = default;
};

// One fragment of a SecurityList(y): one instrument, or none where nothing was found.
struct SecurityList {
  matching::Name request_id;  // 320
  std::uint32_t total = 0;    // 393: instruments in all fragments
  bool last = true;           // 893
  matching::Name symbol;      // empty: no instrument
  matching::Name market;
  matching::MarketKind kind{};    // 20031
  matching::LadderKind ladder{};  // 20030
  bool active = false;            // 965
  matching::Decimal quantity_step;
  matching::Decimal min_quantity;
  matching::Decimal max_quantity;
  matching::Reason reason = matching::Reason::None;
  DecimalFormat format;

  friend bool operator==(const SecurityList&, const SecurityList&) = default;
};

// News(B).
struct News {
  matching::Timestamp orig_time;
  matching::Name subject;  // a market or an instrument; empty: everything
  matching::Remark headline;

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
               PositionReport>
      body;

  friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace betex::fix

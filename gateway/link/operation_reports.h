// What operators are told of what they have asked for, and what of it others are told too.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "fix_spec/operations.h"
#include "gateway/link/report_parts.h"
#include "matching/market_commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

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

}  // namespace betex::fix

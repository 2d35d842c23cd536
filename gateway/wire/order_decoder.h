// Application messages to the engine's commands, straight from the fields' text. It checks
// everything itself, relying neither on QuickFIX's validation nor on the dictionaries that it must
// agree with (a test holds them together).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "fix_spec/dialect.h"
#include "gateway/link/market_data_link.h"
#include "gateway/link/market_reports.h"
#include "gateway/link/session_link.h"
#include "gateway/wire/field_table.h"
#include "matching/boxed.h"
#include "matching/commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

// Who sends. `accounts` are those that the session may trade for: the default one, then the others
// in the order of their names, in which they are looked for. They must outlive the call.
struct SessionContext {
  FixVersion version = FixVersion::Fixt11;
  SessionRole role = SessionRole::Broker;
  matching::SessionId session;
  std::span<const matching::Name> accounts;
  matching::Currency currency;  // the exchange's; empty: a request that names one is refused
};

// What an operator asks, but for questions (Query).
struct OperatorRequest {
  matching::CommandBody body;
  std::uint64_t digest = 0;  // Command::digest
  matching::OptionalBox<matching::Remark> remark;
  bool test = false;         // a dry run: it becomes a DryRunQuery
  bool makes_safer = false;  // it is never held up, nor refused for anything but its form
};

// UserRequest(BE) with 924=5: how much of what the session may send is left. The session knows, and
// answers by a ThrottleReport.
struct ThrottleQuery {
  matching::Name request_id;  // 923
  matching::Name username;    // 553, to be given back
};

// To be answered by Reject(3).
struct SessionReject {
  std::uint32_t ref_tag_id = 0;             // 371; 0: none
  std::uint16_t session_reject_reason = 0;  // 373
  std::string_view text;                    // 58, static storage
  matching::ClOrdId request_id;             // for the journal; empty where it could not be read
};

// To be answered by BusinessMessageReject(j).
struct BusinessReject {
  std::uint16_t business_reject_reason = 0;  // 380, as FIX.5.0SP2 has it
  matching::Reason reason = matching::Reason::None;
  std::uint32_t tag = 0;             // the field at fault; 0: none
  matching::ClOrdId request_id;      // and so 379; empty where it could not be read
  std::uint32_t retry_after_ms = 0;  // of one too many: when it may be sent again; 0: not said
};

// Calls for no answer and changes nothing: a BusinessMessageReject(j). Two ends that refuse each
// other's refusals would never stop.
struct Unanswered {};

using Decoded = std::variant<matching::PlaceOrder,
                             matching::CancelOrder,
                             matching::AmendOrder,
                             matching::MassCancel,
                             matching::OrderGroupRequest,
                             gateway::Query,
                             OperatorRequest,
                             ThrottleQuery,
                             gateway::MarketDataRequest,  // of the role MarketData alone
                             SessionReject,
                             BusinessReject,
                             MarketDataRequestReject,  // likewise: the answer itself
                             Unanswered>;

// `fields` is an application message that the guard has let through. One that we do not take is
// answered as such, whatever else it holds.
[[nodiscard]] Decoded decode(const FieldTable& fields, const SessionContext& session);

// The id that a refusal names the request by: the field for it of its type, else 11; empty where
// that could not be read.
[[nodiscard]] matching::ClOrdId readable_request_id(const FieldTable& fields);

// The refusals as the command that journals them (gateway/session/README.md: every application
// message that uses up a number is journaled before its answer leaves).
[[nodiscard]] matching::RefuseInbound to_command(const SessionReject& reject,
                                                 std::string_view msg_type);
[[nodiscard]] matching::RefuseInbound to_command(const BusinessReject& reject,
                                                 std::string_view msg_type);

}  // namespace betex::fix

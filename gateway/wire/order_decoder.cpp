#include "gateway/wire/order_decoder.h"

#include <algorithm>
#include <optional>

#include "fix_spec/reasons.h"
#include "gateway/wire/read_requests.h"
#include "gateway/wire/request_fields.h"
#include "gateway/wire/request_specs.h"
#include "gateway/wire/session_reject.h"

namespace betex::fix {
namespace {

using matching::ClOrdId;
using matching::Name;
using matching::PlaceOrder;
using matching::Reason;

// The field that an answer names a request by. H has two: 11 is that of the order it asks for.
std::string_view request_id(const FieldTable& fields) {
  const std::string_view type = fields.msg_type();
  if (type == "AF") {
    return fields.value(tag::kMassStatusReqId);
  }
  if (type == "x") {
    return fields.value(tag::kSecurityReqId);
  }
  if (type == "e") {
    return fields.value(tag::kSecurityStatusReqId);
  }
  const std::string_view status = type == "H" ? fields.value(tag::kOrdStatusReqId) : "";
  return status.empty() ? fields.value(tag::kClOrdId) : status;
}

Decoded refuse(const FieldTable& fields, FieldFault fault) {
  return SessionReject{.ref_tag_id = fault.tag,
                       .session_reject_reason = fault.reject_reason,
                       .text = session_reject::to_text(fault.reject_reason),
                       .request_id = readable_request_id(fields)};
}

Decoded refuse(const FieldTable& fields, Reason reason, std::uint32_t tag) {
  return BusinessReject{.business_reject_reason = codes_of(reason).business_reject_reason,
                        .reason = reason,
                        .tag = tag,
                        .request_id = readable_request_id(fields)};
}

// The account that is asked for, or the session's own. None where the session may not use it.
std::optional<Name> account_for(const RequestFields& request, const SessionContext& session) {
  if (session.accounts.empty()) {
    return std::nullopt;
  }
  if (!request.has(Slot::Account)) {
    return session.accounts.front();
  }
  const auto found = std::ranges::find(session.accounts, request.text(Slot::Account), &Name::view);
  return found == session.accounts.end() ? std::nullopt : std::optional{*found};
}

template <typename AnyQuery>
Decoded query_of(AnyQuery query, const FieldTable& fields, const SessionContext& session) {
  query.session = session.session;
  if constexpr (requires { query.msg_seq_num; }) {
    query.msg_seq_num = fields.msg_seq_num().value_or(matching::MsgSeqNum{});
  }
  return gateway::Query{query};
}

Decoded decode_request(const FieldTable& fields,
                       RequestFields& request,
                       const Name& account,
                       const SessionContext& session) {
  switch (fields.msg_type().front()) {
    case 'D': {
      PlaceOrder order = place_order(request, account);
      order.poss_resend = fields.poss_resend();
      return order;
    }
    case 'F':
      return cancel_order(request, account);
    case 'G':
      return amend_order(request, account);
    case 'q':
      return mass_cancel(request, account, session.version);
    case 'A':
      return query_of(mass_status_query(request, account), fields, session);
    case 'x':
      return query_of(security_list_query(request), fields, session);
    case 'e':
      return query_of(security_status_query(request), fields, session);
    default:
      return query_of(status_query(request, account), fields, session);
  }
}

// A longer type than there are is refused before anybody has cut it: the beginning will do.
matching::RefuseInbound refusal(std::string_view msg_type, const ClOrdId& request_id) {
  using MsgType = decltype(matching::RefuseInbound::msg_type);
  matching::RefuseInbound command;
  command.msg_type = MsgType{msg_type.substr(0, MsgType::kCapacity)};
  command.cl_ord_id = request_id;
  return command;
}

}  // namespace

ClOrdId readable_request_id(const FieldTable& fields) {
  const std::string_view text = request_id(fields);
  return is_cl_ord_id(text) ? ClOrdId{text} : ClOrdId{};
}

Decoded decode(const FieldTable& fields, const SessionContext& session) {
  if (fields.msg_type() == "j") {
    return Unanswered{};
  }
  const auto spec = spec_of(fields.msg_type(), session.version);
  if (!spec && !is_valid_msg_type(fields.msg_type())) {
    return refuse(fields, FieldFault{tag::kMsgType, session_reject::kInvalidMsgType});
  }
  if (!spec) {
    return refuse(fields, Reason::UnsupportedMessageType, 0);
  }
  if (!may_send(session.role, fields.msg_type())) {
    return refuse(fields, Reason::NotEntitled, 0);
  }
  RequestFields request{fields, *spec, session.version};
  const std::optional<Name> account = account_for(request, session);
  const Decoded decoded = decode_request(fields, request, account.value_or(Name{}), session);
  if (request.fault()) {
    return refuse(fields, *request.fault());
  }
  if (!account && (spec->allowed & bit(Slot::Account)) != 0) {
    return refuse(fields, Reason::NotEntitled, tag::kAccount);
  }
  return decoded;
}

matching::RefuseInbound to_command(const SessionReject& reject, std::string_view msg_type) {
  matching::RefuseInbound command = refusal(msg_type, reject.request_id);
  command.tag = reject.ref_tag_id;
  command.fix_reason = reject.session_reject_reason;
  command.reason = Reason::MalformedMessage;
  command.answer = matching::RefuseInbound::Answer::SessionReject;
  return command;
}

matching::RefuseInbound to_command(const BusinessReject& reject, std::string_view msg_type) {
  matching::RefuseInbound command = refusal(msg_type, reject.request_id);
  command.tag = reject.tag;
  command.fix_reason = reject.business_reject_reason;
  command.reason = reject.reason;
  command.answer = matching::RefuseInbound::Answer::BusinessReject;
  return command;
}

}  // namespace betex::fix

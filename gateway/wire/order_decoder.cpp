#include "gateway/wire/order_decoder.h"

#include <algorithm>
#include <optional>

#include "fix_spec/reasons.h"
#include "gateway/wire/request_fields.h"
#include "gateway/wire/requests.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/tags.h"

namespace betex::fix {
namespace {

using matching::ClOrdId;
using matching::Name;
using matching::Reason;

// The field that an answer names a request by: 11 where it has none of its own, or is none of ours.
std::string_view request_id(const FieldTable& fields) {
  std::string_view id;
  if (const Request* const request = find_request(fields.msg_type())) {
    for (const std::uint32_t tag : request->spec.message().id_tags) {
      if (tag != 0 && id.empty()) {
        id = fields.value(tag);
      }
    }
  }
  return id.empty() ? fields.value(tag::kClOrdId) : id;
}

Decoded refuse(const FieldTable& fields, FieldFault fault) {
  return SessionReject{.ref_tag_id = fault.tag,
                       .session_reject_reason = fault.reject_reason,
                       .text = session_reject::to_text(fault.reject_reason, fault.tag),
                       .request_id = readable_request_id(fields)};
}

Decoded refuse(const FieldTable& fields, Reason reason, std::uint32_t tag) {
  return BusinessReject{.business_reject_reason = codes_of(reason).business_reject_reason,
                        .reason = reason,
                        .tag = tag,
                        .request_id = readable_request_id(fields)};
}

// The account that is asked for, or the session's own. None where the session may not use it. Ops
// may ask for any, which they name.
std::optional<Name> account_for(const RequestFields& request, const SessionContext& session) {
  if (session.role == SessionRole::Ops) {
    const std::string_view account = request.text(tag::kAccount);
    const bool is_name = !account.empty() && account.size() <= Name::kCapacity;
    return is_name ? std::optional{Name{account}} : std::nullopt;
  }
  if (session.accounts.empty()) {
    return std::nullopt;
  }
  const Name& first = session.accounts.front();
  const std::string_view account = request.text(tag::kAccount);
  if (!request.has(tag::kAccount) || account == first.view()) {
    return first;
  }
  const auto others = session.accounts.subspan(1);
  const auto found = std::ranges::lower_bound(others, account, {}, &Name::view);
  return found != others.end() && found->view() == account ? std::optional{*found} : std::nullopt;
}

Decoded refuse(const FieldTable& fields, NotARequest why) {
  switch (why) {
    case NotARequest::NoMsgType:
      return refuse(fields, FieldFault{tag::kMsgType, session_reject::kInvalidMsgType});
    case NotARequest::NotTaken:
      break;
  }
  return refuse(fields, Reason::UnsupportedMessageType, 0);
}

// Whether it is a request for an account that its sender must be entitled to. What operators do to
// accounts names them otherwise.
bool is_for_account(const Request& request, FixVersion version) {
  return request.spec.message().effect != Effect::Operation &&
         request.spec.allowed(version).contains(tag::kAccount);
}

// One variable to return, so that nothing is copied.
Decoded read_request(const Request& request,
                     const FieldTable& fields,
                     const SessionContext& session) {
  RequestFields body{fields, request.spec, session.version};
  const std::optional<Name> account = account_for(body, session);
  Decoded decoded = request.read(body,
                                 {.session = session.session,
                                  .role = session.role,
                                  .account = account.value_or(Name{}),
                                  .currency = session.currency});
  if (body.fault()) {
    decoded = refuse(fields, *body.fault());
  } else if (!account && is_for_account(request, session.version)) {
    decoded = refuse(fields, Reason::NotEntitled, tag::kAccount);
  }
  return decoded;
}

using MsgType = decltype(matching::RefuseInbound::msg_type);

// Of a longer type than there are the beginning will do.
matching::RefuseInbound refusal(std::string_view msg_type, const ClOrdId& request_id) {
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
  const auto known = find_request(fields.msg_type(), session.version);
  if (!known) {
    return refuse(fields, known.error());
  }
  if (!(*known)->spec.message().roles.contains(session.role)) {
    return refuse(fields, Reason::NotEntitled, 0);
  }
  return read_request(**known, fields, session);
}

matching::RefuseInbound to_command(const SessionReject& reject, std::string_view msg_type) {
  // A Reject need not name the type, and the beginning of one may be another.
  const bool fits = msg_type.size() <= MsgType::kCapacity;
  matching::RefuseInbound command = refusal(fits ? msg_type : "", reject.request_id);
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
  command.retry_after_ms = reject.retry_after_ms;
  return command;
}

}  // namespace betex::fix

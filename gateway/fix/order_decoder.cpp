#include "gateway/fix/order_decoder.h"

#include <algorithm>
#include <optional>

#include "fix_spec/reasons.h"
#include "gateway/fix/request_fields.h"
#include "gateway/fix/session_reject.h"

namespace betex::fix {
namespace {

using gateway::OrderStatusQuery;
using matching::CancelOrder;
using matching::ClOrdId;
using matching::Name;
using matching::PlaceOrder;
using matching::Reason;

constexpr MessageSpec kNewOrderSingle{.allowed = slots(Slot::Account,
                                                       Slot::ClOrdId,
                                                       Slot::ExecInst,
                                                       Slot::HandlInst,
                                                       Slot::OrderQty,
                                                       Slot::OrdType,
                                                       Slot::Price,
                                                       Slot::Side,
                                                       Slot::Symbol,
                                                       Slot::TimeInForce,
                                                       Slot::TransactTime,
                                                       Slot::MinQty,
                                                       Slot::ExpireTime,
                                                       Slot::SelfTradePrevention,
                                                       Slot::Persistence,
                                                       Slot::VersionGuard,
                                                       Slot::MaxCost),
                                      .required = slots(Slot::ClOrdId,
                                                        Slot::OrderQty,
                                                        Slot::OrdType,
                                                        Slot::Side,
                                                        Slot::Symbol,
                                                        Slot::TransactTime)};

constexpr MessageSpec kOrderCancelRequest{
    .allowed = slots(Slot::Account,
                     Slot::ClOrdId,
                     Slot::OrderId,
                     Slot::OrderQty,
                     Slot::OrigClOrdId,
                     Slot::Side,
                     Slot::Symbol,
                     Slot::TransactTime),
    .required = slots(Slot::ClOrdId, Slot::Side, Slot::Symbol, Slot::TransactTime)};

constexpr MessageSpec kOrderStatusRequest{.allowed = slots(Slot::Account,
                                                           Slot::ClOrdId,
                                                           Slot::OrderId,
                                                           Slot::Side,
                                                           Slot::Symbol,
                                                           Slot::OrdStatusReqId),
                                          .required = slots(Slot::Side, Slot::Symbol)};

// 11 as far as it can be read: the answer to a refused request should name it.
ClOrdId readable_cl_ord_id(const FieldTable& fields) {
  const std::string_view text = fields.value(tag::kClOrdId);
  return is_cl_ord_id(text) ? ClOrdId{text} : ClOrdId{};
}

Decoded refuse(const FieldTable& fields, FieldFault fault) {
  return SessionReject{.ref_tag_id = fault.tag,
                       .session_reject_reason = fault.reject_reason,
                       .text = session_reject::to_text(fault.reject_reason),
                       .cl_ord_id = readable_cl_ord_id(fields)};
}

Decoded refuse(const FieldTable& fields, Reason reason, std::uint32_t tag) {
  return BusinessReject{.business_reject_reason = codes_of(reason).business_reject_reason,
                        .reason = reason,
                        .tag = tag,
                        .cl_ord_id = readable_cl_ord_id(fields)};
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

matching::Side side_of(RequestFields& request) {
  using matching::Side;
  return request.enumerator<Side::Bid, Side::Ask>(Slot::Side, Side::Bid);
}

PlaceOrder place_order(RequestFields& request, const Name& account) {
  using matching::OrderType;
  using matching::Persistence;
  using Stp = matching::SelfTradePrevention;
  using Tif = matching::TimeInForce;
  if (request.has(Slot::HandlInst) && request.text(Slot::HandlInst) != "1") {
    request.refuse_value(Slot::HandlInst);
  }
  const ExecInst exec_inst = request.exec_inst();
  PlaceOrder order{
      .account = account,
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .symbol = request.name(Slot::Symbol),
      .transact_time = request.time(Slot::TransactTime),
      .price = request.decimal(Slot::Price),
      .quantity = request.decimal(Slot::OrderQty),
      .min_quantity = request.decimal(Slot::MinQty),
      .expire_time = request.time(Slot::ExpireTime),
      .max_cost = request.positive_decimal(Slot::MaxCost),
      .version_guard = request.positive_integer(Slot::VersionGuard),
      .side = side_of(request),
      .type =
          request.enumerator<OrderType::Market, OrderType::Limit>(Slot::OrdType, OrderType::Limit),
      .time_in_force = request.enumerator<Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok, Tif::Gtd>(
          Slot::TimeInForce, Tif::Day),
      .self_trade_prevention =
          request.enumerator<Stp::None,
                             Stp::CancelTaker,
                             Stp::CancelMaker,
                             Stp::CancelBoth,
                             Stp::Decrement>(Slot::SelfTradePrevention, Stp::CancelTaker),
      .persistence = request.enumerator<Persistence::Lapse, Persistence::Persist>(
          Slot::Persistence, Persistence::Lapse),
      .post_only = exec_inst.post_only,
      .cancel_on_pause = exec_inst.cancel_on_pause,
  };
  if (order.type == OrderType::Limit) {
    request.require(Slot::Price);
  }
  if (order.time_in_force == Tif::Gtd) {
    request.require(Slot::ExpireTime);
  }
  return order;
}

CancelOrder cancel_order(RequestFields& request, const Name& account) {
  CancelOrder cancel{
      .account = account,
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .orig_cl_ord_id = request.cl_ord_id(Slot::OrigClOrdId),
      .order_id = request.order_id(),
      .transact_time = request.time(Slot::TransactTime),
  };
  if (cancel.order_id == matching::OrderId{}) {
    request.require(Slot::OrigClOrdId);
  }
  // Required by FIX, and of no use to us: the order knows its side, symbol and quantity.
  static_cast<void>(side_of(request));
  static_cast<void>(request.name(Slot::Symbol));
  static_cast<void>(request.decimal(Slot::OrderQty));
  return cancel;
}

OrderStatusQuery status_query(RequestFields& request,
                              const Name& account,
                              matching::SessionId session) {
  OrderStatusQuery query{
      .session = session,
      .account = account,
      .order_id = request.order_id(),
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .symbol = request.name(Slot::Symbol),
      .side = side_of(request),
      .status_req_id = request.name(Slot::OrdStatusReqId),
  };
  if (query.order_id == matching::OrderId{}) {
    request.require(Slot::ClOrdId);
  }
  return query;
}

// The requests that we take. None for any other message.
std::optional<MessageSpec> spec_of(std::string_view msg_type, FixVersion version) {
  const bool fix44 = version == FixVersion::Fix44;
  if (msg_type == "D") {
    return kNewOrderSingle;
  }
  if (msg_type == "F") {
    MessageSpec spec = kOrderCancelRequest;
    spec.required |= fix44 ? bit(Slot::OrigClOrdId) : SlotSet{0};
    return spec;
  }
  if (msg_type == "H") {
    MessageSpec spec = kOrderStatusRequest;
    spec.required |= fix44 ? bit(Slot::ClOrdId) : SlotSet{0};
    return spec;
  }
  return std::nullopt;
}

// Whether FIX has a message of this type: one letter or digit, or two capitals.
bool is_standard_msg_type(std::string_view msg_type) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (msg_type.size() == 1) {
    return std::string_view{"IOU"}.find(msg_type[0]) == std::string_view::npos;
  }
  return msg_type.size() == 2 && msg_type[0] >= 'A' && msg_type[0] <= 'E' &&
         is_capital(msg_type[1]);
}

Decoded decode_request(const FieldTable& fields,
                       RequestFields& request,
                       const Name& account,
                       matching::SessionId session) {
  switch (fields.msg_type().front()) {
    case 'D': {
      PlaceOrder order = place_order(request, account);
      order.poss_resend = fields.poss_resend();
      return order;
    }
    case 'F':
      return cancel_order(request, account);
    default:
      return status_query(request, account, session);
  }
}

// A longer type than there are is refused before anybody has cut it: the beginning will do.
matching::RefuseInbound refusal(std::string_view msg_type, const ClOrdId& cl_ord_id) {
  using MsgType = decltype(matching::RefuseInbound::msg_type);
  matching::RefuseInbound command;
  command.msg_type = MsgType{msg_type.substr(0, MsgType::kCapacity)};
  command.cl_ord_id = cl_ord_id;
  return command;
}

}  // namespace

bool is_request(std::string_view msg_type) noexcept {
  return msg_type == "D" || msg_type == "F" || msg_type == "H";
}

Decoded decode(const FieldTable& fields, const SessionContext& session) {
  if (fields.msg_type() == "j") {
    return Unanswered{};
  }
  const auto spec = spec_of(fields.msg_type(), session.version);
  if (!spec && !is_standard_msg_type(fields.msg_type())) {
    return refuse(fields, FieldFault{tag::kMsgType, session_reject::kInvalidMsgType});
  }
  if (!spec) {
    return refuse(fields, Reason::UnsupportedMessageType, 0);
  }
  if (session.role != SessionRole::Broker) {
    return refuse(fields, Reason::NotEntitled, 0);
  }
  RequestFields request{fields, *spec, session.version};
  const std::optional<Name> account = account_for(request, session);
  const Decoded decoded =
      decode_request(fields, request, account.value_or(Name{}), session.session);
  if (request.fault()) {
    return refuse(fields, *request.fault());
  }
  if (!account) {
    return refuse(fields, Reason::NotEntitled, tag::kAccount);
  }
  return decoded;
}

matching::RefuseInbound to_command(const SessionReject& reject, std::string_view msg_type) {
  matching::RefuseInbound command = refusal(msg_type, reject.cl_ord_id);
  command.tag = reject.ref_tag_id;
  command.fix_reason = reject.session_reject_reason;
  command.reason = Reason::MalformedMessage;
  command.answer = matching::RefuseInbound::Answer::SessionReject;
  return command;
}

matching::RefuseInbound to_command(const BusinessReject& reject, std::string_view msg_type) {
  matching::RefuseInbound command = refusal(msg_type, reject.cl_ord_id);
  command.tag = reject.tag;
  command.fix_reason = reject.business_reject_reason;
  command.reason = reject.reason;
  command.answer = matching::RefuseInbound::Answer::BusinessReject;
  return command;
}

}  // namespace betex::fix

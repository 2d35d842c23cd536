#include "gateway/fix/order_decoder.h"

#include <algorithm>
#include <optional>

#include "fix_spec/reasons.h"
#include "gateway/fix/report.h"
#include "gateway/fix/request_fields.h"
#include "gateway/fix/request_specs.h"
#include "gateway/fix/session_reject.h"

namespace betex::fix {
namespace {

using gateway::MassStatusQuery;
using gateway::OrderStatusQuery;
using gateway::SecurityListQuery;
using gateway::SecurityStatusQuery;
using matching::AmendOrder;
using matching::CancelOrder;
using matching::ClOrdId;
using matching::MassCancel;
using matching::Name;
using matching::PlaceOrder;
using matching::Reason;

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

std::uint8_t side_if_given(RequestFields& request) {
  return request.has(Slot::Side) ? static_cast<std::uint8_t>(side_of(request)) : std::uint8_t{0};
}

void check_handl_inst(RequestFields& request) {
  if (request.has(Slot::HandlInst) && request.text(Slot::HandlInst) != "1") {
    request.refuse_value(Slot::HandlInst);
  }
}

// A field that requests of one kind must have, and others of the same type must not.
void only_if(RequestFields& request, Slot slot, bool due) {
  if (due) {
    request.require(slot);
  } else {
    request.forbid(slot);
  }
}

PlaceOrder place_order(RequestFields& request, const Name& account) {
  using matching::OrderType;
  using matching::Persistence;
  using Stp = matching::SelfTradePrevention;
  using Tif = matching::TimeInForce;
  check_handl_inst(request);
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

OrderStatusQuery status_query(RequestFields& request, const Name& account) {
  OrderStatusQuery query{
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

AmendOrder amend_order(RequestFields& request, const Name& account) {
  using matching::OrderType;
  using Tif = matching::TimeInForce;
  check_handl_inst(request);
  AmendOrder amend{
      .account = account,
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .orig_cl_ord_id = request.cl_ord_id(Slot::OrigClOrdId),
      .order_id = request.order_id(),
      .transact_time = request.time(Slot::TransactTime),
      .price = request.decimal(Slot::Price),
      .quantity = request.decimal(Slot::OrderQty),
      .expire_time = request.time(Slot::ExpireTime),
      .time_in_force = request.enumerator<Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok, Tif::Gtd>(
          Slot::TimeInForce, Tif::Day),
      .time_in_force_given = request.has(Slot::TimeInForce),
  };
  if (amend.order_id == matching::OrderId{}) {
    request.require(Slot::OrigClOrdId);
  }
  // Only limit orders rest, so only they can be replaced. Side and symbol are the order's own.
  static_cast<void>(request.enumerator<OrderType::Limit>(Slot::OrdType, OrderType::Limit));
  static_cast<void>(side_of(request));
  static_cast<void>(request.name(Slot::Symbol));
  return amend;
}

MassCancel mass_cancel(RequestFields& request, const Name& account, FixVersion version) {
  using enum MassCancelType;
  MassCancel cancel{
      .account = account,
      .cl_ord_id = request.cl_ord_id(Slot::ClOrdId),
      .transact_time = request.time(Slot::TransactTime),
      .market = request.name(Slot::MarketSegmentId),
      .symbol = request.name(Slot::Symbol),
      .side = side_if_given(request),
  };
  const auto type =
      request.enumerator<Security, All, MarketSegment>(Slot::MassCancelRequestType, All);
  if (type == MarketSegment && version == FixVersion::Fix44) {
    request.refuse_value(Slot::MassCancelRequestType);
  }
  only_if(request, Slot::Symbol, type == Security);
  only_if(request, Slot::MarketSegmentId, type == MarketSegment);
  return cancel;
}

MassStatusQuery mass_status_query(RequestFields& request, const Name& account) {
  enum class Type : std::uint8_t { Security = 1, All = 7 };
  MassStatusQuery query{
      .account = account,
      .symbol = request.name(Slot::Symbol),
      .side = side_if_given(request),
      .mass_status_req_id = request.name(Slot::MassStatusReqId),
  };
  const auto type =
      request.enumerator<Type::Security, Type::All>(Slot::MassStatusReqType, Type::All);
  only_if(request, Slot::Symbol, type == Type::Security);
  return query;
}

SecurityListQuery security_list_query(RequestFields& request) {
  enum class Type : std::uint8_t { Symbol = 0, All = 4, Market = 5 };
  SecurityListQuery query{
      .security_req_id = request.name(Slot::SecurityReqId),
      .symbol = request.name(Slot::Symbol),
      .market = request.name(Slot::MarketSegmentId),
  };
  const auto type = request.enumerator<Type::Symbol, Type::All, Type::Market>(
      Slot::SecurityListRequestType, Type::All);
  only_if(request, Slot::Symbol, type == Type::Symbol);
  only_if(request, Slot::MarketSegmentId, type == Type::Market);
  return query;
}

SecurityStatusQuery security_status_query(RequestFields& request) {
  // Every change is told to all brokers in any case, so a subscription is no more than a snapshot.
  enum class Type : std::uint8_t { Snapshot = 0, SnapshotAndUpdates = 1 };
  static_cast<void>(request.enumerator<Type::Snapshot, Type::SnapshotAndUpdates>(
      Slot::SubscriptionRequestType, Type::Snapshot));
  return {.security_status_req_id = request.name(Slot::SecurityStatusReqId),
          .symbol = request.name(Slot::Symbol)};
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
matching::RefuseInbound refusal(std::string_view msg_type, const ClOrdId& cl_ord_id) {
  using MsgType = decltype(matching::RefuseInbound::msg_type);
  matching::RefuseInbound command;
  command.msg_type = MsgType{msg_type.substr(0, MsgType::kCapacity)};
  command.cl_ord_id = cl_ord_id;
  return command;
}

}  // namespace

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

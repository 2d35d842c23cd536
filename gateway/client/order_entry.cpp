#include "gateway/client/order_entry.h"

#include <string_view>
#include <type_traits>

#include "gateway/client/error.h"
#include "gateway/client/utc_time.h"

namespace betex::client {
namespace {

namespace field {
constexpr int kAccount = 1;
constexpr int kAvgPx = 6;
constexpr int kClOrdId = 11;
constexpr int kCumQty = 14;
constexpr int kExecId = 17;
constexpr int kExecInst = 18;
constexpr int kLastPx = 31;
constexpr int kLastQty = 32;
constexpr int kOrderId = 37;
constexpr int kOrderQty = 38;
constexpr int kOrdStatus = 39;
constexpr int kOrdType = 40;
constexpr int kOrigClOrdId = 41;
constexpr int kPrice = 44;
constexpr int kRefSeqNum = 45;
constexpr int kSide = 54;
constexpr int kSymbol = 55;
constexpr int kText = 58;
constexpr int kTimeInForce = 59;
constexpr int kTransactTime = 60;
constexpr int kPossResend = 97;
constexpr int kCxlRejReason = 102;
constexpr int kOrdRejReason = 103;
constexpr int kMinQty = 110;
constexpr int kExpireTime = 126;
constexpr int kExecType = 150;
constexpr int kLeavesQty = 151;
constexpr int kRefTagId = 371;
constexpr int kRefMsgType = 372;
constexpr int kSessionRejectReason = 373;
constexpr int kBusinessRejectRefId = 379;
constexpr int kBusinessRejectReason = 380;
constexpr int kCxlRejResponseTo = 434;
constexpr int kSubscriptionRequestType = 263;
constexpr int kSecurityReqId = 320;
constexpr int kSecurityStatusReqId = 324;
constexpr int kMassCancelRequestType = 530;
constexpr int kMassCancelResponse = 531;
constexpr int kTotalAffectedOrders = 533;
constexpr int kUsername = 553;
constexpr int kSecurityListRequestType = 559;
constexpr int kClOrdLinkId = 583;
constexpr int kMassStatusReqId = 584;
constexpr int kMassStatusReqType = 585;
constexpr int kOrdStatusReqId = 790;
constexpr int kCopyMsgIndicator = 797;
constexpr int kLastLiquidityInd = 851;
constexpr int kTrdMatchId = 880;
constexpr int kTotNumReports = 911;
constexpr int kLastRptRequested = 912;
constexpr int kUserRequestId = 923;
constexpr int kUserRequestType = 924;
constexpr int kAggressorIndicator = 1057;
constexpr int kApplBegSeqNum = 1182;
constexpr int kApplEndSeqNum = 1183;
constexpr int kMarketSegmentId = 1300;
constexpr int kApplReqId = 1346;
constexpr int kApplReqType = 1347;
constexpr int kNoApplIds = 1351;
constexpr int kRefApplId = 1355;
constexpr int kReason = 20001;
constexpr int kPersistence = 20004;
constexpr int kMarketVersion = 20005;
constexpr int kRetryAfterMs = 20074;
constexpr int kOrderGroup = 20080;
constexpr int kOrderGroupAction = 20081;
constexpr int kOrderGroupLimit = 20082;
constexpr int kOrderGroupWindowMs = 20083;
constexpr int kOrderGroupScope = 20084;
constexpr int kOrderGroupCancelOnDisconnect = 20086;
}  // namespace field

void add_unless_empty(Message& message, int tag, std::string_view value) {
  if (!value.empty()) {
    message.add(tag, value);
  }
}

template <typename Enum>
void add_code(Message& message, int tag, Enum code) {
  const char letter = static_cast<char>(code);
  message.add(tag, std::string_view{&letter, 1});
}

std::string text(const Message& message, int tag) {
  return std::string{message.find(tag).value_or("")};
}

std::optional<std::int64_t> number(const Message& message, int tag) {
  if (!message.find(tag)) {
    return std::nullopt;
  }
  return message.get_int(tag);
}

char code(const Message& message, int tag) {
  const std::string_view value = message.get(tag);
  if (value.size() != 1) {
    throw ProtocolError{"field " + std::to_string(tag) +
                        " is not one character: " + std::string{value}};
  }
  return value[0];
}

// Of a trade, in the one field or the other.
std::optional<bool> aggressor(const Message& message) {
  if (message.find(field::kAggressorIndicator)) {
    return message.has(field::kAggressorIndicator, "Y");
  }
  if (message.find(field::kLastLiquidityInd)) {
    return message.has(field::kLastLiquidityInd, "2");
  }
  return std::nullopt;
}

ExecutionReport to_execution_report(const Message& message) {
  return ExecutionReport{.exec_id = std::string{message.get(field::kExecId)},
                         .exec_type = code(message, field::kExecType),
                         .ord_status = code(message, field::kOrdStatus),
                         .order_id = std::string{message.get(field::kOrderId)},
                         .cl_ord_id = text(message, field::kClOrdId),
                         .orig_cl_ord_id = text(message, field::kOrigClOrdId),
                         .account = text(message, field::kAccount),
                         .symbol = text(message, field::kSymbol),
                         .side = static_cast<Side>(code(message, field::kSide)),
                         .price = text(message, field::kPrice),
                         .order_qty = text(message, field::kOrderQty),
                         .cum_qty = std::string{message.get(field::kCumQty)},
                         .leaves_qty = std::string{message.get(field::kLeavesQty)},
                         .last_qty = text(message, field::kLastQty),
                         .last_px = text(message, field::kLastPx),
                         .trade_id = text(message, field::kTrdMatchId),
                         .aggressor = aggressor(message),
                         .avg_px = text(message, field::kAvgPx),
                         .reference = text(message, field::kClOrdLinkId),
                         .order_group = text(message, field::kOrderGroup),
                         .status_req_id = text(message, field::kOrdStatusReqId),
                         .mass_status_req_id = text(message, field::kMassStatusReqId),
                         .total_reports = number(message, field::kTotNumReports),
                         .last_report = message.has(field::kLastRptRequested, "Y"),
                         .copy = message.has(field::kCopyMsgIndicator, "Y"),
                         .transact_time = text(message, field::kTransactTime),
                         .ord_rej_reason = number(message, field::kOrdRejReason),
                         .reason = number(message, field::kReason),
                         .text = text(message, field::kText),
                         .poss_resend = message.has(field::kPossResend, "Y")};
}

CancelReject to_cancel_reject(const Message& message) {
  return CancelReject{.order_id = std::string{message.get(field::kOrderId)},
                      .cl_ord_id = std::string{message.get(field::kClOrdId)},
                      .orig_cl_ord_id = text(message, field::kOrigClOrdId),
                      .ord_status = code(message, field::kOrdStatus),
                      .response_to = code(message, field::kCxlRejResponseTo),
                      .cxl_rej_reason = number(message, field::kCxlRejReason),
                      .reason = number(message, field::kReason),
                      .text = text(message, field::kText),
                      .transact_time = text(message, field::kTransactTime),
                      .poss_resend = message.has(field::kPossResend, "Y")};
}

MassCancelReport to_mass_cancel_report(const Message& message) {
  return MassCancelReport{.cl_ord_id = text(message, field::kClOrdId),
                          .refused = code(message, field::kMassCancelResponse) == '0',
                          .total = message.get_int(field::kTotalAffectedOrders),
                          .reason = number(message, field::kReason),
                          .text = text(message, field::kText),
                          .transact_time = text(message, field::kTransactTime),
                          .poss_resend = message.has(field::kPossResend, "Y")};
}

MessageReject to_message_reject(const Message& message) {
  const bool business = message.type() == "j";
  return MessageReject{
      .ref_seq_num = static_cast<std::uint32_t>(message.get_int(field::kRefSeqNum)),
      .ref_msg_type = text(message, field::kRefMsgType),
      .ref_id = text(message, field::kBusinessRejectRefId),
      .reject_reason =
          number(message, business ? field::kBusinessRejectReason : field::kSessionRejectReason),
      .ref_tag = number(message, field::kRefTagId),
      .reason = number(message, field::kReason),
      .text = text(message, field::kText),
      .sending_time = text(message, tag::kSendingTime),
      .retry_after_ms = number(message, field::kRetryAfterMs),
      .poss_resend = message.has(field::kPossResend, "Y")};
}

// Which order, and by which request: of a CancelRequest or a ReplaceRequest.
template <typename Request>
void add_order_to_change(Message& message, const Request& request) {
  add_unless_empty(message, field::kOrigClOrdId, request.orig_cl_ord_id);
  add_unless_empty(message, field::kOrderId, request.order_id);
  message.add(field::kClOrdId, request.cl_ord_id);
  add_unless_empty(message, field::kAccount, request.account);
  message.add(field::kSymbol, request.symbol);
  add_code(message, field::kSide, request.side);
  message.add(field::kTransactTime, utc_now());
}

}  // namespace

Message to_message(const NewOrder& order) {
  Message message{"D"};
  if (order.poss_resend) {
    message.add(field::kPossResend, "Y");  // of the header, so it stands first
  }
  message.add(field::kClOrdId, order.cl_ord_id);
  add_unless_empty(message, field::kAccount, order.account);
  add_unless_empty(message, field::kExecInst, order.exec_inst);
  add_unless_empty(message, field::kMinQty, order.min_quantity);
  message.add(field::kSymbol, order.symbol);
  add_code(message, field::kSide, order.side);
  message.add(field::kTransactTime, utc_now());
  message.add(field::kOrderQty, order.quantity);
  message.add(field::kOrdType, order.price.empty() ? "1" : "2");
  add_unless_empty(message, field::kPrice, order.price);
  add_code(message, field::kTimeInForce, order.time_in_force);
  add_unless_empty(message, field::kExpireTime, order.expire_time);
  add_unless_empty(message, field::kClOrdLinkId, order.reference);
  add_unless_empty(message, field::kPersistence, order.persistence);
  add_unless_empty(message, field::kMarketVersion, order.market_version);
  add_unless_empty(message, field::kOrderGroup, order.order_group);
  return message;
}

Message to_message(const CancelRequest& request) {
  Message message{"F"};
  add_order_to_change(message, request);
  return message;
}

Message to_message(const StatusRequest& request) {
  Message message{"H"};
  add_unless_empty(message, field::kOrderId, request.order_id);
  add_unless_empty(message, field::kClOrdId, request.cl_ord_id);
  add_unless_empty(message, field::kOrdStatusReqId, request.status_req_id);
  add_unless_empty(message, field::kAccount, request.account);
  message.add(field::kSymbol, request.symbol);
  add_code(message, field::kSide, request.side);
  return message;
}

Message to_message(const ReplaceRequest& request) {
  Message message{"G"};
  add_order_to_change(message, request);
  message.add(field::kOrderQty, request.quantity);
  message.add(field::kOrdType, "2");
  message.add(field::kPrice, request.price);
  add_unless_empty(message, field::kExpireTime, request.expire_time);
  add_unless_empty(message, field::kPersistence, request.persistence);
  add_unless_empty(message, field::kMarketVersion, request.market_version);
  return message;
}

Message to_message(const MassCancelRequest& request) {
  Message message{"q"};
  message.add(field::kClOrdId, request.cl_ord_id);
  message.add(field::kMassCancelRequestType,
              request.own_session       ? "6"
              : !request.symbol.empty() ? "1"
              : !request.market.empty() ? "9"
                                        : "7");
  add_unless_empty(message, field::kAccount, request.account);
  add_unless_empty(message, field::kSymbol, request.symbol);
  add_unless_empty(message, field::kMarketSegmentId, request.market);
  if (request.side) {
    add_code(message, field::kSide, *request.side);
  }
  message.add(field::kTransactTime, utc_now());
  add_unless_empty(message, field::kClOrdLinkId, request.reference);
  add_unless_empty(message, field::kOrderGroup, request.order_group);
  return message;
}

Message to_message(const MassStatusRequest& request) {
  Message message{"AF"};
  message.add(field::kMassStatusReqId, request.mass_status_req_id);
  message.add(field::kMassStatusReqType, request.symbol.empty() ? "7" : "1");
  add_unless_empty(message, field::kAccount, request.account);
  add_unless_empty(message, field::kSymbol, request.symbol);
  if (request.side) {
    add_code(message, field::kSide, *request.side);
  }
  add_unless_empty(message, field::kClOrdLinkId, request.reference);
  add_unless_empty(message, field::kOrderGroup, request.order_group);
  return message;
}

Message to_message(const OrderGroupRequest& request) {
  Message message{"UOG"};
  message.add(field::kClOrdId, request.cl_ord_id);
  add_unless_empty(message, field::kAccount, request.account);
  message.add(field::kTransactTime, utc_now());
  message.add(field::kOrderGroup, request.group);
  add_code(message, field::kOrderGroupAction, request.action);
  if (request.terms) {
    message.add(field::kOrderGroupLimit, request.terms->limit);
    message.add(field::kOrderGroupWindowMs, request.terms->window_ms);
    message.add(field::kOrderGroupScope, request.terms->resting_only ? "2" : "1");
    message.add(field::kOrderGroupCancelOnDisconnect,
                request.terms->cancel_on_disconnect ? "Y" : "N");
  }
  return message;
}

Message to_message(const ReplayRequest& request) {
  Message message{"BW"};
  message.add(field::kApplReqId, request.request_id);
  message.add(field::kApplReqType, "0");
  message.add(field::kNoApplIds, "1");
  message.add(field::kRefApplId, "BETEX");
  message.add(field::kApplBegSeqNum, request.first);
  message.add(field::kApplEndSeqNum, request.last);
  return message;
}

Message to_message(const LimitsRequest& request) {
  Message message{"BE"};
  message.add(field::kUsername, request.username);
  message.add(field::kUserRequestId, request.request_id);
  message.add(field::kUserRequestType, "5");
  return message;
}

Message to_message(const SecurityListRequest& request) {
  Message message{"x"};
  message.add(field::kSecurityReqId, request.security_req_id);
  message.add(field::kSecurityListRequestType,
              !request.symbol.empty()   ? "0"
              : !request.market.empty() ? "5"
                                        : "4");
  add_unless_empty(message, field::kSymbol, request.symbol);
  add_unless_empty(message, field::kMarketSegmentId, request.market);
  if (request.updates != SecurityListRequest::Updates::AsBefore) {
    add_code(message, field::kSubscriptionRequestType, request.updates);
  }
  return message;
}

Message to_message(const SecurityStatusRequest& request) {
  Message message{"e"};
  message.add(field::kSecurityStatusReqId, request.security_status_req_id);
  message.add(field::kSymbol, request.symbol);
  message.add(field::kSubscriptionRequestType, "0");
  return message;
}

bool ExecutionReport::terminal() const noexcept {
  return ord_status == '2' || ord_status == '4' || ord_status == '8' || ord_status == 'C';
}

Report to_report(const Message& message) {
  if (message.type() == "8") {
    return to_execution_report(message);
  }
  if (message.type() == "9") {
    return to_cancel_reject(message);
  }
  if (message.type() == "r") {
    return to_mass_cancel_report(message);
  }
  if (message.type() == "j" || message.type() == "3") {
    return to_message_reject(message);
  }
  return message;
}

bool told_again(const Report& report) {
  return std::visit(
      [](const auto& body) {
        if constexpr (std::is_same_v<std::decay_t<decltype(body)>, Message>) {
          return body.has(field::kPossResend, "Y");
        } else {
          return body.poss_resend;
        }
      },
      report);
}

}  // namespace betex::client

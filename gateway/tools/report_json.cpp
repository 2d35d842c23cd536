#include "gateway/tools/report_json.h"

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "gateway/tools/broker_line.h"
#include "gateway/tools/field_tags.h"
#include "gateway/tools/report_line.h"
#include "gateway/tools/report_words.h"

namespace betex::tools {
namespace {

using client::CancelReject;
using client::ExecutionReport;
using client::MassCancelReport;
using client::Message;
using client::MessageReject;
using Json = nlohmann::ordered_json;

void add_unless_empty(Json& json, const char* key, std::string_view value) {
  if (!value.empty()) {
    json[key] = value;
  }
}

template <typename Number>
void add_if_there(Json& json, const char* key, const std::optional<Number>& value) {
  if (value) {
    json[key] = *value;
  }
}

void add_number(Json& json, const char* key, const Message& message, int tag) {
  if (message.find(tag)) {
    json[key] = message.get_int(tag);
  }
}

void add_text(Json& json, const char* key, const Message& message, int tag) {
  add_unless_empty(json, key, value_of(message, tag));
}

void add_flag(Json& json, const char* key, bool set) {
  if (set) {
    json[key] = true;
  }
}

std::string code(char letter) {
  return letter == '\0' ? std::string{} : std::string(1, letter);
}

Json to_json(const ExecutionReport& report) {
  Json json{{"event", "order"},
            {"time", iso_time(report.transact_time)},
            {"exec_id", report.exec_id},
            {"exec_type", code(report.exec_type)},
            {"status", code(report.ord_status)},
            {"order", report.order_id}};
  add_unless_empty(json, "id", report.cl_ord_id);
  add_unless_empty(json, "orig_id", report.orig_cl_ord_id);
  add_unless_empty(json, "account", report.account);
  add_unless_empty(json, "symbol", report.symbol);
  json["side"] = code(static_cast<char>(report.side));
  add_unless_empty(json, "quantity", report.order_qty);
  add_unless_empty(json, "price", report.price);
  json["filled"] = report.cum_qty;
  json["leaves"] = report.leaves_qty;
  add_unless_empty(json, "average", report.avg_px);
  if (!report.last_qty.empty()) {
    Json last{{"price", report.last_px}, {"size", report.last_qty}};
    add_unless_empty(last, "id", report.trade_id);
    add_if_there(last, "taker", report.aggressor);
    json["last"] = std::move(last);
  }
  add_unless_empty(json, "reference", report.reference);
  add_unless_empty(json, "group", report.order_group);
  add_if_there(json, "reports", report.total_reports);
  add_if_there(json, "reason", report.reason);
  add_unless_empty(json, "text", report.text);
  add_flag(json, "copy", report.copy);
  return json;
}

Json to_json(const CancelReject& reject) {
  Json json{{"event", "cancel_reject"},
            {"time", iso_time(reject.transact_time)},
            {"of", reject.response_to == '2' ? "replace" : "cancel"},
            {"id", reject.cl_ord_id}};
  add_unless_empty(json, "orig_id", reject.orig_cl_ord_id);
  json["order"] = reject.order_id;
  json["status"] = code(reject.ord_status);
  add_if_there(json, "reason", reject.reason);
  add_unless_empty(json, "text", reject.text);
  return json;
}

Json to_json(const MassCancelReport& report) {
  Json json{{"event", "mass_cancel"},
            {"time", iso_time(report.transact_time)},
            {"id", report.cl_ord_id},
            {"refused", report.refused},
            {"cancelled", report.total}};
  add_if_there(json, "reason", report.reason);
  add_unless_empty(json, "text", report.text);
  return json;
}

Json to_json(const MessageReject& reject) {
  Json json{{"event", "message_reject"},
            {"time", iso_time(reject.sending_time)},
            {"message", reject.ref_seq_num}};
  add_unless_empty(json, "type", reject.ref_msg_type);
  add_unless_empty(json, "id", reject.ref_id);
  add_if_there(json, "tag", reject.ref_tag);
  add_if_there(json, "reason", reject.reason);
  add_if_there(json, "retry_after_ms", reject.retry_after_ms);
  add_unless_empty(json, "text", reject.text);
  return json;
}

Json of_group(const Message& message) {
  Json json{{"event", "order_group"}, {"time", iso_time(value_of(message, tag::kTransactTime))}};
  add_text(json, "account", message, tag::kAccount);
  json["group"] = message.get(tag::kOrderGroup);
  add_unless_empty(json, "action", group_action_word(value_of(message, tag::kOrderGroupAction)));
  add_unless_empty(json, "state", group_state_word(value_of(message, tag::kOrderGroupState)));
  add_text(json, "limit", message, tag::kOrderGroupLimit);
  add_text(json, "filled", message, tag::kOrderGroupFilled);
  add_number(json, "window_ms", message, tag::kOrderGroupWindowMs);
  add_unless_empty(json, "scope", group_scope_word(value_of(message, tag::kOrderGroupScope)));
  add_number(json, "live_orders", message, tag::kOrderGroupLiveOrders);
  add_number(json, "cancelled", message, tag::kTotalAffectedOrders);
  add_flag(json, "cancel_on_disconnect", message.has(tag::kOrderGroupCancelOnDisconnect, "Y"));
  add_text(json, "id", message, tag::kClOrdId);
  add_number(json, "reason", message, tag::kEngineReason);
  add_text(json, "text", message, client::tag::kText);
  add_flag(json, "copy", message.has(tag::kCopyMsgIndicator, "Y"));
  return json;
}

Json of_replay(const Message& message) {
  Json json{{"event", message.type() == "BX" ? "replay" : "replay_end"},
            {"id", message.get(tag::kApplReqId)}};
  if (message.type() == "BX") {
    json["accepted"] = message.has(tag::kApplResponseType, "0");
  }
  add_number(json, "first", message, tag::kApplBegSeqNum);
  add_number(json, "last", message, tag::kApplEndSeqNum);
  add_number(json, "available_from", message, tag::kAvailableFrom);
  add_number(json, "last", message, tag::kRefApplLastSeqNum);
  add_number(json, "reports", message, tag::kReportsToldAgain);
  return json;
}

Json of_limits(const Message& message) {
  Json limits = Json::array();
  for (const SendLimit& limit : send_limits(message)) {
    Json each = Json::object();
    each["messages"] = limit.messages;
    add_unless_empty(each, "interval", limit.interval);
    add_unless_empty(each, "unit", limit.unit);
    add_unless_empty(each, "left", limit.left);
    each["one_more"] = limit.waits ? "waits" : "refused";
    limits.push_back(std::move(each));
  }
  return {{"event", "limits"}, {"limits", std::move(limits)}};
}

// What has no fields here worth a name has its lines.
Json to_json(const Message& message) {
  if (message.type() == "UOH") {
    return of_group(message);
  }
  if (message.type() == "BX" || message.type() == "BY") {
    return of_replay(message);
  }
  if (message.type() == "BF") {
    return of_limits(message);
  }
  return {{"event", "message"}, {"type", message.type()}, {"lines", to_lines(message)}};
}

}  // namespace

std::string report_json(const client::Report& report) {
  Json json = std::visit([](const auto& body) { return to_json(body); }, report);
  add_flag(json, "possible_repeat", client::told_again(report));
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace betex::tools

#include "gateway/wire/report_encoder.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "fix_spec/reasons.h"
#include "gateway/wire/account_reports.h"
#include "gateway/wire/application_reports.h"
#include "gateway/wire/checksum.h"
#include "gateway/wire/field_writer.h"
#include "gateway/wire/market_reports.h"
#include "gateway/wire/message_frame.h"
#include "gateway/wire/operation_reports.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/shared_fields.h"

namespace betex::fix {
namespace {

using matching::Reason;

template <typename Enum>
constexpr char digit(Enum value) noexcept {
  return static_cast<char>('0' + static_cast<int>(value));
}

// FIX.4.4 has no TrdMatchID on this message, so a client with its dictionary would refuse it.
void write_match(FieldWriter& out,
                 const ReportId& id,
                 const ExecutionReport& report,
                 FixVersion version) {
  constexpr char kAdded = '1';
  constexpr char kRemoved = '2';
  if (version == FixVersion::Fix44) {
    out.character("851=", report.aggressor ? kRemoved : kAdded);
  } else {
    out.integer("880=", id.event.value());
  }
}

// Ascending tags, since that is how QuickFIX writes a body.
void write_body(FieldWriter& out,
                const ReportId& id,
                const ExecutionReport& report,
                FixVersion version) {
  const DecimalFormat& format = report.format;
  const bool rejected = report.exec_type == ExecType::Rejected || report.no_order;
  const bool trade = report.exec_type == ExecType::Trade;
  out.text_if("1=", report.account.view());
  out.decimal_e8("6=", report.avg_px_e8, format.price_decimals);
  out.text_if("11=", report.cl_ord_id.view());
  out.decimal("14=", report.cum_qty, format.quantity_decimals);
  out.report_id("17=", id);
  if (trade) {
    out.decimal("31=", report.last_px, format.price_decimals);
    out.decimal("32=", report.last_qty, format.quantity_decimals);
  }
  out.order_id(report.order_id);
  if (!report.no_order) {
    out.decimal("38=", report.order_qty, format.quantity_decimals);
  }
  out.character("39=", static_cast<char>(report.ord_status));
  if (!report.no_order) {
    out.character("40=", digit(report.ord_type));
  }
  out.text_if("41=", report.orig_cl_ord_id.view());
  if (!report.no_order && report.ord_type == matching::OrderType::Limit) {
    out.decimal("44=", report.price, format.price_decimals);
  }
  out.character("54=", digit(report.side));
  out.text("55=", report.symbol.view());
  write_reason_text(out, report.reason);
  if (!report.no_order) {
    out.character("59=", digit(report.time_in_force));
  }
  out.time("60=", report.transact_time);
  if (rejected) {
    out.integer("103=", ord_rej_reason_for(version, codes_of(report.reason).ord_rej_reason));
  }
  if (report.expire_time != matching::Timestamp{}) {
    out.time("126=", report.expire_time);
  }
  out.character("150=", static_cast<char>(report.exec_type));
  out.decimal("151=", report.leaves_qty, format.quantity_decimals);
  if (report.effective_time != matching::Timestamp{}) {
    out.time("168=", report.effective_time);
  }
  if (report.restatement_reason != 0) {
    out.integer("378=", restatement_reason_for(version, report.restatement_reason));
  }
  out.text_if("583=", report.reference.view());
  out.text_if("584=", report.mass_status_req_id.view());
  out.text_if("790=", report.status_req_id.view());
  if (report.copy) {
    out.flag("797=", true);
  }
  if (trade) {
    write_match(out, id, report, version);
  }
  if (!report.mass_status_req_id.empty()) {
    out.integer("911=", report.total_reports);
    out.flag("912=", report.last_report);
  }
  if (trade && version == FixVersion::Fixt11) {
    out.flag("1057=", report.aggressor);
  }
  write_reason_codes(out, report.reason);
  out.text_if("20080=", report.order_group.view());
  if (report.position_after && version == FixVersion::Fixt11) {
    out.contracts("20090=", *report.position_after);
  }
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const OrderCancelReject& report,
                FixVersion version) {
  out.text_if("1=", report.account.view());
  out.text("11=", report.cl_ord_id.view());
  out.order_id(report.order_id);
  out.character("39=", static_cast<char>(report.ord_status));
  if (version == FixVersion::Fix44 && report.orig_cl_ord_id.empty()) {
    out.text("41=", "NONE");  // required there
  } else {
    out.text_if("41=", report.orig_cl_ord_id.view());
  }
  write_reason_text(out, report.reason);
  out.time("60=", report.transact_time);
  out.integer("102=", cxl_rej_reason_for(version, codes_of(report.reason).cxl_rej_reason));
  out.integer("434=", report.response_to);
  write_reason_codes(out, report.reason);
  write_report_id(out, id);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const BusinessMessageReject& report,
                FixVersion version) {
  out.integer("45=", report.ref_seq_num.value());
  write_reason_text(out, report.reason);
  out.text("372=", report.ref_msg_type.view());
  out.text_if("379=", report.business_reject_ref_id.view());
  out.integer("380=", business_reject_reason_for(version, report.business_reject_reason));
  write_reason_codes(out, report.reason);
  write_report_id(out, id);
  if (report.retry_after_ms != 0) {
    out.integer("20074=", report.retry_after_ms);
  }
}

// FIX has no place in it for the event, so it goes by the number of the message that it refuses.
void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const Reject& report,
                FixVersion /*version*/) {
  out.integer("45=", report.ref_seq_num.value());
  out.text("58=", session_reject::to_text(report.session_reject_reason, report.ref_tag_id));
  if (report.ref_tag_id != 0) {
    out.integer("371=", report.ref_tag_id);
  }
  out.text_if("372=", report.ref_msg_type.view());
  out.integer("373=", report.session_reject_reason);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const OrderMassCancelReport& report,
                FixVersion version) {
  const bool refused = report.reason != Reason::None;
  out.text("11=", report.cl_ord_id.view());
  out.report_id("37=", id);
  if (report.side != 0) {
    out.integer("54=", report.side);
  }
  out.text_if("55=", report.symbol.view());
  write_reason_text(out, report.reason);
  out.time("60=", report.transact_time);
  out.character("530=", digit(report.request_type));
  out.character("531=", refused ? '0' : digit(report.request_type));
  if (refused) {
    out.integer("532=", mass_cancel_reject_reason_for(version, report.reason));
  }
  out.integer("533=", report.total);
  if (version == FixVersion::Fixt11) {
    out.text_if("1300=", report.market.view());
    out.report_id("1369=", id);
  }
  write_reason_codes(out, report.reason);
  write_report_id(out, id);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const SecurityStatus& report,
                FixVersion /*version*/) {
  write_security_status(out, id, report);
}

void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const SecurityList& report,
                FixVersion /*version*/) {
  write_security_list(out, report);
}

void write_body(FieldWriter& out, const ReportId& id, const News& report, FixVersion /*version*/) {
  constexpr char kFlash = '1';
  out.integer("33=", 1);
  out.text("58=", report.headline.view());
  out.time("42=", report.orig_time);
  if (report.urgent) {
    out.character("61=", kFlash);
  }
  if (!report.subject.empty()) {
    out.integer("146=", 1);
    out.text("55=", report.subject.view());
  }
  out.text("148=", report.headline.view());
  write_report_id(out, id);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const SettlementReport& report,
                FixVersion version) {
  if (version == FixVersion::Fix44) {
    return write_body(out, id, in_words(report), version);
  }
  write_settlement(out, id, report);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const AccountReport& report,
                FixVersion version) {
  if (version == FixVersion::Fix44) {
    return write_body(out, id, in_words(report), version);
  }
  write_account_report(out, id, report);
}

void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const PositionReport& report,
                FixVersion version) {
  write_positions(out, report, version);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const matching::Boxed<OperationsReport>& report,
                FixVersion /*version*/) {
  write_operations_report(out, id, *report);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const SecurityDefinition& report,
                FixVersion /*version*/) {
  write_security_definition(out, id, report);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const OrderMassActionReport& report,
                FixVersion /*version*/) {
  write_mass_action_report(out, id, report);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const PartyActionReport& report,
                FixVersion /*version*/) {
  write_party_action_report(out, id, report);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const TradingSessionStatus& report,
                FixVersion version) {
  if (version == FixVersion::Fix44) {
    return write_body(out, id, in_words(report), version);
  }
  write_trading_session_status(out, id, report);
}

void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const NetworkStatus& report,
                FixVersion /*version*/) {
  write_network_status(out, report);
}

void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const SecurityListUpdate& report,
                FixVersion /*version*/) {
  write_security_list_update(out, report);
}

void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const MarketDataRequestReject& report,
                FixVersion /*version*/) {
  write_market_data_request_reject(out, report);
}

void write_body(FieldWriter& out,
                const ReportId& id,
                const matching::Boxed<OrderGroupReport>& report,
                FixVersion /*version*/) {
  write_order_group_report(out, id, *report);
}

void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const ReplayAck& report,
                FixVersion /*version*/) {
  write_replay_ack(out, report);
}

void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const ReplayEnd& report,
                FixVersion /*version*/) {
  write_replay_end(out, report);
}

void write_body(FieldWriter& out,
                const ReportId& /*id*/,
                const ThrottleReport& report,
                FixVersion /*version*/) {
  write_throttles(out, report);
}

// Appends the whole message to `to`. `out` is new.
void write_message(FieldWriter& out,
                   const Report& report,
                   const OutboundHeader& header,
                   std::string& to) {
  write_header(out, msg_type_of(report, header.version), header, report.told_again);
  std::visit([&](const auto& body) { write_body(out, report.id, body, header.version); },
             report.body);
  put_begin_in_front(out, header.version, out.message().size());
  write_checksum(out, checksum(out.message()));
  to.append(out.message());
}

// Apart, so that the others have no use for its room.
[[gnu::noinline]] void encode_long(const Report& report,
                                   const OutboundHeader& header,
                                   std::string& out) {
  std::array<char, kMaxLongReportBytes> room;  // only what was written is ever read
  FieldWriter fields{room};
  write_message(fields, report, header, out);
}

bool may_be_long(const Report& report) noexcept {
  return std::holds_alternative<matching::Boxed<OperationsReport>>(report.body) ||
         std::holds_alternative<SecurityDefinition>(report.body) ||
         std::holds_alternative<NetworkStatus>(report.body);
}

}  // namespace

std::string_view msg_type_of(const Report& report, FixVersion version) noexcept {
  using Types = std::array<std::string_view, std::variant_size_v<decltype(Report::body)>>;
  constexpr Types kOfFixt11{"8",  "9",  "j", "r",  "f",  "y", "B",   "UMS", "UAR", "AP", "UOR", "d",
                            "BZ", "DI", "h", "BD", "BK", "Y", "UOH", "BX",  "BY",  "BF", "3"};
  constexpr Types kOfFix44{"8",  "9",  "j", "r",  "f",  "y", "B",   "B",  "B",  "AP", "UOR", "d",
                           "BZ", "DI", "B", "BD", "BK", "Y", "UOH", "BX", "BY", "BF", "3"};
  static_assert(!kOfFixt11.back().empty() && !kOfFix44.back().empty());
  return (version == FixVersion::Fixt11 ? kOfFixt11 : kOfFix44)[report.body.index()];
}

void encode(const Report& report, const OutboundHeader& header, std::string& out) {
  if (may_be_long(report)) {
    return encode_long(report, header, out);
  }
  std::array<char, kMaxReportBytes> room;  // only what was written is ever read
  FieldWriter fields{room};
  write_message(fields, report, header, out);
}

}  // namespace betex::fix

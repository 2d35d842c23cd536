#include "gateway/wire/application_reports.h"

#include <cstdint>
#include <string_view>

#include "gateway/wire/shared_fields.h"
#include "matching/types.h"

namespace betex::fix {
namespace {

constexpr std::string_view kApplication = "BETEX";

template <typename Enum>
constexpr std::uint64_t number(Enum value) noexcept {
  return static_cast<std::uint64_t>(value);
}

}  // namespace

void write_order_group_report(FieldWriter& out,
                              const ReportId& id,
                              const OrderGroupReport& report) {
  const bool stands = report.state != matching::OrderGroupState{};
  out.text("1=", report.account.view());
  out.text_if("11=", report.cl_ord_id.view());
  write_reason_text(out, report.reason);
  out.time("60=", report.transact_time);
  if (report.affected) {
    out.integer("533=", *report.affected);
  }
  if (report.copy) {
    out.flag("797=", true);
  }
  write_reason_codes(out, report.reason);
  write_report_id(out, id);
  out.text("20080=", report.group.view());
  out.integer("20081=", number(report.action));
  if (stands) {
    out.decimal("20082=", report.limit, 0);
    out.integer("20083=", report.window_ms);
    out.integer("20084=", number(report.counted));
    out.integer("20085=", number(report.state));
    out.flag("20086=", report.cancel_on_disconnect);
    out.decimal("20087=", report.filled, 0);
    out.integer("20088=", report.live_orders);
  }
}

void write_replay_ack(FieldWriter& out, const ReplayAck& report) {
  constexpr std::uint64_t kRetransmission = 0;
  out.text("1346=", report.request_id.view());
  out.integer("1347=", kRetransmission);
  out.integer("1348=", number(report.response));
  if (report.response != ReplayResponse::UnknownApplication) {
    out.integer("1351=", 1);
    out.text("1355=", kApplication);
    out.integer("1182=", report.first.value());
    out.integer("1183=", report.last.value());
  }
  out.text("1353=", report.request_id.view());
  if (report.available_from != matching::EventSeq{}) {
    out.integer("20076=", report.available_from.value());
  }
}

void write_replay_end(FieldWriter& out, const ReplayEnd& report) {
  constexpr std::uint64_t kResendCompleted = 3;
  out.text("1346=", report.request_id.view());
  out.integer("1351=", 1);
  out.text("1355=", kApplication);
  out.integer("1357=", report.last.value());
  out.text("1356=", report.request_id.view());
  out.integer("1426=", kResendCompleted);
  out.integer("20077=", report.reports);
}

void write_throttles(FieldWriter& out, const ThrottleReport& report) {
  constexpr std::uint64_t kLoggedIn = 1;
  constexpr std::uint64_t kMilliseconds = 3;
  out.text("553=", report.username.view());
  out.text("923=", report.request_id.view());
  out.integer("926=", kLoggedIn);
  if (report.entries.empty()) {
    return;
  }
  out.integer("1610=", report.entries.size());
  for (const ThrottleReport::Entry& entry : report.entries) {
    out.integer("1611=", number(entry.action));
    out.integer("1612=", number(entry.type));
    out.integer("1613=", entry.limit);
    if (entry.interval_ms != 0) {
      out.integer("1614=", entry.interval_ms);
      out.integer("1615=", kMilliseconds);
    }
    out.integer("20075=", entry.left);
  }
}

}  // namespace betex::fix

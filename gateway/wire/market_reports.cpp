#include "gateway/wire/market_reports.h"

#include <cstdint>

#include "gateway/wire/shared_fields.h"
#include "matching/reason.h"

namespace betex::fix {
namespace {

template <typename Enum>
constexpr std::uint64_t number(Enum value) noexcept {
  return static_cast<std::uint64_t>(value);
}

// A message has one entry, of which 55 is the first field but for those that the caller has
// written. Its fields are standard ones alone: any other ends the group for a client that has
// QuickFIX's own dictionary. They stand as the standard orders them.
void write_entry(FieldWriter& out, const SecurityList& report) {
  const unsigned prices = report.format.price_decimals;
  const unsigned quantities = report.format.quantity_decimals;
  out.text("55=", report.symbol.view());
  out.integer("965=", number(report.status));
  out.text_if("107=", report.description);
  if (!report.tick_rules.empty()) {
    out.integer("1205=", report.tick_rules.size());
  }
  for (const TickRule& rule : report.tick_rules) {
    out.decimal("1206=", rule.first, prices);
    out.decimal("1207=", rule.last, prices);
    out.decimal("1208=", rule.increment, prices);
  }
  out.decimal("562=", report.min_quantity, quantities);
  out.decimal("1140=", report.max_quantity, quantities);
  out.decimal("561=", report.quantity_step, quantities);
  out.text_if("15=", report.currency.view());
}

void write_market(FieldWriter& out, const SecurityList& report) {
  if (report.market_version != 0) {
    out.integer("20005=", report.market_version);
  }
  out.integer("20030=", number(report.ladder));
  out.integer("20031=", number(report.kind));
  out.integer("20034=", report.winners);
  out.integer("20035=", report.bet_delay_ms);
  out.integer("20036=", report.commission_bp);
  if (report.scheduled_start != matching::Timestamp{}) {
    out.time("20039=", report.scheduled_start);
  }
  if (report.passive_skips_delay) {
    out.flag("20072=", true);
  }
  out.text_if("20095=", report.market_description);
  out.text_if("20096=", report.parent.view());
}

}  // namespace

void write_security_status(FieldWriter& out, const ReportId& id, const SecurityStatus& report) {
  out.text("55=", report.symbol.view());
  write_reason_text(out, report.reason);
  out.time("60=", report.transact_time);
  out.text_if("324=", report.status_req_id.view());
  if (report.status != TradingStatus{}) {
    out.integer("326=", number(report.status));
  }
  out.text_if("1300=", report.market.view());
  write_reason_codes(out, report.reason);
  if (report.market_version != 0) {
    out.integer("20005=", report.market_version);
  }
  if (report.suspend_reason != 0) {
    out.integer("20032=", report.suspend_reason);
  }
  if (report.in_play) {
    out.flag("20033=", *report.in_play);
  }
  write_report_id(out, id);
}

void write_security_list(FieldWriter& out, const SecurityList& report) {
  constexpr std::uint64_t kValid = 0;
  constexpr std::uint64_t kNothingFound = 2;
  const bool lists_one = !report.symbol.empty();
  if (lists_one) {
    out.integer("146=", 1);
    write_entry(out, report);
  }
  out.text("320=", report.request_id.view());
  out.text("322=", report.request_id.view());
  out.integer("393=", report.total);
  out.integer("560=", report.reason == matching::Reason::None ? kValid : kNothingFound);
  out.flag("893=", report.last);
  out.text_if("1300=", report.market.view());
  write_reason_codes(out, report.reason);
  if (lists_one) {
    write_market(out, report);
  }
}

void write_security_list_update(FieldWriter& out, const SecurityListUpdate& report) {
  const SecurityList& security = *report.security;
  out.integer("146=", 1);
  out.character("1324=", static_cast<char>(report.action));
  write_entry(out, security);
  out.text("320=", security.request_id.view());
  out.text("1300=", security.market.view());
  write_market(out, security);
}

void write_market_data_request_reject(FieldWriter& out, const MarketDataRequestReject& report) {
  out.text_if("55=", report.symbol.view());
  write_reason_text(out, report.reason);
  out.text("262=", report.request_id.view());
  out.character("281=", static_cast<char>(report.refusal));
  out.text_if("1300=", report.market.view());
  write_reason_codes(out, report.reason);
}

}  // namespace betex::fix

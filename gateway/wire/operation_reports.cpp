#include "gateway/wire/operation_reports.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fix_spec/operations.h"
#include "fix_spec/reasons.h"
#include "gateway/wire/shared_fields.h"
#include "matching/assert.h"
#include "matching/reason.h"

namespace betex::fix {
namespace {

using matching::Name;
using matching::Reason;

template <typename Enum>
constexpr std::uint64_t number(Enum value) noexcept {
  return static_cast<std::uint64_t>(value);
}

// Nothing where `value` is 0.
void number_if(FieldWriter& out, std::string_view tag, std::uint64_t value) {
  if (value != 0) {
    out.integer(tag, value);
  }
}

void flag_if(FieldWriter& out, std::string_view tag, bool value) {
  if (value) {
    out.flag(tag, true);
  }
}

void affected_if(FieldWriter& out, const std::optional<std::uint64_t>& affected) {
  if (affected) {
    out.integer("533=", *affected);
  }
}

// An account, or else a session, as the one entry of a group: "448=", "447=" and "452=", say.
void write_party(FieldWriter& out,
                 const Name& account,
                 const Name& comp_id,
                 std::string_view id,
                 std::string_view source,
                 std::string_view role) {
  constexpr std::uint64_t kCustomerAccount = 24;
  constexpr std::uint64_t kSession = 55;
  constexpr char kProprietary = 'D';
  out.text(id, account.empty() ? comp_id.view() : account.view());
  out.character(source, kProprietary);
  out.integer(role, account.empty() ? kSession : kCustomerAccount);
}

void write_shares(FieldWriter& out, const OperationsReport& report) {
  if (report.shares.empty()) {
    return;
  }
  out.integer("146=", report.shares.size());
  for (const matching::RunnerShare& share : report.shares) {
    out.text("55=", share.symbol.view());
    out.integer("20037=", share.numerator);
    out.integer("20038=", share.denominator);
  }
}

// Prices of binary markets.
constexpr unsigned kPriceDecimals = 2;
constexpr unsigned kMoneyDecimals = 2;

// What it is about, after it.
void write_outcome(FieldWriter& out, const OperationsReport& report) {
  if (report.amount) {
    out.decimal("20022=", *report.amount, kMoneyDecimals);
  }
  if (report.balance) {
    out.money("20023=", *report.balance);
  }
  if (report.exposure) {
    out.money("20024=", *report.exposure);
  }
  if (report.available) {
    out.money("20025=", *report.available);
  }
  number_if(out, "20040=", report.next_in.value());
  if (report.epoch != matching::SessionEpoch{}) {
    out.integer("20041=", report.reserved_to.value());
    number_if(out, "20043=", report.delivered.value());
    out.integer("20044=", report.epoch.value());
  } else {
    number_if(out, "20041=", report.reserved_to.value());
  }
  flag_if(out, "20049=", report.new_epoch);
  number_if(out, "20066=", report.watermark.value());
}

std::string_view text_of(SessionRole role) noexcept {
  switch (role) {
    case SessionRole::Broker:
      return "Broker";
    case SessionRole::Ops:
      return "Ops";
    case SessionRole::DropCopy:
      return "DropCopy";
    case SessionRole::MarketData:
      return "MarketData";
  }
  return "";
}

void write_session(FieldWriter& out, const CounterpartyState& session) {
  constexpr std::size_t kMaxText = 128;
  out.text("930=", session.comp_id.view());
  out.integer("928=", number(session.status));
  out.text_if("929=", std::string_view{session.words}.substr(0, kMaxText));
  if (session.epoch != matching::SessionEpoch{}) {
    out.integer("20040=", session.next_in.value());
    out.integer("20041=", session.reserved_to.value());
    out.integer("20042=", session.last_out.value());
    out.integer("20043=", session.delivered.value());
    out.integer("20044=", session.epoch.value());
  }
  out.text("20045=", text_of(session.role));
  if (session.status == CounterpartyStatus::Connected) {
    out.integer("20046=", session.queue_bytes);
  }
  out.text_if("20047=", std::string_view{session.peer}.substr(0, kMaxText));
  if (session.last_heard != matching::Timestamp{}) {
    out.time("20048=", session.last_heard);
  }
}

std::string text_of(const HeldBackBy& held_back_by) {
  switch (held_back_by.what) {
    case HeldBackBy::What::Nothing:
      return "nothing";
    case HeldBackBy::What::Snapshot:
      return "snapshot";
    case HeldBackBy::What::Session:
      return "session " + std::string{held_back_by.session.view()};
    case HeldBackBy::What::Replay:
      return "replay";
    case HeldBackBy::What::Watermark:
      return "watermark";
  }
  return "";
}

void write_node(FieldWriter& out, const NodeState& node) {
  out.integer("20061=", node.durable.value());
  out.integer("20062=", node.ring_fill_percent);
  out.integer("20063=", node.journal_lag);
  out.integer("20064=", node.segments);
  out.integer("20065=", node.disk_free_bytes);
  out.integer("20066=", node.watermark.value());
  out.text("20067=", text_of(node.held_back_by));
}

}  // namespace

void write_operations_report(FieldWriter& out, const ReportId& id, const OperationsReport& report) {
  const bool refused = report.reason != Reason::None;
  const Involved& involved = report.involved;
  out.text_if("1=", report.account.view());
  out.text_if("55=", report.symbol.view());
  out.text_if("58=", refused ? matching::to_text(report.reason) : report.remark.view());
  out.time("60=", report.transact_time);
  if (report.expires != matching::Timestamp{}) {
    out.time("126=", report.expires);
  }
  write_shares(out, report);
  affected_if(out, report.affected);
  if (report.price) {
    out.decimal("730=", *report.price, kPriceDecimals);
  }
  flag_if(out, "797=", involved.copy);
  out.text_if("930=", report.comp_id.view());
  out.text_if("1300=", report.market.view());
  flag_if(out, "2330=", report.test);
  write_reason_codes(out, report.reason);
  if (report.version_guard != 0 || report.market_version) {
    out.integer("20005=",
                report.version_guard != 0 ? report.version_guard : *report.market_version);
  }
  out.text("20011=", to_text(report.operation));
  out.text("20012=", report.request_id.view());
  out.integer("20013=", number(report.result));
  out.text_if("20014=", report.ref_request_id.view());
  out.text_if("20015=", involved.requested_by.view());
  out.text_if("20016=", involved.approved_by.view());
  number_if(out, "20017=", report.first_answer.value());
  number_if(out, "20019=", number(report.market_state));
  number_if(out, "20020=", report.event.value());
  write_outcome(out, report);
  write_report_id(out, report.first_told != ReportId{} ? report.first_told : id);
}

void write_security_definition(FieldWriter& out,
                               const ReportId& id,
                               const SecurityDefinition& report) {
  constexpr std::uint64_t kAccepted = 1;
  constexpr std::uint64_t kRejected = 5;
  const bool refused = report.reason != Reason::None;
  const bool has_terms = !refused && !report.test;  // what was only tried has none in force
  const unsigned decimals = report.format.quantity_decimals;
  out.text_if("58=", matching::to_text(report.reason));
  out.time("60=", report.transact_time);
  if (has_terms && !report.runners.empty()) {
    out.integer("146=", report.runners.size());
    for (const Name& runner : report.runners) {
      out.text("55=", runner.view());
    }
  }
  out.text("320=", report.request_id.view());
  out.report_id("322=", id);
  out.integer("323=", refused ? kRejected : kAccepted);
  if (has_terms) {
    out.decimal("561=", report.quantity_step, decimals);
    out.decimal("562=", report.min_quantity, decimals);
  }
  flag_if(out, "797=", report.involved.copy);
  if (has_terms) {
    out.decimal("1140=", report.max_quantity, decimals);
  }
  out.text("1300=", report.market.view());
  number_if(out, "1607=", security_reject_reason_for(report.reason));
  flag_if(out, "2330=", report.test);
  write_reason_codes(out, report.reason);
  out.text_if("20015=", report.involved.requested_by.view());
  out.integer("20020=", report.event.value());
  if (has_terms) {
    if (report.max_position) {
      out.decimal("20029=", *report.max_position, decimals);
    }
    out.integer("20030=", number(report.ladder));
    out.integer("20031=", number(report.kind));
    out.integer("20034=", report.winners);
    out.integer("20035=", report.bet_delay_ms);
    out.integer("20036=", report.commission_bp);
  }
  write_report_id(out, id);
  flag_if(out, "20072=", has_terms && report.passive_skips_delay);
}

void write_mass_action_report(FieldWriter& out,
                              const ReportId& id,
                              const OrderMassActionReport& report) {
  constexpr std::uint64_t kCancelOrders = 3;
  const bool refused = report.response == MassActionResponse::Refused;
  out.text("11=", report.request_id.view());
  number_if(out, "54=", report.side);
  out.text_if("55=", report.symbol.view());
  out.text_if("58=", matching::to_text(report.reason));
  out.time("60=", report.transact_time);
  affected_if(out, report.affected);
  flag_if(out, "797=", report.involved.copy);
  out.text_if("1300=", report.market.view());
  out.report_id("1369=", id);
  out.integer("1373=", kCancelOrders);
  out.integer("1374=", number(report.scope));
  out.integer("1375=", number(report.response));
  if (refused) {
    out.integer("1376=", mass_cancel_reject_reason_for(FixVersion::Fixt11, report.reason));
  }
  if (!report.account.empty() || !report.comp_id.empty()) {
    out.integer("1461=", 1);
    write_party(out, report.account, report.comp_id, "1462=", "1463=", "1464=");
  }
  flag_if(out, "2330=", report.test);
  write_reason_codes(out, report.reason);
  out.text_if("20015=", report.involved.requested_by.view());
  out.integer("20020=", report.event.value());
  write_report_id(out, id);
}

void write_party_action_report(FieldWriter& out,
                               const ReportId& id,
                               const PartyActionReport& report) {
  const bool refused = report.response == PartyActionResponse::Refused;
  out.time("60=", report.transact_time);
  out.integer("453=", 1);
  write_party(out, report.account, report.comp_id, "448=", "447=", "452=");
  affected_if(out, report.affected);
  flag_if(out, "797=", report.involved.copy);
  out.text_if("1328=", matching::to_text(report.reason));
  out.text_if("2328=", report.request_id.view());
  out.integer("2329=", number(report.action));
  flag_if(out, "2330=", report.test);
  out.report_id("2331=", id);
  out.integer("2332=", number(report.response));
  if (refused) {
    out.integer("2333=", party_action_reject_reason_for(report.reason));
  }
  write_reason_codes(out, report.reason);
  out.text_if("20015=", report.involved.requested_by.view());
  out.integer("20020=", report.event.value());
  write_report_id(out, id);
}

void write_trading_session_status(FieldWriter& out,
                                  const ReportId& id,
                                  const TradingSessionStatus& report) {
  constexpr std::uint64_t kWholeExchange = 1;
  constexpr std::uint64_t kHalted = 1;
  constexpr std::uint64_t kOpen = 2;
  out.integer("336=", kWholeExchange);
  out.integer("340=", report.halted ? kHalted : kOpen);
  write_report_id(out, id);
}

void write_network_status(FieldWriter& out, const NetworkStatus& report) {
  constexpr std::uint64_t kFull = 1;
  BETEX_ASSERT(report.sessions.size() <= kMaxSessionsOfAMessage);
  out.flag("893=", report.last);
  out.text_and_number("932=", report.request_id.view(), report.number);
  out.text("933=", report.request_id.view());
  if (!report.sessions.empty()) {
    out.integer("936=", report.sessions.size());
    for (const CounterpartyState& session : report.sessions) {
      write_session(out, session);
    }
  }
  out.integer("937=", kFull);
  if (report.node) {
    write_node(out, *report.node);
  }
}

News in_words(const TradingSessionStatus& report) {
  return {.orig_time = report.transact_time,
          .subject = {},
          .headline = matching::Remark{report.halted ? "The exchange is halted: new orders and "
                                                       "replaces are refused, cancels are taken"
                                                     : "The halt of the exchange has ended"},
          .urgent = report.halted};
}

}  // namespace betex::fix

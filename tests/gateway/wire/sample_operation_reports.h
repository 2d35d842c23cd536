// Reports to operators, and what of them others are told too, for the encoder's tests.
#pragma once

#include <vector>

#include "gateway/link/report.h"
#include "tests/gateway/wire/sample_reports.h"

namespace betex::fix::testing {

inline Report operations_report(std::uint64_t event, OperationsReport report) {
  report.event = matching::EventSeq{event};
  report.transact_time = kReportTime;
  return {.id = {.event = matching::EventSeq{event}, .leg = 1},
          .body = matching::Boxed<OperationsReport>{report}};
}

inline OperationsReport& operations_report_of(Report& report) {
  return *std::get<matching::Boxed<OperationsReport>>(report.body);
}

// A goal: some of the market's orders are being cancelled.
inline Report suspended() {
  OperationsReport report;
  report.request_id = matching::Name{"goal-0815-1"};
  report.operation = Operation::Suspend;
  report.result = OpsResult::Running;
  report.market = matching::Name{"EPL-ARS-CHE"};
  report.market_version = 42;
  report.market_state = matching::MarketState::Suspended;
  return operations_report(90'211, report);
}

// And they are; as another operator is told.
inline Report suspension_complete() {
  Report report = suspended();
  report.id.event = matching::EventSeq{90'240};
  OperationsReport& body = operations_report_of(report);
  body.event = report.id.event;
  body.result = OpsResult::Complete;
  body.affected = 9'000;
  body.involved = {.copy = true, .requested_by = matching::Name{"OPS1"}, .approved_by = {}};
  return report;
}

inline Report known_request() {
  Report report = suspended();
  report.id.event = matching::EventSeq{90'251};
  OperationsReport& body = operations_report_of(report);
  body.event = report.id.event;
  body.result = OpsResult::Known;
  body.first_answer = matching::EventSeq{90'211};
  return report;
}

inline Report operation_refused(matching::Reason reason) {
  OperationsReport report;
  report.request_id = matching::Name{"resume-1"};
  report.operation = Operation::Resume;
  report.result = OpsResult::Refused;
  report.market = matching::Name{"EPL-ARS-CHE"};
  report.reason = reason;
  return operations_report(90'260, report);
}

inline Report operation_would_be_done() {
  OperationsReport report;
  report.request_id = matching::Name{"goal-0815-2"};
  report.operation = Operation::Suspend;
  report.result = OpsResult::WouldBeDone;
  report.test = true;
  report.market = matching::Name{"EPL-ARS-CHE"};
  report.market_version = 42;
  report.market_state = matching::MarketState::Open;
  report.affected = 10'000;
  Report answer = operations_report(90'261, report);
  answer.id = {};
  return answer;
}

// A dead heat waits for a second operator.
inline Report result_proposed() {
  OperationsReport report;
  report.request_id = matching::Name{"result-1"};
  report.operation = Operation::Determine;
  report.result = OpsResult::WaitsForApproval;
  report.market = matching::Name{"EPL-ARS-CHE"};
  report.version_guard = 44;
  report.expires = kReportTime;
  report.shares = {{matching::Name{"EPL-ARS-CHE.HOME"}, 1, 2, {}},
                   {matching::Name{"EPL-ARS-CHE.AWAY"}, 1, 2, {}}};
  report.remark = matching::Remark{"photo finish"};
  report.involved = {.copy = true, .requested_by = matching::Name{"OPS1"}, .approved_by = {}};
  return operations_report(90'300, report);
}

inline Report result_approved() {
  OperationsReport report;
  report.request_id = matching::Name{"approve-1"};
  report.operation = Operation::Approve;
  report.ref_request_id = matching::Name{"result-1"};
  report.market = matching::Name{"EPL-ARS-CHE"};
  report.market_version = 45;
  report.market_state = matching::MarketState::Determined;
  report.involved = {
      .copy = false, .requested_by = matching::Name{"OPS1"}, .approved_by = matching::Name{"OPS2"}};
  return operations_report(90'310, report);
}

inline Report void_proposed() {
  OperationsReport report;
  report.request_id = matching::Name{"void-1"};
  report.operation = Operation::Void;
  report.result = OpsResult::WaitsForApproval;
  report.market = matching::Name{"RAIN-LON"};
  report.price = matching::Decimal{350'000};
  report.expires = kReportTime;
  return operations_report(90'320, report);
}

inline Report deposit_proposed() {
  OperationsReport report;
  report.request_id = matching::Name{"deposit-1"};
  report.operation = Operation::Deposit;
  report.result = OpsResult::WaitsForApproval;
  report.account = matching::Name{"BROKER1"};
  report.amount = matching::Decimal{100'250'000};
  report.expires = kReportTime;
  return operations_report(90'330, report);
}

inline Report deposit_done() {
  OperationsReport report;
  report.request_id = matching::Name{"deposit-1"};
  report.operation = Operation::Deposit;
  report.account = matching::Name{"BROKER1"};
  report.balance = matching::Money{1'002'500};
  report.exposure = matching::Money{200'000};
  report.available = matching::WideMoney{matching::Money{802'500}};
  return operations_report(90'340, report);
}

inline Report numbers_proposed() {
  OperationsReport report;
  report.request_id = matching::Name{"numbers-1"};
  report.operation = Operation::SetSessionNumbers;
  report.result = OpsResult::WaitsForApproval;
  report.comp_id = matching::Name{"BROKER1"};
  report.new_epoch = true;
  report.expires = kReportTime;
  return operations_report(90'350, report);
}

inline Report numbers_set() {
  OperationsReport report;
  report.request_id = matching::Name{"numbers-1"};
  report.operation = Operation::SetSessionNumbers;
  report.comp_id = matching::Name{"BROKER1"};
  report.next_in = matching::MsgSeqNum{301};
  report.reserved_to = matching::MsgSeqNum{};
  report.delivered = matching::EventSeq{90'111};
  report.epoch = matching::SessionEpoch{2};
  return operations_report(90'360, report);
}

inline Report session_logged_out() {
  OperationsReport report;
  report.request_id = matching::Name{"logout-1"};
  report.operation = Operation::LogoutSession;
  report.comp_id = matching::Name{"BROKER1"};
  report.reserved_to = matching::MsgSeqNum{1'000};
  report.delivered = matching::EventSeq{90'111};
  report.epoch = matching::SessionEpoch{1};
  return operations_report(90'365, report);
}

inline Report runner_added() {
  OperationsReport report;
  report.request_id = matching::Name{"runner-1"};
  report.operation = Operation::AddRunner;
  report.market = matching::Name{"EPL-ARS-CHE"};
  report.symbol = matching::Name{"EPL-ARS-CHE.DRAW"};
  report.market_version = 3;
  report.market_state = matching::MarketState::Inactive;
  return operations_report(90'370, report);
}

inline Report watermark_moved() {
  OperationsReport report;
  report.request_id = matching::Name{"mark-1"};
  report.operation = Operation::MoveWatermark;
  report.watermark = matching::EventSeq{90'000};
  return operations_report(90'380, report);
}

inline Report market_created() {
  return {.id = {.event = matching::EventSeq{90'400}, .leg = 1},
          .body = SecurityDefinition{
              .request_id = matching::Name{"create-1"},
              .market = matching::Name{"EPL-ARS-CHE"},
              .event = matching::EventSeq{90'400},
              .kind = matching::MarketKind::ExchangeOdds,
              .ladder = matching::LadderKind::Classic,
              .winners = 1,
              .bet_delay_ms = 5'000,
              .commission_bp = 500,
              .quantity_step = matching::Decimal{10'000},
              .min_quantity = matching::Decimal{2'000'000},
              .max_quantity = matching::Decimal{1'000'000'000},
              .max_position = {},
              .runners = {matching::Name{"EPL-ARS-CHE.HOME"}, matching::Name{"EPL-ARS-CHE.AWAY"}},
              .involved = {},
              .transact_time = kReportTime,
              .format = {.price_decimals = 2, .quantity_decimals = 2}}};
}

inline Report binary_market_created() {
  Report report = market_created();
  auto& definition = std::get<SecurityDefinition>(report.body);
  definition.market = matching::Name{"RAIN-LON"};
  definition.kind = matching::MarketKind::Binary;
  definition.ladder = matching::LadderKind::DeciCent;
  definition.quantity_step = matching::Decimal{1'000'000};
  definition.max_position = matching::Decimal{500'000'000};
  definition.passive_skips_delay = true;
  definition.runners = {matching::Name{"RAIN-LON"}};
  definition.involved = {.copy = true, .requested_by = matching::Name{"OPS1"}, .approved_by = {}};
  definition.format = {.price_decimals = 2, .quantity_decimals = 0};
  return report;
}

inline Report market_would_be_created() {
  Report report = market_created();
  report.id = {};
  auto& definition = std::get<SecurityDefinition>(report.body);
  definition.test = true;
  definition.passive_skips_delay = true;
  return report;
}

inline Report market_not_created(matching::Reason reason) {
  return {.id = {.event = matching::EventSeq{90'410}, .leg = 1},
          .body = SecurityDefinition{.request_id = matching::Name{"create-2"},
                                     .market = matching::Name{"EPL-ARS-CHE"},
                                     .event = matching::EventSeq{90'410},
                                     .max_position = {},
                                     .runners = {},
                                     .involved = {},
                                     .transact_time = kReportTime,
                                     .reason = reason}};
}

inline Report mass_action(MassActionResponse response) {
  return {.id = {.event = matching::EventSeq{90'420}, .leg = 1},
          .body = OrderMassActionReport{.request_id = matching::Name{"mass-1"},
                                        .event = matching::EventSeq{90'420},
                                        .response = response,
                                        .account = matching::Name{"BROKER1"},
                                        .affected = {},
                                        .involved = {},
                                        .transact_time = kReportTime}};
}

inline Report mass_action_complete() {
  Report report = mass_action(MassActionResponse::Completed);
  auto& action = std::get<OrderMassActionReport>(report.body);
  action.scope = MassCancelType::MarketSegment;
  action.market = matching::Name{"EPL-ARS-CHE"};
  action.account = {};
  action.comp_id = matching::Name{"BROKER1"};
  action.side = 2;
  action.affected = 3;
  action.involved = {.copy = true, .requested_by = matching::Name{"OPS1"}, .approved_by = {}};
  return report;
}

inline Report mass_action_refused(matching::Reason reason) {
  Report report = mass_action(MassActionResponse::Refused);
  auto& action = std::get<OrderMassActionReport>(report.body);
  action.scope = MassCancelType::Security;
  action.symbol = matching::Name{"NOWHERE"};
  action.account = {};
  action.reason = reason;
  return report;
}

inline Report mass_action_would_be_done() {
  Report report = mass_action(MassActionResponse::Accepted);
  report.id = {};
  auto& action = std::get<OrderMassActionReport>(report.body);
  action.test = true;
  action.affected = 7;
  return report;
}

inline Report party_action(PartyActionResponse response) {
  return {.id = {.event = matching::EventSeq{90'430}, .leg = 1},
          .body = PartyActionReport{.request_id = matching::Name{"party-1"},
                                    .event = matching::EventSeq{90'430},
                                    .action = PartyAction::SuspendAndCancel,
                                    .response = response,
                                    .account = matching::Name{"BROKER1"},
                                    .affected = {},
                                    .involved = {},
                                    .transact_time = kReportTime}};
}

inline Report party_action_complete() {
  Report report = party_action(PartyActionResponse::Completed);
  auto& action = std::get<PartyActionReport>(report.body);
  action.affected = 12;
  action.involved = {.copy = true, .requested_by = matching::Name{"OPS1"}, .approved_by = {}};
  return report;
}

// As the session that is concerned is told.
inline Report session_reinstated() {
  Report report = party_action(PartyActionResponse::Completed);
  auto& action = std::get<PartyActionReport>(report.body);
  action.request_id = {};
  action.action = PartyAction::Reinstate;
  action.account = {};
  action.comp_id = matching::Name{"BROKER1"};
  action.affected = 0;
  action.involved = {.copy = true, .requested_by = {}, .approved_by = {}};
  return report;
}

inline Report party_action_refused(matching::Reason reason) {
  Report report = party_action(PartyActionResponse::Refused);
  std::get<PartyActionReport>(report.body).reason = reason;
  return report;
}

inline Report party_action_would_be_done() {
  Report report = party_action(PartyActionResponse::Accepted);
  report.id = {};
  auto& action = std::get<PartyActionReport>(report.body);
  action.test = true;
  action.affected = 12;
  return report;
}

inline Report exchange_halted(bool halted) {
  return {.id = {.event = matching::EventSeq{90'440}, .leg = 2},
          .body = TradingSessionStatus{.halted = halted, .transact_time = kReportTime}};
}

inline Report network_status() {
  return {.id = {},
          .body = NetworkStatus{
              .request_id = matching::Name{"network-1"},
              .number = 1,
              .last = true,
              .sessions = {{.comp_id = matching::Name{"BROKER1"},
                            .status = CounterpartyStatus::Connected,
                            .words = "on, suspended",
                            .role = SessionRole::Broker,
                            .epoch = matching::SessionEpoch{1},
                            .next_in = matching::MsgSeqNum{17},
                            .last_out = matching::MsgSeqNum{99},
                            .reserved_to = matching::MsgSeqNum{1'000},
                            .delivered = matching::EventSeq{90'431},
                            .suspended = true,
                            .queue_bytes = 0,
                            .peer = "127.0.0.1:40312",
                            .last_heard = kReportTime},
                           {.comp_id = matching::Name{"DROP1"},
                            .status = CounterpartyStatus::DownExpected,
                            .words = "never on",
                            .role = SessionRole::DropCopy,
                            .peer = {}}},
              .node = NodeState{.durable = matching::EventSeq{90'440},
                                .ring_fill_percent = 1,
                                .journal_lag = 2,
                                .segments = 3,
                                .disk_free_bytes = 64'000'000'000,
                                .watermark = matching::EventSeq{90'000},
                                .held_back_by = {.what = HeldBackBy::What::Session,
                                                 .session = matching::Name{"DROP1"}}}}};
}

// The first message of a long answer; of no session at all.
inline Report network_status_goes_on() {
  Report report = network_status();
  auto& status = std::get<NetworkStatus>(report.body);
  status.last = false;
  status.sessions.clear();
  status.node.reset();
  return report;
}

inline Report urgent_news() {
  Report report = news();
  std::get<News>(report.body).urgent = true;
  return report;
}

// Those of FIXT.1.1 alone.
inline std::vector<Report> operation_reports() {
  using matching::Reason;
  return {suspended(),
          suspension_complete(),
          known_request(),
          operation_refused(Reason::StaleMarketVersion),
          operation_would_be_done(),
          result_proposed(),
          result_approved(),
          void_proposed(),
          deposit_proposed(),
          deposit_done(),
          numbers_proposed(),
          numbers_set(),
          session_logged_out(),
          runner_added(),
          watermark_moved(),
          market_created(),
          binary_market_created(),
          market_would_be_created(),
          market_not_created(Reason::AlreadyExists),
          market_not_created(Reason::StaleRequest),
          mass_action(MassActionResponse::Accepted),
          mass_action_complete(),
          mass_action_refused(Reason::UnknownInstrument),
          mass_action_would_be_done(),
          party_action(PartyActionResponse::Accepted),
          party_action_complete(),
          session_reinstated(),
          party_action_refused(Reason::UnknownAccount),
          party_action_would_be_done(),
          network_status(),
          network_status_goes_on()};
}

// All reports, and those of operations.
inline std::vector<Report> all_reports_and_operations(FixVersion version) {
  std::vector<Report> reports = all_reports(version);
  reports.insert(reports.end(), {urgent_news(), exchange_halted(true), exchange_halted(false)});
  if (version == FixVersion::Fixt11) {
    for (const Report& report : operation_reports()) {
      reports.push_back(report);
    }
  }
  return reports;
}

}  // namespace betex::fix::testing

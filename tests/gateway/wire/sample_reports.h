// One report of each kind, for the encoder's tests.
#pragma once

#include <vector>

#include "fix_spec/dialect.h"
#include "gateway/link/report.h"

namespace betex::fix::testing {

inline constexpr matching::Timestamp kReportTime{1'795'357'231'000'001'000};

// A back of 20.00 at 2.02, just accepted.
inline Report new_order() {
  return {.id = {.event = matching::EventSeq{1234}, .leg = 1},
          .body = ExecutionReport{.exec_type = ExecType::New,
                                  .ord_status = OrdStatus::New,
                                  .order_id = matching::OrderId{77},
                                  .cl_ord_id = matching::ClOrdId{"order-1"},
                                  .account = matching::Name{"BROKER1"},
                                  .symbol = matching::Name{"EPL-ARS-CHE.HOME"},
                                  .side = matching::Side::Bid,
                                  .ord_type = matching::OrderType::Limit,
                                  .time_in_force = matching::TimeInForce::Gtc,
                                  .price = matching::Decimal{2'020'000},
                                  .order_qty = matching::Decimal{20'000'000},
                                  .leaves_qty = matching::Decimal{20'000'000},
                                  .transact_time = kReportTime,
                                  .format = {.price_decimals = 2, .quantity_decimals = 2}}};
}

// The second fill of 60.00, which came later than what it took: 30.00 at 2.04 before, 30.00 at 2.02
// now (RULES.md section 3).
inline Report trade() {
  Report report = new_order();
  report.id = {.event = matching::EventSeq{1240}, .leg = 2};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Trade;
  execution.ord_status = OrdStatus::Filled;
  execution.order_qty = matching::Decimal{60'000'000};
  execution.cum_qty = matching::Decimal{60'000'000};
  execution.leaves_qty = {};
  execution.last_qty = matching::Decimal{30'000'000};
  execution.last_px = matching::Decimal{2'020'000};
  execution.avg_px_e8 = 203'000'000;
  execution.aggressor = true;
  return report;
}

// The other side of it, of a market maker.
inline Report trade_of_a_group() {
  Report report = trade();
  report.id.leg = 1;
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.aggressor = false;
  execution.reference = matching::Reference{"customer 17"};
  execution.order_group = matching::Reference{"maker-1"};
  return report;
}

// Thirty contracts NO, of which NO was the result; of what they have won a twentieth is taken.
inline Report settled() {
  return {.id = {.event = matching::EventSeq{1249}, .leg = 3},
          .body = SettlementReport{.account = matching::Name{"BROKER1"},
                                   .market = matching::Name{"RAIN-LON"},
                                   .kind = matching::MarketKind::Binary,
                                   .round = 1,
                                   .price = {},
                                   .position = matching::Quantity{-30},
                                   .gross = matching::Money{300'000},
                                   .commission = matching::Money{8'625},
                                   .balance = matching::Money{100'291'375},
                                   .currency = matching::Currency{"EUR"},
                                   .transact_time = kReportTime}};
}

// A void odds market takes back what a round before has paid.
inline Report settled_again() {
  Report report = settled();
  report.id = {.event = matching::EventSeq{1250}, .leg = 1};
  auto& settlement = std::get<SettlementReport>(report.body);
  settlement.market = matching::Name{"EPL-ARS-CHE"};
  settlement.kind = matching::MarketKind::ExchangeOdds;
  settlement.is_void = true;
  settlement.copy = true;
  settlement.round = 2;
  settlement.position = {};
  settlement.gross = matching::Money{-300'000};
  settlement.commission = matching::Money{-8'625};
  settlement.balance = matching::Money{-5'000};
  return report;
}

inline Report deposited() {
  return {.id = {.event = matching::EventSeq{1251}, .leg = 1},
          .body = AccountReport{.account = matching::Name{"BROKER1"},
                                .change = AccountChange::Deposit,
                                .currency = matching::Currency{"EUR"},
                                .amount = matching::Money{1'000'000},
                                .balance = matching::Money{101'000'000},
                                .transact_time = kReportTime}};
}

inline Report bets_void() {
  return {.id = {.event = matching::EventSeq{1252}, .leg = 7},
          .body = AccountReport{.account = matching::Name{"BROKER1"},
                                .change = AccountChange::BetsVoid,
                                .copy = true,
                                .currency = matching::Currency{"EUR"},
                                .market = matching::Name{"EPL-ARS-CHE"},
                                .symbol = matching::Name{"EPL-ARS-CHE.DRAW"},
                                .if_won = matching::Money{204'000},
                                .if_lost = matching::Money{-200'000},
                                .transact_time = kReportTime}};
}

inline Report position() {
  return {.id = {},
          .body = PositionReport{.request_id = matching::Name{"pos-1"},
                                 .number = 1,
                                 .account = matching::Name{"BROKER1"},
                                 .symbol = matching::Name{"RAIN-LON"},
                                 .market = matching::Name{"RAIN-LON"},
                                 .kind = matching::MarketKind::Binary,
                                 .position = matching::Quantity{-30},
                                 .exposure = matching::Money{171'000},
                                 .currency = matching::Currency{"EUR"},
                                 .as_of = kReportTime}};
}

inline Report bets_on_a_runner() {
  Report report = position();
  auto& bets = std::get<PositionReport>(report.body);
  bets.number = 2;
  bets.symbol = matching::Name{"EPL-ARS-CHE.HOME"};
  bets.market = matching::Name{"EPL-ARS-CHE"};
  bets.kind = matching::MarketKind::ExchangeOdds;
  bets.position = {};
  bets.if_won = matching::Money{204'000};
  bets.if_lost = matching::Money{-200'000};
  bets.exposure = matching::Money{200'000};
  return report;
}

inline Report account_totals() {
  Report report = position();
  auto& totals = std::get<PositionReport>(report.body);
  totals.number = 3;
  totals.symbol = {};
  totals.market = {};
  totals.kind = {};
  totals.position = {};
  totals.balance = matching::Money{-1'000'000};
  totals.credit = matching::Money{20'000'000};
  totals.exposure = matching::Money{371'000};
  totals.available = matching::WideMoney{matching::Money{18'629'000}};
  return report;
}

inline Report no_positions() {
  return {.id = {},
          .body = PositionReport{.request_id = matching::Name{"pos-2"},
                                 .number = 1,
                                 .account = matching::Name{"NOBODY"},
                                 .as_of = kReportTime,
                                 .reason = matching::Reason::UnknownAccount}};
}

// A sale of 4 contracts at 0.57 that leaves the account short of 30.
inline Report contracts_sold() {
  Report report = trade();
  report.id = {.event = matching::EventSeq{1248}, .leg = 1};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.symbol = matching::Name{"RAIN-LON"};
  execution.side = matching::Side::Ask;
  execution.price = matching::Decimal{570'000};
  execution.order_qty = matching::Decimal{4'000'000};
  execution.cum_qty = matching::Decimal{4'000'000};
  execution.last_qty = matching::Decimal{4'000'000};
  execution.last_px = matching::Decimal{570'000};
  execution.avg_px_e8 = 57'000'000;
  execution.aggressor = false;
  execution.position_after = matching::Quantity{-30};
  execution.format = {.price_decimals = 2, .quantity_decimals = 0};
  return report;
}

inline Report cancelled() {
  Report report = new_order();
  report.id.event = matching::EventSeq{1241};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Canceled;
  execution.ord_status = OrdStatus::Canceled;
  execution.cl_ord_id = matching::ClOrdId{"cancel-1"};
  execution.orig_cl_ord_id = matching::ClOrdId{"order-1"};
  execution.leaves_qty = {};
  return report;
}

inline Report rejected(matching::Reason reason) {
  Report report = new_order();
  report.id.event = matching::EventSeq{1242};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Rejected;
  execution.ord_status = OrdStatus::Rejected;
  execution.order_id = {};
  execution.price = matching::Decimal{2'030'000};
  execution.leaves_qty = {};
  execution.reason = reason;
  execution.format = {};
  return report;
}

inline Report status() {
  Report report = new_order();
  report.id = {};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::OrderStatus;
  execution.ord_status = OrdStatus::PartiallyFilled;
  execution.order_qty = matching::Decimal{60'000'000};
  execution.cum_qty = matching::Decimal{30'000'000};
  execution.leaves_qty = matching::Decimal{30'000'000};
  execution.avg_px_e8 = 204'000'000;
  execution.status_req_id = matching::Name{"query-1"};
  return report;
}

inline Report unknown_status() {
  return {.id = {},
          .body = ExecutionReport{.exec_type = ExecType::OrderStatus,
                                  .ord_status = OrdStatus::Rejected,
                                  .cl_ord_id = matching::ClOrdId{"order-9"},
                                  .account = matching::Name{"BROKER1"},
                                  .symbol = matching::Name{"RAIN-LON"},
                                  .side = matching::Side::Ask,
                                  .transact_time = kReportTime,
                                  .status_req_id = matching::Name{"query-1"},
                                  .no_order = true,
                                  .reason = matching::Reason::UnknownOrder}};
}

inline Report cancel_rejected(matching::Reason reason) {
  return {.id = {.event = matching::EventSeq{1243}, .leg = 1},
          .body = OrderCancelReject{.order_id = matching::OrderId{77},
                                    .cl_ord_id = matching::ClOrdId{"cancel-1"},
                                    .orig_cl_ord_id = matching::ClOrdId{"order-1"},
                                    .account = matching::Name{"BROKER1"},
                                    .ord_status = OrdStatus::Filled,
                                    .transact_time = kReportTime,
                                    .reason = reason}};
}

inline Report business_reject(matching::Reason reason, std::uint16_t business_reject_reason) {
  return {.id = {.event = matching::EventSeq{1244}, .leg = 1},
          .body = BusinessMessageReject{.ref_seq_num = matching::MsgSeqNum{17},
                                        .ref_msg_type = matching::Text<7>{"D"},
                                        .business_reject_ref_id = matching::ClOrdId{"order-1"},
                                        .business_reject_reason = business_reject_reason,
                                        .reason = reason}};
}

inline Report reject(std::uint32_t tag, std::uint16_t session_reject_reason) {
  return {.id = {.event = matching::EventSeq{1244}, .leg = 1},
          .body = Reject{.ref_seq_num = matching::MsgSeqNum{17},
                         .ref_msg_type = matching::Text<7>{"D"},
                         .ref_tag_id = tag,
                         .session_reject_reason = session_reject_reason}};
}

// One too many, which a session is told when it may send again.
inline Report throttled() {
  Report report = business_reject(matching::Reason::Throttled, 8);
  std::get<BusinessMessageReject>(report.body).retry_after_ms = 340;
  return report;
}

inline Report cancelled_with_its_group() {
  Report report = trade_of_a_group();
  report.id = {.event = matching::EventSeq{1253}, .leg = 3};
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.exec_type = ExecType::Canceled;
  execution.ord_status = OrdStatus::Canceled;
  execution.cum_qty = matching::Decimal{30'000'000};
  execution.last_qty = {};
  execution.last_px = {};
  execution.reason = matching::Reason::OrderGroupTripped;
  execution.restatement_reason = 99;
  return report;
}

inline Report lapsed() {
  Report report = cancelled();
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.orig_cl_ord_id = {};
  execution.cl_ord_id = matching::ClOrdId{"order-1"};
  execution.reason = matching::Reason::LapsedAtTurnInPlay;
  execution.restatement_reason = 8;
  return report;
}

inline OrderGroupReport& group_report_of(Report& report) {
  return *std::get<matching::Boxed<OrderGroupReport>>(report.body);
}

inline Report group_created() {
  OrderGroupReport report;
  report.cl_ord_id = matching::ClOrdId{"group-1"};
  report.account = matching::Name{"BROKER1"};
  report.group = matching::Reference{"maker-1"};
  report.action = matching::OrderGroupAction::Create;
  report.state = matching::OrderGroupState::Active;
  report.limit = matching::Decimal{500'500'000};
  report.window_ms = 5'000;
  report.counted = matching::CountedFills::Makers;
  report.cancel_on_disconnect = true;
  report.transact_time = kReportTime;
  return {.id = {.event = matching::EventSeq{1252}, .leg = 1},
          .body = matching::Boxed<OrderGroupReport>{report}};
}

// By its fills: nobody has asked for it.
inline Report group_tripped() {
  Report report = group_created();
  report.id.event = matching::EventSeq{1254};
  OrderGroupReport& tripped = group_report_of(report);
  tripped.cl_ord_id = {};
  tripped.action = matching::OrderGroupAction::Trip;
  tripped.state = matching::OrderGroupState::Tripped;
  tripped.filled = matching::Decimal{512'000'000};
  tripped.affected = 3;
  return report;
}

inline Report group_trip_copied() {
  Report report = group_tripped();
  group_report_of(report).copy = true;
  return report;
}

inline Report group_deleted() {
  OrderGroupReport report;
  report.cl_ord_id = matching::ClOrdId{"group-2"};
  report.account = matching::Name{"BROKER1"};
  report.group = matching::Reference{"maker-1"};
  report.action = matching::OrderGroupAction::Delete;
  report.transact_time = kReportTime;
  return {.id = {.event = matching::EventSeq{1255}, .leg = 1},
          .body = matching::Boxed<OrderGroupReport>{report}};
}

inline Report group_refused() {
  Report report = group_deleted();
  report.id.event = matching::EventSeq{1256};
  OrderGroupReport& refused = group_report_of(report);
  refused.action = matching::OrderGroupAction::Reset;
  refused.reason = matching::Reason::UnknownOrderGroup;
  return report;
}

inline Report replay(ReplayResponse response) {
  ReplayAck ack{.request_id = matching::Name{"replay-1"},
                .response = response,
                .first = matching::EventSeq{500},
                .last = matching::EventSeq{900}};
  if (response == ReplayResponse::Unavailable) {
    ack.available_from = matching::EventSeq{701};
  }
  return {.id = {}, .body = ack};
}

inline Report replay_ended() {
  return {.id = {},
          .body = ReplayEnd{.request_id = matching::Name{"replay-1"},
                            .last = matching::EventSeq{900},
                            .reports = 17}};
}

// 100 messages a second, of which 40 are left, and 20 requests without an answer.
inline Report throttles() {
  return {.id = {},
          .body = ThrottleReport{.request_id = matching::Name{"limits-1"},
                                 .username = matching::Name{"broker-1"},
                                 .entries = {{.limit = 100, .interval_ms = 1'000, .left = 40},
                                             {.limit = 20,
                                              .left = 0,
                                              .action = ThrottleReport::Action::Queue,
                                              .type = ThrottleReport::Type::OutstandingRequests}}}};
}

inline Report no_throttles() {
  Report report = throttles();
  std::get<ThrottleReport>(report.body).entries.clear();
  return report;
}

inline Report mass_cancelled() {
  return {.id = {.event = matching::EventSeq{1245}, .leg = 1},
          .body = OrderMassCancelReport{.cl_ord_id = matching::ClOrdId{"mass-1"},
                                        .request_type = MassCancelType::Security,
                                        .symbol = matching::Name{"RAIN-LON"},
                                        .side = 1,
                                        .total = 3,
                                        .transact_time = kReportTime}};
}

inline Report mass_cancel_rejected(matching::Reason reason) {
  Report report = mass_cancelled();
  auto& refused = std::get<OrderMassCancelReport>(report.body);
  refused.total = 0;
  refused.reason = reason;
  return report;
}

inline Report news() {
  return {.id = {.event = matching::EventSeq{1246}, .leg = 1},
          .body = News{.orig_time = kReportTime,
                       .subject = matching::Name{"RAIN-LON"},
                       .headline = matching::Remark{"closing early today"}}};
}

inline Report security_status() {
  return {.id = {.event = matching::EventSeq{1247}, .leg = 2},
          .body = SecurityStatus{.symbol = matching::Name{"EPL-ARS-CHE.DRAW"},
                                 .market = matching::Name{"EPL-ARS-CHE"},
                                 .status = TradingStatus::Halt,
                                 .market_version = 5,
                                 .suspend_reason = 1,
                                 .in_play = true,
                                 .transact_time = kReportTime}};
}

inline Report unknown_security_status() {
  return {.id = {},
          .body = SecurityStatus{.symbol = matching::Name{"NOWHERE"},
                                 .status_req_id = matching::Name{"status-1"},
                                 .transact_time = kReportTime,
                                 .reason = matching::Reason::UnknownInstrument}};
}

// The first two of the Classic ladder's rules will do.
inline Report security() {
  return {.id = {},
          .body = SecurityList{.request_id = matching::Name{"list-1"},
                               .total = 4,
                               .last = false,
                               .symbol = matching::Name{"EPL-ARS-CHE.DRAW"},
                               .status = ListingStatus::Suspended,
                               .tick_rules = {{.first = matching::Decimal{1'010'000},
                                               .last = matching::Decimal{2'000'000},
                                               .increment = matching::Decimal{10'000}},
                                              {.first = matching::Decimal{2'020'000},
                                               .last = matching::Decimal{3'000'000},
                                               .increment = matching::Decimal{20'000}}},
                               .quantity_step = matching::Decimal{10'000},
                               .min_quantity = matching::Decimal{10'000},
                               .max_quantity = matching::Decimal{1'000'000'000'000'000},
                               .currency = matching::Currency{"EUR"},
                               .market = matching::Name{"EPL-ARS-CHE"},
                               .market_version = 5,
                               .kind = matching::MarketKind::ExchangeOdds,
                               .ladder = matching::LadderKind::Classic,
                               .winners = 1,
                               .bet_delay_ms = 5'000,
                               .commission_bp = 500,
                               .format = {.price_decimals = 2, .quantity_decimals = 2}}};
}

inline Report security_with_a_fast_lane() {
  Report report = security();
  auto& listed = std::get<SecurityList>(report.body);
  listed.passive_skips_delay = true;
  listed.scheduled_start = kReportTime;
  return report;
}

// A binary market, with all that may be absent.
inline Report described_security() {
  return {.id = {},
          .body = SecurityList{.request_id = matching::Name{"list-2"},
                               .total = 1,
                               .last = true,
                               .symbol = matching::Name{"RAIN-LON"},
                               .status = ListingStatus::Published,
                               .description = "Rain in London",
                               .tick_rules = {{.first = matching::Decimal{1'000},
                                               .last = matching::Decimal{999'000},
                                               .increment = matching::Decimal{1'000}}},
                               .quantity_step = matching::Decimal{1'000'000},
                               .min_quantity = matching::Decimal{1'000'000},
                               .max_quantity = matching::Decimal{500'000'000},
                               .currency = matching::Currency{"EUR"},
                               .market = matching::Name{"RAIN-LON"},
                               .kind = matching::MarketKind::Binary,
                               .ladder = matching::LadderKind::DeciCent,
                               .winners = 1,
                               .scheduled_start = kReportTime,
                               .market_description = "Will it rain before midnight?",
                               .parent = matching::Name{"WEATHER"},
                               .format = {.price_decimals = 2, .quantity_decimals = 0}}};
}

// To an operator who will not be told any more how markets change.
inline Report no_list() {
  return {.id = {}, .body = SecurityList{.request_id = matching::Name{"list-3"}}};
}

inline Report no_security() {
  return {.id = {},
          .body = SecurityList{.request_id = matching::Name{"list-1"},
                               .reason = matching::Reason::UnknownMarket}};
}

inline Report listed() {
  const Report answer = described_security();
  return {.id = {},
          .body = SecurityListUpdate{.action = ListUpdateAction::Add,
                                     .security = std::get<SecurityList>(answer.body)}};
}

// A market that is settled: gone, with all that there was to know of it.
inline Report listed_no_more() {
  Report answer = security();
  auto& settled = std::get<SecurityList>(answer.body);
  settled.status = ListingStatus::Expired;
  return {.id = {},
          .body = SecurityListUpdate{.action = ListUpdateAction::Delete, .security = settled}};
}

inline Report market_data_refused(MarketDataRefusal refusal, matching::Reason reason) {
  return {.id = {},
          .body = MarketDataRequestReject{
              .request_id = matching::Name{"m1"}, .refusal = refusal, .reason = reason}};
}

inline Report no_market_data() {
  Report report =
      market_data_refused(MarketDataRefusal::Unknown, matching::Reason::UnknownInstrument);
  std::get<MarketDataRequestReject>(report.body).symbol = matching::Name{"NOWHERE"};
  return report;
}

inline Report no_market_data_of_a_market() {
  Report report = market_data_refused(MarketDataRefusal::Unknown, matching::Reason::UnknownMarket);
  std::get<MarketDataRequestReject>(report.body).market = matching::Name{"NOWHERE"};
  return report;
}

inline Report mass_status_last() {
  Report report = status();
  auto& execution = std::get<ExecutionReport>(report.body);
  execution.status_req_id = {};
  execution.mass_status_req_id = matching::Name{"all-1"};
  execution.total_reports = 2;
  execution.last_report = true;
  return report;
}

inline Report drop_copy() {
  Report report = trade();
  std::get<ExecutionReport>(report.body).copy = true;
  return report;
}

// Every kind that this dialect has, and every field that can be absent at least once present.
inline std::vector<Report> all_reports(FixVersion version) {
  std::vector<Report> reports{new_order(),
                              trade(),
                              cancelled(),
                              rejected(matching::Reason::PriceNotOnLadder),
                              rejected(matching::Reason::InsufficientFunds),
                              status(),
                              unknown_status(),
                              cancel_rejected(matching::Reason::TooLate),
                              cancel_rejected(matching::Reason::PriceNotOnLadder),
                              business_reject(matching::Reason::Throttled, 8),
                              business_reject(matching::Reason::NotEntitled, 6),
                              reject(44, 6),
                              reject(0, 11)};
  Report pending = new_order();
  auto& delayed = std::get<ExecutionReport>(pending.body);
  delayed.exec_type = ExecType::PendingNew;
  delayed.ord_status = OrdStatus::PendingNew;
  delayed.time_in_force = matching::TimeInForce::Gtd;
  delayed.expire_time = kReportTime;
  delayed.effective_time = kReportTime;
  reports.push_back(pending);

  Report restated = cancelled();
  auto& decremented = std::get<ExecutionReport>(restated.body);
  decremented.exec_type = ExecType::Restated;
  decremented.ord_status = OrdStatus::New;
  decremented.restatement_reason = 5;
  decremented.reason = matching::Reason::SelfTradePrevented;
  reports.push_back(restated);
  reports.insert(reports.end(),
                 {mass_status_last(),
                  drop_copy(),
                  mass_cancelled(),
                  mass_cancel_rejected(matching::Reason::UnknownMarket),
                  mass_cancel_rejected(matching::Reason::StaleRequest),
                  trade_of_a_group(),
                  throttled(),
                  cancelled_with_its_group(),
                  lapsed(),
                  group_created(),
                  group_tripped(),
                  group_trip_copied(),
                  group_deleted(),
                  group_refused(),
                  news(),
                  contracts_sold(),
                  settled(),
                  settled_again(),
                  deposited(),
                  bets_void(),
                  position(),
                  bets_on_a_runner(),
                  account_totals(),
                  no_positions()});
  Report of_session = mass_cancelled();
  auto& own = std::get<OrderMassCancelReport>(of_session.body);
  own.request_type = MassCancelType::Session;
  own.symbol = {};
  reports.push_back(of_session);
  if (version == FixVersion::Fixt11) {
    Report of_market = mass_cancelled();
    auto& mass_cancel = std::get<OrderMassCancelReport>(of_market.body);
    mass_cancel.request_type = MassCancelType::MarketSegment;
    mass_cancel.symbol = {};
    mass_cancel.market = matching::Name{"EPL-ARS-CHE"};
    reports.insert(reports.end(),
                   {of_market,
                    security_status(),
                    unknown_security_status(),
                    security(),
                    security_with_a_fast_lane(),
                    replay(ReplayResponse::Begins),
                    replay(ReplayResponse::UnknownApplication),
                    replay(ReplayResponse::Unavailable),
                    replay_ended(),
                    throttles(),
                    no_throttles(),
                    described_security(),
                    no_list(),
                    no_security(),
                    listed(),
                    listed_no_more(),
                    no_market_data(),
                    no_market_data_of_a_market(),
                    market_data_refused(MarketDataRefusal::TooMuch, matching::Reason::Throttled)});
  }
  return reports;
}

}  // namespace betex::fix::testing

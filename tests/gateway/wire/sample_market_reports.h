// News, reports of instruments, and refusals of market data, for the encoder's tests.
#pragma once

#include <variant>

#include "gateway/link/report.h"
#include "tests/gateway/wire/sample_time.h"

namespace betex::fix::testing {

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

}  // namespace betex::fix::testing

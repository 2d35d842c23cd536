// Reports of an account's money and bets, for the encoder's tests.
#pragma once

#include <variant>

#include "gateway/link/report.h"
#include "tests/gateway/wire/sample_time.h"

namespace betex::fix::testing {

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

}  // namespace betex::fix::testing

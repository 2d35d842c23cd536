// One report of each kind, for the encoder's tests; those to operators are in
// sample_operation_reports.h.
#pragma once

#include <variant>
#include <vector>

#include "fix_spec/dialect.h"
#include "gateway/link/report.h"
#include "tests/gateway/wire/sample_account_reports.h"
#include "tests/gateway/wire/sample_market_reports.h"
#include "tests/gateway/wire/sample_order_reports.h"
#include "tests/gateway/wire/sample_session_reports.h"
#include "tests/gateway/wire/sample_time.h"

namespace betex::fix::testing {

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

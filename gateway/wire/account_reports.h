// Reports of an account's money and bets: as messages of our own in FIXT.1.1, of some of them in
// words for FIX.4.4.
#pragma once

#include "fix_spec/dialect.h"
#include "gateway/link/account_reports.h"
#include "gateway/link/market_reports.h"
#include "gateway/link/report_parts.h"
#include "gateway/wire/field_writer.h"

namespace betex::fix {

// The bodies, ascending by tag.
void write_settlement(FieldWriter& out, const ReportId& id, const SettlementReport& report);
void write_account_report(FieldWriter& out, const ReportId& id, const AccountReport& report);
void write_positions(FieldWriter& out, const PositionReport& report, FixVersion version);

// What FIX.4.4 is told in place of the first two.
[[nodiscard]] News in_words(const SettlementReport& report);
[[nodiscard]] News in_words(const AccountReport& report);

}  // namespace betex::fix

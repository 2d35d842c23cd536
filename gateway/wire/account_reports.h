// Reports of an account's money and bets: as the messages that FIXT.1.1 has for them, and in words
// for FIX.4.4, which has none.
#pragma once

#include "gateway/link/report.h"
#include "gateway/wire/field_writer.h"

namespace betex::fix {

// The bodies, ascending by tag.
void write_settlement(FieldWriter& out, const ReportId& id, const SettlementReport& report);
void write_account_report(FieldWriter& out, const ReportId& id, const AccountReport& report);
void write_positions(FieldWriter& out, const PositionReport& report);

// What FIX.4.4 is told in their place.
[[nodiscard]] News in_words(const SettlementReport& report);
[[nodiscard]] News in_words(const AccountReport& report);

}  // namespace betex::fix

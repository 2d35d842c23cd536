// What operators are told, and what of it others are told too; but for the halt of the exchange of
// FIXT.1.1 alone.
#pragma once

#include "gateway/link/market_reports.h"
#include "gateway/link/network_reports.h"
#include "gateway/link/operation_reports.h"
#include "gateway/link/report_parts.h"
#include "gateway/wire/field_writer.h"

namespace betex::fix {

// The bodies, ascending by tag.
void write_operations_report(FieldWriter& out, const ReportId& id, const OperationsReport& report);
void write_security_definition(FieldWriter& out,
                               const ReportId& id,
                               const SecurityDefinition& report);
void write_mass_action_report(FieldWriter& out,
                              const ReportId& id,
                              const OrderMassActionReport& report);
void write_party_action_report(FieldWriter& out,
                               const ReportId& id,
                               const PartyActionReport& report);
void write_trading_session_status(FieldWriter& out,
                                  const ReportId& id,
                                  const TradingSessionStatus& report);
void write_network_status(FieldWriter& out, const NetworkStatus& report);

// What FIX.4.4 is told in its place.
[[nodiscard]] News in_words(const TradingSessionStatus& report);

}  // namespace betex::fix

// Instruments: what there is to know of them, how they stand, and refusals of market data. Of
// FIXT.1.1 alone.
#pragma once

#include "gateway/link/market_reports.h"
#include "gateway/link/report_parts.h"
#include "gateway/wire/field_writer.h"

namespace betex::fix {

// The bodies, ascending by tag.
void write_security_status(FieldWriter& out, const ReportId& id, const SecurityStatus& report);
void write_security_list(FieldWriter& out, const SecurityList& report);
void write_security_list_update(FieldWriter& out, const SecurityListUpdate& report);
void write_market_data_request_reject(FieldWriter& out, const MarketDataRequestReject& report);

}  // namespace betex::fix

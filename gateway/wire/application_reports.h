// What a session is told of its order groups, of a replay that it has asked for, and of how much it
// may send: the bodies.
#pragma once

#include "gateway/link/order_reports.h"
#include "gateway/link/report_parts.h"
#include "gateway/link/session_reports.h"
#include "gateway/wire/field_writer.h"

namespace betex::fix {

void write_order_group_report(FieldWriter& out, const ReportId& id, const OrderGroupReport& report);
void write_replay_ack(FieldWriter& out, const ReplayAck& report);
void write_replay_end(FieldWriter& out, const ReplayEnd& report);
void write_throttles(FieldWriter& out, const ThrottleReport& report);

}  // namespace betex::fix

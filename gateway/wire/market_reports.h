// Instruments: what there is to know of them, and how they stand. Of FIXT.1.1 alone.
#pragma once

#include "gateway/link/report.h"
#include "gateway/wire/field_writer.h"

namespace betex::fix {

// The bodies, ascending by tag.
void write_security_status(FieldWriter& out, const ReportId& id, const SecurityStatus& report);
void write_security_list(FieldWriter& out, const SecurityList& report);

}  // namespace betex::fix

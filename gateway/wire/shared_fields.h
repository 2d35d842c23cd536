// Fields that reports of several kinds have in common.
#pragma once

#include <cstdint>

#include "fix_spec/reasons.h"
#include "gateway/link/report_parts.h"
#include "gateway/wire/field_writer.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

// Text(58), and at the end of the body tags 20001 and 20002: what every negative answer carries.
inline void write_reason_text(FieldWriter& out, matching::Reason reason) {
  out.text_if("58=", matching::to_text(reason));
}

inline void write_reason_codes(FieldWriter& out, matching::Reason reason) {
  if (reason != matching::Reason::None) {
    out.integer("20001=", static_cast<std::uint64_t>(reason));
    out.character("20002=", static_cast<char>(codes_of(reason).retry));
  }
}

// What a repeated message (97=Y) is recognised by, where it has no ExecID. Answers that tell of no
// event have none.
inline void write_report_id(FieldWriter& out, const ReportId& id) {
  if (id.event != matching::EventSeq{}) {
    out.report_id("20068=", id);
  }
}

}  // namespace betex::fix

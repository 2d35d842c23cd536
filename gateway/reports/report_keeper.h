// Who decides how much of the journal is kept, as the report stage sees it.
#pragma once

#include "gateway/reports/report_cursors.h"
#include "matching/types.h"

namespace betex::gateway {

// *Thread-safe.*
class ReportKeeper {
 public:
  virtual ~ReportKeeper() = default;

  // The session with this id is called so, in what people are told of it. Again is harmless.
  virtual void name_session(matching::SessionId session, const matching::Name& comp_id) = 0;

  // All events up to `taken`, of this time, have gone through the report stage, and perhaps some
  // more.
  virtual void reports_taken(const ReportCursors& cursors,
                             matching::EventSeq taken,
                             matching::Timestamp time) = 0;

  // Operators have the log up to this event elsewhere.
  virtual void watermark_moved(matching::EventSeq watermark) = 0;

  // The first event whose reports can still be made.
  [[nodiscard]] virtual matching::EventSeq kept_from() const = 0;
};

}  // namespace betex::gateway

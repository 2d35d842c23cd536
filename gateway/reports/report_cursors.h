// How far the reports of each session have got: the last one that there was, what the client has
// proven to have, and so from where on the journal may still be needed to make reports again. And
// what of the reports that there are follows from no configuration: who watches markets.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gateway/link/report_parts.h"
#include "gateway/reports/market_watches.h"
#include "matching/events.h"
#include "matching/types.h"

namespace betex::gateway {

// *Owned by one thread.*
class ReportCursors {
 public:
  // Event types that change nothing here are accepted and ignored.
  template <typename Event>
  void apply(matching::EventSeq seq, const Event& event) {
    if constexpr (std::is_same_v<Event, matching::MarketsWatched>) {
      watches_.note({.session = event.session, .seq = seq, .on = event.on});
    } else if constexpr (requires { event.session, event.delivered; }) {
      delivered(event.session, event.delivered);
    }
  }

  // There is a report for the session, after all those before.
  void reported(matching::SessionId session, fix::ReportId id);

  // There may have been reports for the session that nobody has seen, up to event `event`.
  void reported_unseen(matching::SessionId session, matching::EventSeq event);

  // The session's client has the reports of all events up to `event`.
  void delivered(matching::SessionId session, matching::EventSeq event);

  // Reports of events up to `event` can't be made any more, for whichever session.
  void give_up(matching::EventSeq event) noexcept { given_up_to_ = std::max(given_up_to_, event); }

  // The session's last report; zeros: none, or none that is not delivered.
  [[nodiscard]] fix::ReportId last(matching::SessionId session) const noexcept;

  // The last event up to which the session has all its reports, or needs none.
  [[nodiscard]] matching::EventSeq needed_after(matching::SessionId session) const noexcept;

  // A session that needs reports, of events after `after`.
  struct Need {
    matching::SessionId session;
    matching::EventSeq after;
  };

  // The one that needs the oldest. None where all reports have been delivered or given up.
  [[nodiscard]] std::optional<Need> oldest_need() const noexcept;

  // The last event whose reports nobody needs any more: all later ones must be kept. None as above.
  [[nodiscard]] std::optional<matching::EventSeq> needed_after() const noexcept;

  // The session may lack a report of an event up to `event` that can still be made.
  [[nodiscard]] bool lacks(matching::SessionId session, matching::EventSeq event) const noexcept;

  // Any session that does.
  [[nodiscard]] std::optional<matching::SessionId> find_lacking(
      matching::EventSeq event) const noexcept;

  // Events of which a session may have had reports, both included.
  struct Range {
    matching::EventSeq first;
    matching::EventSeq last;
  };

  // What a session will never be told whose client has the reports of events up to `got`, where
  // reports are made from event `kept_from` on.
  [[nodiscard]] std::optional<Range> lost(matching::SessionId session,
                                          matching::EventSeq got,
                                          matching::EventSeq kept_from) const noexcept;

  // The sessions that may lack reports of events up to `event`.
  [[nodiscard]] std::vector<matching::SessionId> behind(matching::EventSeq event) const;

  [[nodiscard]] const MarketWatches& watches() const noexcept { return watches_; }

  // What a snapshot after event `seq` keeps of this, little-endian, in 8 bytes where nothing else
  // is said: the version, 2; how many sessions have reports up to there that are not delivered; of
  // each of these session and leg (4 bytes each) and event of the last report, and the event after
  // which the reports are needed; then of each change up to there of who watches markets the
  // session, 1 or 0 (4 bytes each), and the event. It may be taken later than the snapshot.
  [[nodiscard]] std::string note(matching::EventSeq seq) const;

  // Takes in what note() has made, or an older program, whose version 1 is the same without how
  // many and without the changes. False, and nothing is taken, where the bytes are no note.
  [[nodiscard]] bool read_note(std::string_view bytes);

 private:
  struct Cursor {
    fix::ReportId last;
    matching::EventSeq delivered;
    matching::EventSeq needed_after;  // while last is beyond delivered

    [[nodiscard]] bool pending() const noexcept { return last.event > delivered; }
  };

  Cursor& cursor(matching::SessionId session);

  std::vector<Cursor> cursors_;  // by session id
  matching::EventSeq given_up_to_;
  MarketWatches watches_;
};

}  // namespace betex::gateway

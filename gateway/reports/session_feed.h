// The reports of one session on their way to it: live while the session keeps up, from the journal
// while it has been away or lags. *Owned by the report thread.*
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/link/report.h"
#include "gateway/link/session_link.h"
#include "gateway/reports/heard_since_logon.h"
#include "gateway/reports/long_answer.h"
#include "matching/types.h"

namespace betex::gateway {

// Reports on their way to one session (handed over, not yet written to its socket) at most; past
// it the session lags and is served from the journal.
inline constexpr std::size_t kMaxReportsInFlight = 4096;

// A lagging session gets at most so many reports at a time, and the next ones when less than
// kRefillBelow are on their way.
inline constexpr std::size_t kPortion = 64;
inline constexpr std::size_t kRefillBelow = 256;

// Requests with answers of many messages that may wait for one session; one more is refused.
inline constexpr std::size_t kMaxLongAnswers = 16;

struct SessionFeed {
  // The place in the journal of a session that is served from there.
  struct CatchUp {
    enum class Member : std::uint8_t { No, Yes, Full };

    matching::EventSeq read_to;  // all reports of events up to here were handed over
    Member member = Member::No;  // of the scan that is going on
  };

  // How far the session is with what another thread makes for it (EarlierReports).
  struct Earlier {
    std::uint32_t number = 0;   // of its last request, among those of this logon
    bool asked = false;         // which is under way
    bool untaken = false;       // a portion has come, and the next one is not asked for yet
    bool stands_still = false;  // that thread has failed: no report comes, but answers do
  };

  SubscriptionId subscription;  // 0: nobody listens
  fix::ReportId position;       // the last report that was handed over
  std::size_t in_flight = 0;
  std::optional<CatchUp> catch_up;  // none: live
  Earlier earlier;
  bool tell_progress = false;    // also where there is no report to hand over
  bool greet = false;            // it has logged on, and has not been live since
  HeardSinceLogon heard;         // until it is
  bool waits_for_turns = false;  // it catches up, or has long answers
  std::uint32_t replays = 0;     // that this logon was promised (ReplayRequest::number)

  // Made in this turn, handed over at its end.
  std::vector<fix::Report> outgoing;
  // Answers to requests that must not overtake the reports of a session that catches up.
  std::vector<fix::Report> answers;
  std::deque<LongAnswer> long_answers;

  // A report that it lacked, behind all those before.
  void take_late(fix::Report report) {
    position = report.id;
    if (greet) {
      heard.note(report);
    }
    outgoing.push_back(std::move(report));
  }

  void hand_over_answers() {
    std::move(answers.begin(), answers.end(), std::back_inserter(outgoing));
    answers.clear();
  }

  [[nodiscard]] bool listening() const noexcept { return subscription != SubscriptionId{0}; }

  [[nodiscard]] bool live() const noexcept { return listening() && !catch_up; }

  // No report that it lacks can come before them any more.
  [[nodiscard]] bool gets_answers() const noexcept { return live() || earlier.stands_still; }
};

}  // namespace betex::gateway

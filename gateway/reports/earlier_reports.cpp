#include "gateway/reports/earlier_reports.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "gateway/reports/news.h"
#include "gateway/reports/report_cursors.h"
#include "matching/assert.h"

namespace betex::gateway {

using matching::EventSeq;
using matching::SessionId;

bool EarlierReports::lacks_any(const SessionFeed& feed) const noexcept {
  return feed.catch_up && feed.catch_up->read_to < state_.begins_after;
}

void EarlierReports::serve(std::vector<SessionFeed>& feeds,
                           std::span<const SessionId> waiting,
                           EventSeq kept_from) {
  const EventSeq not_kept{kept_from.value() - 1};
  for (const SessionId session : waiting) {
    SessionFeed& feed = feeds[session.value()];
    if (!lacks_any(feed)) {
      continue;
    }
    EventSeq& read_to = feed.catch_up->read_to;
    read_to = std::max({read_to, not_kept, state_.cursors.needed_after(session)});
    if (!lacks_any(feed)) {
      leave(session, feed);
    } else if (feed.in_flight >= kRefillBelow) {
      continue;
    } else if (feed.earlier.stands_still) {
      feed.hand_over_answers();
    } else if (!feed.earlier.asked) {
      ask(session, feed);
    } else if (std::exchange(feed.earlier.untaken, false)) {
      feed_->taken(session, feed.subscription, feed.earlier.number);
    }
  }
}

void EarlierReports::ask(SessionId session, SessionFeed& feed) {
  BETEX_ASSERT(port_ != nullptr);
  ++feed.earlier.number;
  const fix::ReplayAck answer = port_->ask({.query = {.session = session,
                                                      .msg_seq_num = {},
                                                      .request_id = {},
                                                      .known_application = true,
                                                      .first = feed.catch_up->read_to.next(),
                                                      .last = state_.begins_after},
                                            .subscription = feed.subscription,
                                            .number = feed.earlier.number},
                                           state_.last_seq);
  if (answer.response == fix::ReplayResponse::Begins) {
    feed.earlier.asked = true;
    feed.earlier.untaken = false;
  } else {
    refused(session, feed, answer.available_from);
  }
}

void EarlierReports::take(SessionId session, SessionFeed& feed, ReplayPortion portion) {
  if (portion.subscription != feed.subscription || portion.number != feed.earlier.number ||
      !feed.earlier.asked || !lacks_any(feed)) {
    return;  // of an earlier logon, or not lacked any more
  }
  feed.earlier.untaken = true;
  for (fix::Report& report : portion.reports) {
    if (const auto* const cut = std::get_if<fix::ReplayAck>(&report.body)) {
      feed.earlier.asked = false;
      refused(session, feed, cut->available_from);
      return;
    }
    if (report.id > feed.position) {  // and not the end of it all
      // Of the last report's event there may be more.
      const EventSeq before{report.id.event.value() - 1};
      feed.catch_up->read_to = std::max(feed.catch_up->read_to, before);
      feed.take_late(std::move(report));
    }
  }
  if (portion.last) {
    feed.earlier.asked = false;
    feed.catch_up->read_to = state_.begins_after;
  }
}

// What is not there any more is left out. What is there and can't be made now is not: the session
// stands still, and a later start makes it; what it asks is answered all the same.
void EarlierReports::refused(SessionId session, SessionFeed& feed, EventSeq available_from) {
  EventSeq& read_to = feed.catch_up->read_to;
  const bool for_ever = available_from != EventSeq{0};
  ReportCursors::Range lost{.first = read_to.next(), .last = state_.begins_after};
  if (available_from > lost.first && available_from <= lost.last) {
    lost.last = EventSeq{available_from.value() - 1};
  }
  spdlog::error("session {}: reports of events {} to {} {}, it is told so",
                state_.model.comp_id(session).view(),
                lost.first.value(),
                lost.last.value(),
                for_ever ? "are not kept any more" : "and later ones wait for the next start");
  feed.outgoing.push_back(
      {.id = {},
       .body =
           news_of_loss(lost, for_ever ? Loss::ForEver : Loss::UntilNextStart, state_.last_time)});
  if (for_ever) {
    read_to = lost.last;
  } else {
    feed.earlier.stands_still = true;
    feed.hand_over_answers();
  }
}

void EarlierReports::leave(SessionId session, SessionFeed& feed) {
  feed.earlier.stands_still = false;
  if (std::exchange(feed.earlier.asked, false)) {
    feed_->leave(session, feed.subscription);
  }
}

}  // namespace betex::gateway

// Of operations: what goes on after a request, four eyes.
#include "tests/matching/exchange.h"
#include "tests/matching/log_invariants.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kProposalWaits = 900 * kSecond;

}  // namespace

// ---- What goes on -------------------------------------------------------------------------------

// Processes that one request has begun, or that follow each other, are of one group; all but those
// over the orders of an account or a session are about a market.
void LogInvariants::note_start(const BatchStarted& event) {
  const bool in_market = event.header.market != MarketId{};
  BatchId first = event.batch;
  if (in_market && started_now_ != BatchId{}) {
    first = progress_.at(started_now_).first;
  }
  for (Announcement& announcement : announcements_) {
    if (in_market && announcement.first != BatchId{}) {
      first = announcement.first;
    }
    announcement.is_followed |= in_market || announcement.first == BatchId{};
  }
  if (event.done_before != done_in(first)) {
    breach("items add up", "before " + number(event.batch));
  }
  progress_[event.batch] = {.first = first};
  started_now_ = event.batch;
}

void LogInvariants::note_work(BatchId batch, std::uint64_t items) {
  progress_[batch].items += items;
}

// By those that have ended.
std::uint64_t LogInvariants::done_in(BatchId first) const {
  std::uint64_t done = 0;
  for (const auto& [batch, progress] : progress_) {
    done += progress.first == first && !progress.runs ? progress.items : 0;
  }
  return done;
}

bool LogInvariants::others_run(BatchId batch) const {
  for (const auto& [other, progress] : progress_) {
    if (other != batch && progress.runs && progress.first == progress_.at(batch).first) {
      return true;
    }
  }
  return false;
}

void LogInvariants::items_add_up(const BatchCompleted& event) {
  const Progress& progress = progress_[event.batch];
  if (event.total != progress.items || event.done_before != done_in(progress.first)) {
    breach("items add up", number(event.batch));
  }
}

void LogInvariants::note_end(const BatchCompleted& event) {
  Progress& progress = progress_[event.batch];
  progress.runs = false;
  announcements_.push_back(
      {.first = progress.first, .goes_on = event.goes_on, .is_followed = others_run(event.batch)});
}

void LogInvariants::what_goes_on_is_followed() {
  for (const Announcement& announcement : announcements_) {
    if (announcement.goes_on != announcement.is_followed) {
      breach("what goes on is followed",
             announcement.goes_on ? "nothing follows" : "a process follows");
    }
  }
}

// ---- Four eyes ----------------------------------------------------------------------------------

void LogInvariants::check(const OperationProposed& event) {
  if (event.expires != header_.timestamp + Timestamp{kProposalWaits}) {
    breach("a proposal acts once and in time", "it waits for another time");
  }
  proposals_[seq_] = event;
}

void LogInvariants::proposal_acts_once_and_in_time(EventSeq proposed,
                                                   const Name& id,
                                                   bool is_late) {
  const auto found = proposals_.find(proposed);
  if (found == proposals_.end() || found->second.request_id != id) {
    breach("a proposal acts once and in time", "none was made by " + number(proposed));
    return;
  }
  const bool time_is_up = header_.timestamp >= found->second.expires;
  if (time_is_up != is_late) {
    breach("a proposal acts once and in time",
           number(proposed) + (time_is_up ? ": its time is up" : ": its time is not up"));
  }
  proposals_.erase(found);
}

void LogInvariants::check(const OperationApproved& event) {
  proposal_acts_once_and_in_time(event.proposed, event.proposal, false);
}

void LogInvariants::check(const OperationDropped& event) {
  proposal_acts_once_and_in_time(
      event.proposed, event.proposal, event.decliner == SessionId{} && event.request_id.empty());
}

}  // namespace betex::matching::testing

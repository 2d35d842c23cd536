#include "gateway/session/gap_requests.h"

#include <algorithm>

namespace betex::fix {

using matching::MsgSeqNum;

void GapRequests::begin() noexcept {
  *this = GapRequests{limits_};
}

void GapRequests::comes_unasked(MsgSeqNum next_in, MsgSeqNum up_to, TimePoint now) noexcept {
  asked(next_in, up_to, now);
  requests_ = 0;
}

// One request brings all that was sent before it is read: while it is served another one is due
// only when what was missing has come and something is missing again.
GapRequests::Next GapRequests::on_above(MsgSeqNum number,
                                        bool sent_again,
                                        MsgSeqNum next_in,
                                        TimePoint now) noexcept {
  if (number <= next_in) {
    return Next::Nothing;
  }
  missing_up_to_ = std::max(missing_up_to_, MsgSeqNum{number.value() - 1});
  note_progress(next_in, now);
  const bool begun_anew = number <= newest_sent_again_ || newest_sent_again_ == MsgSeqNum{};
  newest_sent_again_ = sent_again ? number : MsgSeqNum{};
  if (next_in > asked_up_to_) {
    return Next::Ask;
  }
  if (sent_again) {
    heard_at_ = now;
    // One that was under way when we asked goes on upwards, and says nothing of the answer.
    answers_last_request_ = answers_last_request_ || begun_anew;
    passed_ = passed_ || answers_last_request_;
  }
  return again_if_due(now);
}

GapRequests::Next GapRequests::on_time(MsgSeqNum next_in, bool unread, TimePoint now) noexcept {
  if (next_in > missing_up_to_) {
    return Next::Nothing;
  }
  note_progress(next_in, now);
  if (unread) {
    heard_at_ = now;
  }
  return again_if_due(now);
}

void GapRequests::asked(MsgSeqNum next_in, MsgSeqNum up_to, TimePoint now) noexcept {
  note_progress(next_in, now);
  missing_up_to_ = std::max(missing_up_to_, up_to);
  asked_up_to_ = missing_up_to_;
  asked_at_ = now;
  heard_at_ = now;
  ++requests_;
  answers_last_request_ = false;
  passed_ = false;
}

void GapRequests::note_progress(MsgSeqNum next_in, TimePoint now) noexcept {
  if (next_in != progress_) {
    progress_ = next_in;
    requests_ = 0;
    heard_at_ = now;
    passed_ = false;
  }
}

GapRequests::Next GapRequests::again_if_due(TimePoint now) noexcept {
  const bool silent = now - heard_at_ >= limits_.silence;
  if ((!passed_ && !silent) || now - asked_at_ < limits_.interval) {
    return Next::Nothing;
  }
  return requests_ < limits_.requests ? Next::Ask : Next::GiveUp;
}

}  // namespace betex::fix

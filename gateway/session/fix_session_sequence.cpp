// What becomes of a message by its number, and by whose and of when it says that it is: it waits
// above a gap, was taken before, ends the session, or has its turn. What lacks is asked for.
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "gateway/session/fix_session.h"
#include "gateway/wire/inbound_order.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/tags.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

// Above a gap so much is kept; the rest is dropped unread, and comes with the resend.
constexpr std::size_t kMaxAboveGap = 256;
constexpr std::size_t kMaxAboveGapBytes = std::size_t{512} << 10;

constexpr Refusal kNotFix{.session_reject_reason = session_reject::kOther,
                          .text = "Not a FIX message"};

}  // namespace

// What has become of it, where that is all; nothing: it has its turn.
std::optional<FixSession::Taken> FixSession::take_by_number(std::string_view frame,
                                                            MsgSeqNum number) {
  const MsgSeqNum next_in = quickfix_.next_in();
  const Turn turn = turn_of(fields_, number, next_in);
  if (turn == Turn::AboveGap) {
    keep_above_gap(frame, number);
    return Taken::Yes;
  }
  if (const auto refused = refuse_for_its_header(number)) {
    return refused;
  }
  if (turn == Turn::TooLow) {
    end_by_logout("MsgSeqNum too low, expecting " + std::to_string(next_in.value()) +
                  " but received " + std::to_string(number.value()));
    return Taken::Yes;
  }
  if (turn == Turn::Repetition) {
    quickfix_.heard();
    return Taken::Yes;
  }
  return std::nullopt;
}

// Who speaks to whom, in which version and when: what QuickFIX would look at as well, but its
// Logout does not say why, and for a wrong BeginString it uses up a number that has not come.
std::optional<FixSession::Taken> FixSession::refuse_for_its_header(MsgSeqNum number) {
  if (fields_.begin_string() != begin_string(settings_.version)) {
    if (number == quickfix_.next_in()) {
      quickfix_.set_next_in(number.next());
    }
    note_end(SessionEnd::Fault);
    send_logout("Incorrect BeginString");
    return Taken::Yes;
  }
  const auto refusal = check_header();
  if (!refusal) {
    return std::nullopt;
  }
  const bool journaled = number == quickfix_.next_in() && !is_session_message(fields_.msg_type());
  if (journaled && !may_refuse()) {
    return Taken::NotYet;
  }
  reject(*refusal, number);
  if (refusal->session_reject_reason != session_reject::kRequiredTagMissing) {
    note_end(SessionEnd::Fault);
    send_logout(std::string{refusal->text});
  }
  return Taken::Yes;
}

bool FixSession::has_good_header() const {
  return fields_.begin_string() == begin_string(settings_.version) && !check_header();
}

// Fields that are missing or malformed are for the guard.
std::optional<Refusal> FixSession::check_header() const {
  const std::string_view sender = fields_.sender_comp_id();
  const std::string_view target = fields_.target_comp_id();
  if (!sender.empty() && sender != settings_.comp_id) {
    return Refusal{.ref_tag_id = tag::kSenderCompId,
                   .session_reject_reason = session_reject::kCompIdProblem,
                   .text = "SenderCompID(49) is not this session's"};
  }
  if (!target.empty() && target != settings_.our_comp_id) {
    return Refusal{.ref_tag_id = tag::kTargetCompId,
                   .session_reject_reason = session_reject::kCompIdProblem,
                   .text = "TargetCompID(56) is not this session's"};
  }
  if (parse_utc_timestamp(fields_.sending_time()) && !has_good_sending_time()) {
    return Refusal{.ref_tag_id = tag::kSendingTime,
                   .session_reject_reason = session_reject::kSendingTimeAccuracy,
                   .text = "SendingTime(52) is too far from our clock"};
  }
  return check_orig_sending_time(fields_);
}

// One whose number comes too early comes again, and is refused then.
void FixSession::handle_refusal(const Refusal& refusal, MsgSeqNum number) {
  if (number == quickfix_.next_in() || is_reset(fields_)) {
    reject(refusal, number);
  } else if (fields_.msg_type() == "5") {
    handle_logout(number);  // who goes is not held back by a field
  } else {
    ask_for_what_lacks_below(number, false);
  }
}

// A SequenceReset that is refused changes nothing: its own number means nothing.
void FixSession::reject(const Refusal& refusal, MsgSeqNum number) {
  quickfix_.reject({.ref_seq_num = number,
                    .ref_msg_type = std::string{fields_.msg_type()},
                    .ref_tag_id = refusal.ref_tag_id,
                    .reason = refusal.session_reject_reason,
                    .text = std::string{refusal.text}});
  if (number == quickfix_.next_in() && !is_reset(fields_)) {
    quickfix_.set_next_in(number.next());
  }
}

void FixSession::handle_session_message(std::string_view frame, MsgSeqNum number) {
  const std::string_view type = fields_.msg_type();
  frame_.assign(frame);
  if (type == "2") {
    begin_resend(frame, number);
  } else if (type == "5") {
    handle_logout(number);
  } else if (type == "4") {
    handle_sequence_reset(number);
  } else if (!quickfix_.receive(frame_)) {
    handle_refusal(kNotFix, number);
  }
}

// QuickFIX does not count a gap fill that it refuses, and takes one that leads nowhere: either
// would be asked for again for ever.
void FixSession::handle_sequence_reset(MsgSeqNum number) {
  const MsgSeqNum next_in = quickfix_.next_in();
  const auto new_number = parse_uint(fields_.value(tag::kNewSeqNo));
  const bool fills_a_gap = !is_reset(fields_);
  if (fills_a_gap && new_number && *new_number <= number.value()) {
    return handle_refusal({.ref_tag_id = tag::kNewSeqNo,
                           .session_reject_reason = session_reject::kValueIncorrect,
                           .text = "NewSeqNo is not above MsgSeqNum"},
                          number);
  }
  if (!quickfix_.receive(frame_)) {
    handle_refusal(kNotFix, number);
  } else if (fills_a_gap && quickfix_.next_in() == next_in) {
    quickfix_.set_next_in(number.next());
  }
}

// One above a gap is answered, behind our request for what lacks: the client, which has begun to
// go, sends that and closes, or is left when its time is over. QuickFIX would close at once.
void FixSession::handle_logout(MsgSeqNum number) {
  const MsgSeqNum next_in = quickfix_.next_in();
  if (number == next_in) {
    if (!quickfix_.receive(frame_)) {
      handle_refusal(kNotFix, number);
    }
    if (!disconnect_asked_) {
      return;  // it was refused
    }
  } else if (number < next_in || quickfix_.sent_logout() || reading_stopped_) {
    send_logout({});
    disconnect_asked_ = true;
  } else {
    ask_for_what_lacks_below(number, false);
    send_logout({});
    leave_by_ = std::chrono::steady_clock::now() + environment_.limits.logout_above_gap_grace;
  }
  note_end(SessionEnd::ClientLogout);
  logout_received_ = true;
}

// ---- What lacks ---------------------------------------------------------------------------------

void FixSession::keep_above_gap(std::string_view frame, MsgSeqNum number) {
  quickfix_.heard();
  ask_for_what_lacks_below(number, is_sent_again(fields_));
  if (above_gap_.contains(number)) {
    return;
  }
  if (above_gap_.size() >= kMaxAboveGap || above_gap_bytes_ + frame.size() > kMaxAboveGapBytes) {
    environment_.metrics.messages_above_gap_lost.add();
    return;
  }
  above_gap_.emplace(number, frame);
  above_gap_bytes_ += frame.size();
}

void FixSession::ask_for_what_lacks_below(MsgSeqNum number, bool sent_again) {
  ask_for_what_lacks(gap_requests_.on_above(
      number, sent_again, quickfix_.next_in(), std::chrono::steady_clock::now()));
}

void FixSession::ask_again_in_time() {
  ask_for_what_lacks(
      gap_requests_.on_time(quickfix_.next_in(), has_input(), std::chrono::steady_clock::now()));
}

void FixSession::ask_for_what_lacks(GapRequests::Next next) {
  const MsgSeqNum next_in = quickfix_.next_in();
  switch (next) {
    case GapRequests::Next::Nothing:
      break;
    case GapRequests::Next::Ask:
      quickfix_.request_resend();
      gap_requests_.asked(next_in, next_in, std::chrono::steady_clock::now());
      break;
    case GapRequests::Next::GiveUp:
      end_by_logout("MsgSeqNum " + std::to_string(next_in.value()) +
                    " has not come, however often it was asked for");
      break;
  }
}

}  // namespace betex::fix

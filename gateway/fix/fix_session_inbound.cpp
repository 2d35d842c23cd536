// What comes in: frames, in the order of their numbers, through the guard to QuickFIX or to the
// decoder (fix_session_requests.cpp).
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/fix/fix_session.h"
#include "gateway/fix/session_reject.h"
#include "gateway/fix/tags.h"

namespace betex::fix {

namespace asio = boost::asio;
using matching::MsgSeqNum;

namespace {

// Above a gap so much is kept; the rest is dropped unread, and comes with the resend.
constexpr std::size_t kMaxAboveGap = 256;
constexpr std::size_t kMaxAboveGapBytes = std::size_t{512} << 10;

constexpr std::uint16_t kOther = 99;  // 373

// Whether a message whose number is too high waits until its turn comes. The others are for now.
bool waits_above_gap(const FieldTable& fields) {
  const std::string_view type = fields.msg_type();
  if (type == "4") {
    return fields.value(tag::kGapFillFlag) == "Y";
  }
  return type != "2" && type != "5";
}

}  // namespace

void FixSession::receive(Connection& connection, InboundFrames frames) {
  asio::post(strand_,
             [self = shared_from_this(),
              connection = connection.shared_from_this(),
              frames = std::move(frames)]() mutable {
               if (connection == self->connection_ && self->state_ == State::On) {
                 self->frames_ = std::move(frames);
                 self->next_frame_ = 0;
                 self->process_frames();
               }
             });
}

// Each frame needs a credit for the command that it may become. Without it nothing more is taken,
// and nothing more is read; the same goes for a peer that does not read what it is sent.
void FixSession::process_frames() {
  if (state_ != State::On) {
    return;
  }
  while (!disconnect_asked_ && !paused_ && !relogon_ && has_input()) {
    if (queue_.unwritten_bytes() > environment_.limits.outbound_queue_bytes) {
      break;  // on_written() goes on
    }
    const std::size_t credits = reading_stopped_ ? 0 : 1;
    if (credits != 0 && !environment_.commands.try_reserve(credits)) {
      retry_later();
      break;
    }
    credits_ = credits;
    const Taken taken = take_input();
    if (credits_ != 0) {
      environment_.commands.release(std::exchange(credits_, 0));
    }
    if (taken == Taken::NotYet) {
      break;  // who knows when it is time goes on
    }
  }
  end_turn();
  if (disconnect_asked_) {
    return end(logout_received_ ? matching::SessionDownReason::Logout
                                : matching::SessionDownReason::Disconnect);
  }
  if (!frames_.empty() && !has_input()) {
    frames_.clear();
    connection_->read_more();
  }
}

// What has waited above a gap comes before what is read now.
bool FixSession::has_input() {
  if (logon_above_gap_ != MsgSeqNum{} && logon_above_gap_ == quickfix_.next_in()) {
    quickfix_.set_next_in(logon_above_gap_.next());  // it was the first to be read
    expected_in_ = quickfix_.next_in();
  }
  while (!above_gap_.empty() && above_gap_.begin()->first < quickfix_.next_in()) {
    above_gap_bytes_ -= above_gap_.begin()->second.size();
    above_gap_.erase(above_gap_.begin());
  }
  return next_frame_ < frames_.size() ||
         (!above_gap_.empty() && above_gap_.begin()->first == quickfix_.next_in());
}

FixSession::Taken FixSession::take_input() {
  if (!above_gap_.empty() && above_gap_.begin()->first == quickfix_.next_in()) {
    const auto waiting = above_gap_.begin();
    if (handle_frame(waiting->second) == Taken::NotYet) {
      return Taken::NotYet;
    }
    above_gap_bytes_ -= waiting->second.size();
    above_gap_.erase(waiting);
    return Taken::Yes;
  }
  if (handle_frame(frames_[next_frame_]) == Taken::NotYet) {
    return Taken::NotYet;
  }
  environment_.metrics.messages_in.add();
  ++next_frame_;
  return Taken::Yes;
}

void FixSession::pause_reading(Throttle::Clock::time_point until) {
  paused_ = true;
  pause_timer_.expires_at(until);
  pause_timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
    self->paused_ = false;
    self->process_frames();
  });
}

FixSession::Taken FixSession::handle_frame(std::string_view frame) {
  fields_.read(frame, environment_.limits.fields);
  if (reading_stopped_ && fields_.msg_type() != "5") {
    return Taken::Yes;  // and forgotten, so the client sends it again at its next logon
  }
  const GuardResult result = guard(fields_, settings_.version);
  if (const auto* garbled = std::get_if<Garbled>(&result)) {
    environment_.metrics.messages_garbled.add();
    environment_.refusals.write(RefusalKind::GarbledInSession,
                                spdlog::level::warn,
                                "session {}: garbled message ignored: {}",
                                settings_.comp_id,
                                garbled->why);
    disconnect_asked_ = ++garbled_ > environment_.limits.garbled_messages;
    return Taken::Yes;
  }
  if (fields_.msg_type() == "A") {
    return handle_logon(frame);
  }
  const MsgSeqNum number = fields_.msg_seq_num().value();
  const MsgSeqNum next_in = quickfix_.next_in();
  if (fields_.msg_type() == "0" && probe_ != MsgSeqNum{} &&
      fields_.value(tag::kTestReqId) == std::to_string(probe_.value())) {
    on_probe_answered();
  }
  if (number > next_in && waits_above_gap(fields_)) {
    keep_above_gap(frame, number);
    return Taken::Yes;
  }
  handled_in_ = MsgSeqNum{next_in.value() - 1};
  if (const auto* refusal = std::get_if<Refusal>(&result)) {
    if (number == next_in && !is_session_message(fields_.msg_type()) && !may_refuse()) {
      return Taken::NotYet;
    }
    handle_refusal(*refusal, number);
  } else if (const auto bad_range = check_resend_request()) {
    handle_refusal(*bad_range, number);
  } else if (handle_numbered(frame, number) == Taken::NotYet) {
    return Taken::NotYet;
  }
  expected_in_ = quickfix_.next_in();
  if (number == next_in && expected_in_ > next_in) {
    note_answers();
  }
  return Taken::Yes;
}

// Of a message in sequence: which of our messages it proves to have arrived.
void FixSession::note_answers() {
  if (!resends_.empty()) {
    return;
  }
  if (const auto answered = parse_uint(fields_.value(tag::kTestReqId));
      answered && fields_.msg_type() == "0") {
    proof_.answered(MsgSeqNum{*answered});
  }
  const auto processed = parse_uint(fields_.value(tag::kLastMsgSeqNumProcessed));
  if (processed && !fields_.poss_dup() && *processed <= outbound_.last_number.value()) {
    proof_.processed(MsgSeqNum{*processed});
  }
  unproven_.proven(proof_.proven());
  if (held_since_) {
    send_waiting_reports();
  }
}

// Only in sequence: a number that comes too early comes again with the resend.
void FixSession::handle_refusal(const Refusal& refusal, MsgSeqNum number) {
  if (number != quickfix_.next_in()) {
    return ask_for_what_lacks_below(number);
  }
  quickfix_.reject({.ref_seq_num = number,
                    .ref_msg_type = std::string{fields_.msg_type()},
                    .ref_tag_id = refusal.ref_tag_id,
                    .reason = refusal.session_reject_reason,
                    .text = std::string{refusal.text}});
  quickfix_.set_next_in(number.next());
}

FixSession::Taken FixSession::handle_numbered(std::string_view frame, MsgSeqNum number) {
  const std::string_view type = fields_.msg_type();
  frame_number_ = number;
  if (number == quickfix_.next_in() && !is_session_message(type) && has_good_header()) {
    // Guard and decoder have checked, or will, all that QuickFIX would: it need not see it. They
    // also tell a type that we do not take from one that there is not.
    quickfix_.heard();
    if (handle_application(number) == Taken::NotYet) {
      return Taken::NotYet;
    }
    quickfix_.set_next_in(number.next());
    return Taken::Yes;
  }
  frame_.assign(frame);
  if (type == "2") {
    if (resends_wait_enough()) {
      return Taken::NotYet;
    }
    begin_resend(frame, number);
    return Taken::Yes;
  }
  if (type == "5") {
    handle_logout(number);
    return Taken::Yes;
  }
  if (type == "4" && fields_.value(tag::kGapFillFlag) == "Y") {
    handle_gap_fill(number);
    return Taken::Yes;
  }
  if (!quickfix_.receive(frame_)) {
    handle_refusal({.session_reject_reason = kOther, .text = "Not a FIX message"}, number);
  }
  return Taken::Yes;
}

// What QuickFIX asks of every message besides, and answers by a Reject and a Logout.
bool FixSession::has_good_header() const {
  return fields_.begin_string() == begin_string(settings_.version) &&
         fields_.sender_comp_id() == settings_.comp_id &&
         fields_.target_comp_id() == settings_.our_comp_id && has_good_sending_time();
}

// QuickFIX does not count a gap fill that it refuses, and takes one that leads nowhere: either
// would be asked for again for ever.
void FixSession::handle_gap_fill(MsgSeqNum number) {
  const MsgSeqNum next_in = quickfix_.next_in();
  const auto new_number = parse_uint(fields_.value(tag::kNewSeqNo));
  if (number == next_in && new_number && *new_number <= number.value()) {
    return handle_refusal({.ref_tag_id = tag::kNewSeqNo,
                           .session_reject_reason = session_reject::kValueIncorrect,
                           .text = "NewSeqNo is not above MsgSeqNum"},
                          number);
  }
  if (!quickfix_.receive(frame_)) {
    handle_refusal({.session_reject_reason = kOther, .text = "Not a FIX message"}, number);
  } else if (number == next_in && quickfix_.next_in() == next_in) {
    quickfix_.set_next_in(number.next());
  }
}

// QuickFIX moves the expected number for every Logout. For one above a gap that would be the
// number of a message that has never come.
void FixSession::handle_logout(MsgSeqNum number) {
  // Where it answers a Logout of QuickFIX's, that was for a fault.
  note_end(quickfix_.sent_logout() ? SessionEnd::Fault : SessionEnd::ClientLogout);
  logout_received_ = true;
  const MsgSeqNum next_in = quickfix_.next_in();
  if (!quickfix_.receive(frame_)) {
    handle_refusal({.session_reject_reason = kOther, .text = "Not a FIX message"}, number);
  } else if (number != next_in) {
    quickfix_.set_next_in(next_in);
  }
}

// One request brings all that was sent before it is read: another one is due only when what lacked
// has come and something lacks again.
void FixSession::ask_for_what_lacks_below(MsgSeqNum number) {
  const MsgSeqNum next_in = quickfix_.next_in();
  if (number > next_in && next_in > asked_up_to_) {
    asked_up_to_ = MsgSeqNum{number.value() - 1};
    quickfix_.request_resend();
  }
}

void FixSession::keep_above_gap(std::string_view frame, MsgSeqNum number) {
  quickfix_.heard();
  ask_for_what_lacks_below(number);
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

}  // namespace betex::fix

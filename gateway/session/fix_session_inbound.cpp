// What comes in: frames, through the guard and in the order of their numbers
// (fix_session_sequence.cpp), to QuickFIX or to the decoder (fix_session_requests.cpp).
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/wire/tags.h"

namespace betex::fix {

namespace asio = boost::asio;
using matching::MsgSeqNum;

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

void FixSession::unreadable(Connection& connection, std::string why) {
  asio::post(strand_,
             [self = shared_from_this(),
              connection = connection.shared_from_this(),
              why = std::move(why)] {
               if (connection == self->connection_ && self->state_ == State::On) {
                 self->end_by_logout(why);
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
  if (const auto* unnumbered = std::get_if<Unnumbered>(&result)) {
    end_by_logout(std::string{unnumbered->why});
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
  handled_in_ = MsgSeqNum{next_in.value() - 1};
  if (const auto taken = take_by_number(frame, number)) {
    expected_in_ = quickfix_.next_in();
    return *taken;
  }
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

// Guard and decoder have checked, or will, all that QuickFIX would of an application message: it
// need not see it. They also tell a type that we do not take from one that there is not.
FixSession::Taken FixSession::handle_numbered(std::string_view frame, MsgSeqNum number) {
  const std::string_view type = fields_.msg_type();
  frame_number_ = number;
  if (is_session_message(type)) {
    if (type == "2" && resends_wait_enough()) {
      return Taken::NotYet;
    }
    handle_session_message(frame, number);
    return Taken::Yes;
  }
  quickfix_.heard();
  if (handle_application(number) == Taken::NotYet) {
    return Taken::NotYet;
  }
  quickfix_.set_next_in(number.next());
  return Taken::Yes;
}

}  // namespace betex::fix

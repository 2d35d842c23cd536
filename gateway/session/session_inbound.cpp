// What comes in: frames, through the guard and in the order of their numbers
// (session_inbound_sequence.cpp), to QuickFIX or to the decoder (session_inbound_requests.cpp).
#include "gateway/session/session_inbound.h"

#include <utility>
#include <variant>

#include "gateway/session/session_metrics.h"
#include "gateway/session/session_outbound.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/tags.h"

namespace betex::fix {

using matching::MsgSeqNum;

SessionInbound::SessionInbound(OrderSessionCore& core, Owner& owner, SessionOutbound& outbound)
    : core_{core},
      owner_{owner},
      outbound_{outbound},
      gap_requests_{core.environment.limits.gap_requests},
      brake_{core, [this] { process_frames(); }} {}

void SessionInbound::begin() {
  handled_ = MsgSeqNum{expected_.value() - 1};
  receipt_.begin();
}

void SessionInbound::place_logon(const Logon& logon) {
  gap_requests_.begin();
  logon_above_gap_ = {};
  if (logon.number > expected_) {
    logon_above_gap_ = logon.number;
    core_.quickfix.set_next_in(expected_);
    const MsgSeqNum up_to{logon.number.value() - 1};
    const auto now = std::chrono::steady_clock::now();
    if (logon.next_expected) {
      gap_requests_.comes_unasked(expected_, up_to, now);
    } else {
      core_.quickfix.request_resend();
      gap_requests_.asked(expected_, up_to, now);
    }
  }
  expected_ = core_.quickfix.next_in();
}

MsgSeqNum SessionInbound::last_processed() {
  return receipt_.number(core_.quickfix.next_in());
}

void SessionInbound::set_logon_frames(InboundFrames frames) {
  frames_ = std::move(frames);
  next_frame_ = 1;
}

void SessionInbound::receive(InboundFrames frames) {
  frames_ = std::move(frames);
  next_frame_ = 0;
  process_frames();
}

void SessionInbound::process_frames() {
  if (!core_.is_on()) {
    return;
  }
  now_ = core_.environment.clock.now();
  steady_now_ = Throttle::Clock::now();
  while (!core_.ending.is_to_disconnect() && !brake_.pauses() && !owner_.waits_for_logon() &&
         has_input()) {
    if (outbound_.is_full() && !core_.is_operator()) {
      break;  // when some of it has left it goes on
    }
    const std::size_t credits = core_.reading_stopped ? 0 : 1;
    if (credits != 0 && !core_.environment.commands.try_reserve(credits, core_.ring_share())) {
      owner_.on_no_credit();
      break;
    }
    credits_ = credits;
    const Taken taken = take_input();
    if (credits_ != 0) {
      core_.environment.commands.release(std::exchange(credits_, 0));
    }
    if (taken == Taken::NotYet) {
      break;  // who knows when it is time goes on
    }
  }
  outbound_.end_turn();
  if (core_.ending.is_to_disconnect()) {
    return owner_.end(core_.ending.down_reason());
  }
  if (outbound_.close_operator_who_reads_nothing()) {
    return;
  }
  if (!frames_.empty() && !has_input()) {
    frames_.clear();
    core_.connection->read_more();
  }
}

// What has waited above a gap comes before what is read now.
bool SessionInbound::has_input() {
  if (logon_above_gap_ != MsgSeqNum{} && logon_above_gap_ == core_.quickfix.next_in()) {
    core_.quickfix.set_next_in(logon_above_gap_.next());  // it was the first to be read
    expected_ = core_.quickfix.next_in();
  }
  return above_gap_.first_from(core_.quickfix.next_in()) != nullptr || has_unread();
}

SessionInbound::Taken SessionInbound::take_input() {
  if (const std::string* waiting = above_gap_.first_from(core_.quickfix.next_in())) {
    if (handle_frame(*waiting) == Taken::NotYet) {
      return Taken::NotYet;
    }
    above_gap_.remove_first();
    return Taken::Yes;
  }
  if (handle_frame(frames_[next_frame_]) == Taken::NotYet) {
    return Taken::NotYet;
  }
  core_.environment.metrics.messages_in.add();
  ++next_frame_;
  return Taken::Yes;
}

SessionInbound::Taken SessionInbound::handle_frame(std::string_view frame) {
  core_.fields.read(frame, core_.environment.limits.fields);
  if (core_.reading_stopped && core_.fields.msg_type() != "5") {
    return Taken::Yes;  // and forgotten, so the client sends it again at its next logon
  }
  const GuardResult result = guard(core_.fields, core_.settings.version);
  if (const auto* unnumbered = std::get_if<Unnumbered>(&result)) {
    core_.end_by_logout(std::string{unnumbered->why});
    return Taken::Yes;
  }
  if (core_.fields.msg_type() == "A") {
    return owner_.handle_logon(frame);
  }
  const MsgSeqNum number = core_.fields.msg_seq_num().value();
  const MsgSeqNum next_in = core_.quickfix.next_in();
  if (core_.fields.msg_type() == "0") {
    owner_.on_heartbeat(core_.fields.value(tag::kTestReqId));
  }
  handled_ = MsgSeqNum{next_in.value() - 1};
  if (const auto taken = take_by_number(frame, number)) {
    expected_ = core_.quickfix.next_in();
    return *taken;
  }
  if (const auto* refusal = std::get_if<Refusal>(&result)) {
    if (is_to_be_journaled(number) && !brake_.may_refuse()) {
      return Taken::NotYet;
    }
    handle_refusal(*refusal, number);
  } else if (const auto bad_range =
                 check_resend_request(core_.fields, outbound_.numbers().last())) {
    handle_refusal(*bad_range, number);
  } else if (handle_numbered(frame, number) == Taken::NotYet) {
    return Taken::NotYet;
  }
  expected_ = core_.quickfix.next_in();
  if (number == next_in && expected_ > next_in) {
    outbound_.note_answers();
  }
  return Taken::Yes;
}

// Guard and decoder have checked, or will, all that QuickFIX would of an application message: it
// need not see it. They also know a type that we do not take from one that does not exist.
SessionInbound::Taken SessionInbound::handle_numbered(std::string_view frame, MsgSeqNum number) {
  const std::string_view type = core_.fields.msg_type();
  frame_number_ = number;
  if (is_session_message(type)) {
    if (type == "2" && outbound_.resends().full()) {
      return wait_for_resends();
    }
    handle_session_message(frame, number);
    return Taken::Yes;
  }
  core_.quickfix.heard();
  if (handle_application(number) == Taken::NotYet) {
    return Taken::NotYet;
  }
  core_.quickfix.set_next_in(number.next());
  return Taken::Yes;
}

// Behind it stands what an operator asks, which must not wait for as long as his resends take.
SessionInbound::Taken SessionInbound::wait_for_resends() {
  if (!core_.is_operator()) {
    return Taken::NotYet;
  }
  core_.end_by_logout("too many ResendRequests(2) that are not answered yet");
  return Taken::Yes;
}

}  // namespace betex::fix

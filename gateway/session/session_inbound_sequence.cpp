// What becomes of a message by its number, and by whose and of when it says that it is: it waits
// above a gap, was taken before, ends the session, or has its turn. What is missing is asked for.
#include <string>

#include "gateway/session/session_inbound.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_outbound.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/inbound_order.h"
#include "gateway/wire/tags.h"

namespace betex::fix {

using matching::MsgSeqNum;

// What has become of it, where that is all; nothing: it has its turn.
std::optional<SessionInbound::Taken> SessionInbound::take_by_number(std::string_view frame,
                                                                    MsgSeqNum number) {
  const MsgSeqNum next_in = core_.quickfix.next_in();
  const Turn turn = turn_of(core_.fields, number, next_in);
  if (turn == Turn::AboveGap) {
    keep_above_gap(frame, number);
    return Taken::Yes;
  }
  if (const auto refused = refuse_for_its_header(number)) {
    return refused;
  }
  if (turn == Turn::TooLow) {
    core_.end_by_logout("MsgSeqNum too low, expecting " + std::to_string(next_in.value()) +
                        " but received " + std::to_string(number.value()));
    return Taken::Yes;
  }
  if (turn == Turn::Repetition) {
    core_.quickfix.heard();
    return Taken::Yes;
  }
  if (const auto processed = processed_but_never_sent()) {
    core_.end_for_another_history(never_sent_text(*processed, outbound_.numbers().last()));
    return Taken::Yes;
  }
  return std::nullopt;
}

// One that is sent again bears what was right when it was sent first.
std::optional<MsgSeqNum> SessionInbound::processed_but_never_sent() const {
  const auto processed = parse_uint(core_.fields.value(tag::kLastMsgSeqNumProcessed));
  if (!processed || core_.fields.poss_dup() || outbound_.numbers().may_use(MsgSeqNum{*processed})) {
    return std::nullopt;
  }
  return MsgSeqNum{*processed};
}

// In which version it is, who speaks to whom and when.
std::optional<SessionInbound::Taken> SessionInbound::refuse_for_its_header(MsgSeqNum number) {
  if (core_.refuse_other_version(number)) {
    return Taken::Yes;
  }
  const auto refusal = core_.check_header(now_);
  if (!refusal) {
    return std::nullopt;
  }
  const bool ends_session = refusal->session_reject_reason != session_reject::kRequiredTagMissing;
  if (is_to_be_journaled(number)) {
    if (!brake_.may_refuse()) {
      return Taken::NotYet;
    }
    refuse_in_sequence(*refusal, number);
    if (ends_session) {
      core_.log_out_behind_reject(number, refusal->text);
    }
    return Taken::Yes;
  }
  core_.reject(*refusal, number);
  if (ends_session) {
    core_.ending.note(SessionEnd::Fault);
    core_.send_logout(std::string{refusal->text});
  }
  return Taken::Yes;
}

// Refusing it uses its number up: else it would come again after a crash, and might act.
bool SessionInbound::is_to_be_journaled(MsgSeqNum number) const {
  return number == core_.quickfix.next_in() && !is_session_message(core_.fields.msg_type());
}

// Its Reject(3) is a report, made from the event like every other answer: so it comes once,
// whatever is killed, and again when it is asked for.
void SessionInbound::refuse_in_sequence(const Refusal& refusal, MsgSeqNum number) {
  take(number,
       SessionReject{.ref_tag_id = refusal.ref_tag_id,
                     .session_reject_reason = refusal.session_reject_reason,
                     .text = refusal.text,
                     .request_id = readable_request_id(core_.fields)});
  handled_ = number;
  core_.quickfix.set_next_in(number.next());
}

bool SessionInbound::has_good_header() const {
  return core_.fields.begin_string() == begin_string(core_.settings.version) &&
         !core_.check_header(now_);
}

// One whose number comes too early comes again, and is refused then.
void SessionInbound::handle_refusal(const Refusal& refusal, MsgSeqNum number) {
  if (is_to_be_journaled(number)) {
    refuse_in_sequence(refusal, number);
  } else if (number == core_.quickfix.next_in() || is_reset(core_.fields)) {
    core_.reject(refusal, number);
  } else if (core_.fields.msg_type() == "5") {
    handle_logout({}, number);  // who goes is not held back by a field
  } else {
    request_missing_below(number, false);
  }
}

void SessionInbound::handle_session_message(std::string_view frame, MsgSeqNum number) {
  const std::string_view type = core_.fields.msg_type();
  if (type == "2") {
    return handle_resend_request(frame, number);
  }
  const std::string whole{frame};  // QuickFIX takes no view
  if (type == "5") {
    handle_logout(whole, number);
  } else if (type == "4") {
    if (const auto refusal = core_.take_sequence_reset(whole, number)) {
      handle_refusal(*refusal, number);
    }
  } else if (!core_.quickfix.receive(whole)) {
    handle_refusal(kNotFix, number);
  }
}

// Its own number is used up here, so that what comes behind it need not wait for the resend.
void SessionInbound::handle_resend_request(std::string_view frame, MsgSeqNum number) {
  const bool in_sequence = number == core_.quickfix.next_in();
  if (in_sequence) {
    core_.quickfix.set_next_in(number.next());
  }
  outbound_.begin_resend(frame, number, in_sequence && !core_.fields.poss_dup());
}

// One above a gap is answered, behind our request for what is missing: the client, which has begun
// to go, sends that and closes, or is left when its time is over. QuickFIX would close at once.
void SessionInbound::handle_logout(const std::string& frame, MsgSeqNum number) {
  const MsgSeqNum next_in = core_.quickfix.next_in();
  if (number == next_in) {
    if (!core_.quickfix.receive(frame)) {
      handle_refusal(kNotFix, number);
    }
    if (!core_.ending.is_to_disconnect()) {
      return;  // it was refused
    }
  } else if (number < next_in || core_.quickfix.sent_logout() || core_.reading_stopped) {
    core_.send_logout({});
    core_.ending.disconnect();
  } else {
    request_missing_below(number, false);
    core_.send_logout({});
    core_.ending.leave_by(std::chrono::steady_clock::now() +
                          core_.environment.limits.logout_above_gap_grace);
  }
  core_.ending.note(SessionEnd::ClientLogout);
  core_.ending.by_logout();
}

// ---- What is missing ----------------------------------------------------------------------------

void SessionInbound::keep_above_gap(std::string_view frame, MsgSeqNum number) {
  core_.quickfix.heard();
  request_missing_below(number, is_sent_again(core_.fields));
  if (!above_gap_.keep(number, frame)) {
    core_.environment.metrics.messages_above_gap_lost.add();
  }
}

void SessionInbound::request_missing_below(MsgSeqNum number, bool sent_again) {
  request_missing(gap_requests_.on_above(
      number, sent_again, core_.quickfix.next_in(), std::chrono::steady_clock::now()));
}

void SessionInbound::request_missing_again() {
  request_missing(gap_requests_.on_time(
      core_.quickfix.next_in(), has_input(), std::chrono::steady_clock::now()));
}

void SessionInbound::request_missing(GapRequests::Next next) {
  const MsgSeqNum next_in = core_.quickfix.next_in();
  switch (next) {
    case GapRequests::Next::Nothing:
      break;
    case GapRequests::Next::Ask:
      core_.quickfix.request_resend();
      gap_requests_.asked(next_in, next_in, std::chrono::steady_clock::now());
      break;
    case GapRequests::Next::GiveUp:
      core_.end_by_logout("MsgSeqNum " + std::to_string(next_in.value()) +
                          " has not come, however often it was asked for");
      break;
  }
}

}  // namespace betex::fix

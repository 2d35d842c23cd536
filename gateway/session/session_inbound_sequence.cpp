// What becomes of a message by its number, and by whose and of when it says that it is: it waits
// above a gap, was taken before, ends the session, or has its turn. What is missing is asked for.
#include <string>

#include "gateway/session/session_inbound.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_outbound.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/inbound_order.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/tags.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

constexpr Refusal kNotFix{.session_reject_reason = session_reject::kOther,
                          .text = "Not a FIX message"};

}  // namespace

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

std::string never_sent_text(MsgSeqNum processed, MsgSeqNum last) {
  return "LastMsgSeqNumProcessed(369) is " + std::to_string(processed.value()) +
         ", but our last number is " + std::to_string(last.value());
}

// One that is sent again bears what was right when it was sent first.
std::optional<MsgSeqNum> SessionInbound::processed_but_never_sent() const {
  const auto processed = parse_uint(core_.fields.value(tag::kLastMsgSeqNumProcessed));
  if (!processed || core_.fields.poss_dup() || outbound_.numbers().may_use(MsgSeqNum{*processed})) {
    return std::nullopt;
  }
  return MsgSeqNum{*processed};
}

// Who speaks to whom, in which version and when: what QuickFIX would look at as well, but its
// Logout does not say why, and for a wrong BeginString it uses up a number that has not come.
std::optional<SessionInbound::Taken> SessionInbound::refuse_for_its_header(MsgSeqNum number) {
  if (core_.fields.begin_string() != begin_string(core_.settings.version)) {
    if (number == core_.quickfix.next_in()) {
      core_.quickfix.set_next_in(number.next());
    }
    core_.ending.note(SessionEnd::Fault);
    core_.send_logout("Incorrect BeginString");
    return Taken::Yes;
  }
  const auto refusal = check_header();
  if (!refusal) {
    return std::nullopt;
  }
  const bool journaled =
      number == core_.quickfix.next_in() && !is_session_message(core_.fields.msg_type());
  if (journaled && !may_refuse()) {
    return Taken::NotYet;
  }
  reject(*refusal, number);
  if (refusal->session_reject_reason != session_reject::kRequiredTagMissing) {
    core_.ending.note(SessionEnd::Fault);
    core_.send_logout(std::string{refusal->text});
  }
  return Taken::Yes;
}

bool SessionInbound::has_good_header() const {
  return core_.fields.begin_string() == begin_string(core_.settings.version) && !check_header();
}

// Fields that are missing or malformed are for the guard.
std::optional<Refusal> SessionInbound::check_header() const {
  const std::string_view sender = core_.fields.sender_comp_id();
  const std::string_view target = core_.fields.target_comp_id();
  if (!sender.empty() && sender != core_.settings.comp_id) {
    return Refusal{.ref_tag_id = tag::kSenderCompId,
                   .session_reject_reason = session_reject::kCompIdProblem,
                   .text = "SenderCompID(49) is not this session's"};
  }
  if (!target.empty() && target != core_.settings.our_comp_id) {
    return Refusal{.ref_tag_id = tag::kTargetCompId,
                   .session_reject_reason = session_reject::kCompIdProblem,
                   .text = "TargetCompID(56) is not this session's"};
  }
  const auto sent = parse_utc_timestamp(core_.fields.sending_time());
  if (sent && !core_.sending_time.passes(*sent, now_)) {
    return Refusal{.ref_tag_id = tag::kSendingTime,
                   .session_reject_reason = session_reject::kSendingTimeAccuracy,
                   .text = "SendingTime(52) is too far from our clock"};
  }
  return check_orig_sending_time(core_.fields);
}

// One whose number comes too early comes again, and is refused then.
void SessionInbound::handle_refusal(const Refusal& refusal, MsgSeqNum number) {
  if (number == core_.quickfix.next_in() || is_reset(core_.fields)) {
    reject(refusal, number);
  } else if (core_.fields.msg_type() == "5") {
    handle_logout({}, number);  // who goes is not held back by a field
  } else {
    request_missing_below(number, false);
  }
}

// A SequenceReset that is refused changes nothing: its own number means nothing.
void SessionInbound::reject(const Refusal& refusal, MsgSeqNum number) {
  core_.quickfix.reject({.ref_seq_num = number,
                         .ref_msg_type = std::string{core_.fields.msg_type()},
                         .ref_tag_id = refusal.ref_tag_id,
                         .reason = refusal.session_reject_reason,
                         .text = std::string{refusal.text}});
  if (number == core_.quickfix.next_in() && !is_reset(core_.fields)) {
    core_.quickfix.set_next_in(number.next());
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
    handle_sequence_reset(whole, number);
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

// QuickFIX does not count a gap fill that it refuses, and takes one that leads nowhere: either
// would be asked for again for ever.
void SessionInbound::handle_sequence_reset(const std::string& frame, MsgSeqNum number) {
  const MsgSeqNum next_in = core_.quickfix.next_in();
  const auto new_number = parse_uint(core_.fields.value(tag::kNewSeqNo));
  const bool fills_a_gap = !is_reset(core_.fields);
  if (fills_a_gap && new_number && *new_number <= number.value()) {
    return handle_refusal({.ref_tag_id = tag::kNewSeqNo,
                           .session_reject_reason = session_reject::kValueIncorrect,
                           .text = "NewSeqNo is not above MsgSeqNum"},
                          number);
  }
  if (!core_.quickfix.receive(frame)) {
    handle_refusal(kNotFix, number);
  } else if (fills_a_gap && core_.quickfix.next_in() == next_in) {
    core_.quickfix.set_next_in(number.next());
  }
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

// What becomes of an application message in sequence, and of what QuickFIX refuses: a command or a
// query on the ring, its number used up in the journal before anybody hears of it. Also what a
// session may ask for: how many messages, mass cancels and refusals.
#include <string>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "fix_spec/reasons.h"
#include "gateway/session/fix_session.h"
#include "gateway/wire/tags.h"
#include "journal/quoted.h"
#include "matching/assert.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

bool is_refusal(const Decoded& decoded) {
  return std::holds_alternative<SessionReject>(decoded) ||
         std::holds_alternative<BusinessReject>(decoded);
}

Decoded refusal_of(matching::Reason reason, const FieldTable& fields) {
  return BusinessReject{.business_reject_reason = codes_of(reason).business_reject_reason,
                        .reason = reason,
                        .request_id = readable_request_id(fields)};
}

}  // namespace

// NotYet: it is more than the session may send, and waits with all behind it.
FixSession::Taken FixSession::handle_application(MsgSeqNum number) {
  Decoded decoded = decode_request();
  const bool refused = is_refusal(decoded);
  if (refused && !may_refuse()) {
    return Taken::NotYet;
  }
  switch (weigh()) {
    case Throttle::Verdict::Pass:
      break;
    case Throttle::Verdict::Pause:
      return Taken::NotYet;
    case Throttle::Verdict::Refuse:
      if (!refused && !may_refuse()) {
        return Taken::NotYet;
      }
      environment_.metrics.messages_throttled.add();
      decoded = refusal_of(matching::Reason::Throttled, fields_);
      break;
  }
  take_decoded(number, decoded);
  return Taken::Yes;
}

// In sequence: the frame that QuickFIX was given.
void FixSession::on_application_message(MsgSeqNum number) {
  BETEX_ASSERT(number == frame_number_);
  take_decoded(number, decode_request());
}

void FixSession::take_decoded(MsgSeqNum number, const Decoded& decoded) {
  std::visit([&](const auto& what) { take(number, what); }, decoded);
  handled_in_ = number;
}

// Without room on the disk what adds to it is refused: orders, and requests whose answers would be
// kept for a resend. What takes risk away is not.
Decoded FixSession::decode_request() const {
  Decoded decoded = decode(fields_,
                           {.version = settings_.version,
                            .role = settings_.role,
                            .session = id_,
                            .accounts = settings_.accounts});
  const bool query = std::holds_alternative<gateway::Query>(decoded);
  const bool places = std::holds_alternative<matching::PlaceOrder>(decoded);
  const bool amends = std::holds_alternative<matching::AmendOrder>(decoded);
  const bool room =
      environment_.commands.accepts_orders() && !environment_.cache.space().disk_is_low();
  if ((query || places) && !room) {
    return refusal_of(matching::Reason::LowDiskSpace, fields_);
  }
  if ((places || amends) && !environment_.clock.certain()) {
    return refusal_of(matching::Reason::ClockUncertain, fields_);
  }
  if (query && has_too_many_answers()) {
    return refusal_of(matching::Reason::Throttled, fields_);
  }
  return decoded;
}

// A message that is too many is refused, one that comes again waits: it was sent when it was not
// too many. What takes risk away is never refused for that: a cancel passes, and a mass cancel,
// which may cost as much as thousands of them, waits beyond a rate of its own.
Throttle::Verdict FixSession::weigh() {
  const auto now = Throttle::Clock::now();
  const bool mass_cancel = fields_.msg_type() == "q";
  if (fields_.msg_type() == "F") {
    return Throttle::Verdict::Pass;
  }
  Throttle& throttle = mass_cancel ? mass_cancels_ : throttle_;
  const bool waits = mass_cancel || fields_.poss_dup();
  const Throttle::Verdict verdict = waits ? throttle.weigh_resent(now) : throttle.weigh(now);
  if (verdict == Throttle::Verdict::Pause) {
    pause_reading(throttle.resume_at());
  }
  return verdict;
}

// Takes one from what the journal takes of refusals, or pauses.
bool FixSession::may_refuse() {
  const auto later = environment_.refusal_share.take(refusal_window_, Throttle::Clock::now());
  if (later) {
    pause_reading(*later);
  }
  return !later;
}

void FixSession::take(MsgSeqNum number, const matching::CommandBody& request) {
  submit_application(number, request);
}

void FixSession::take(MsgSeqNum /*number*/, const gateway::Query& query) {
  ++unanswered_;
  use_credit(query);
}

void FixSession::take(MsgSeqNum number, const BusinessReject& refused) {
  environment_.metrics.messages_refused.add();
  if (refused.reason == matching::Reason::NotEntitled) {
    environment_.refusals.write(RefusalKind::NotEntitled,
                                spdlog::level::warn,
                                "session {}: message {} (35={}) refused: not for its {}",
                                settings_.comp_id,
                                number.value(),
                                fields_.msg_type(),
                                refused.tag == tag::kAccount ? "accounts" : "role");
  }
  submit_application(number, to_command(refused, fields_.msg_type()));
}

void FixSession::take(MsgSeqNum number, const SessionReject& refused) {
  decoder_reject_ = refused;
  quickfix_.reject({.ref_seq_num = number,
                    .ref_msg_type = std::string{fields_.msg_type()},
                    .ref_tag_id = refused.ref_tag_id,
                    .reason = refused.session_reject_reason,
                    .text = std::string{refused.text}});
  decoder_reject_ = {};
}

void FixSession::take(MsgSeqNum /*number*/, Unanswered /*what*/) {
  constexpr std::uint32_t kText = 58;
  constexpr std::size_t kLoggedText = 64;
  const auto refused = parse_uint(fields_.value(tag::kRefSeqNum));
  environment_.refusals.write(
      RefusalKind::RefusedByClient,
      spdlog::level::warn,
      "session {}: message {} of ours was refused by a BusinessMessageReject: {}",
      settings_.comp_id,
      refused ? std::to_string(*refused) : "(RefSeqNum is no number)",
      journal::in_quotes(fields_.value(kText), kLoggedText));
}

// A refusal that uses up an application message's number is journaled before anybody hears of it:
// the Reject and what follows it wait in the outbound queue.
void FixSession::on_reject(const RejectFields& reject) {
  environment_.metrics.messages_refused.add();
  resend_refused_ = true;
  const bool consumed =
      reject.ref_seq_num > handled_in_ && reject.ref_seq_num <= quickfix_.next_in();
  if (!consumed || is_session_message(reject.ref_msg_type)) {
    return;
  }
  const SessionReject refused{.ref_tag_id = reject.ref_tag_id,
                              .session_reject_reason = reject.reason,
                              .text = {},
                              .request_id = decoder_reject_.request_id};
  queue_.hold_from_here(reject.ref_seq_num);
  submit_application(reject.ref_seq_num, to_command(refused, reject.ref_msg_type));
  handled_in_ = reject.ref_seq_num;
}

void FixSession::on_business_reject(const RejectFields& reject) {
  environment_.metrics.messages_refused.add();
  if (reject.ref_seq_num <= handled_in_) {
    return;
  }
  const BusinessReject refused{.business_reject_reason = reject.reason,
                               .reason = matching::Reason::MalformedMessage,
                               .tag = reject.ref_tag_id,
                               .request_id = {}};
  submit_application(reject.ref_seq_num, to_command(refused, reject.ref_msg_type));
  handled_in_ = reject.ref_seq_num;
}

void FixSession::submit_application(MsgSeqNum number, matching::CommandBody body) {
  matching::Command command;
  command.origin = {.session = id_, .epoch = epoch_, .msg_seq_num = number};
  command.body = body;
  receipt_.submitted(number);
  use_credit(command);
}

void FixSession::use_credit(gateway::RingCommand command) {
  BETEX_ASSERT(credits_ > 0);
  --credits_;
  environment_.commands.submit(std::move(command));
}

}  // namespace betex::fix

// What becomes of an application message in sequence, and of what QuickFIX refuses: a command or a
// query on the ring, its number used up in the journal before anybody hears of it.
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "fix_spec/reasons.h"
#include "gateway/fix/fix_session.h"
#include "gateway/fix/tags.h"
#include "matching/assert.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

BusinessReject not_now(matching::Reason reason, const matching::ClOrdId& cl_ord_id) {
  return {.business_reject_reason = codes_of(reason).business_reject_reason,
          .reason = reason,
          .request_id = cl_ord_id};
}

}  // namespace

// In sequence: the frame that QuickFIX was given.
void FixSession::on_application_message(MsgSeqNum number) {
  BETEX_ASSERT(number == frame_number_);
  Decoded decoded = decode(fields_,
                           {.version = settings_.version,
                            .role = settings_.role,
                            .session = id_,
                            .accounts = settings_.accounts});
  const auto* const place = std::get_if<matching::PlaceOrder>(&decoded);
  const auto* const amend = std::get_if<matching::AmendOrder>(&decoded);
  if (place != nullptr && !environment_.commands.accepts_orders()) {
    decoded = not_now(matching::Reason::LowDiskSpace, place->cl_ord_id);
  } else if ((place != nullptr || amend != nullptr) && !environment_.clock.certain()) {
    decoded = not_now(matching::Reason::ClockUncertain,
                      place != nullptr ? place->cl_ord_id : amend->cl_ord_id);
  }
  std::visit([&](const auto& what) { take(number, what); }, decoded);
  handled_in_ = number;
}

void FixSession::take(MsgSeqNum number, const matching::CommandBody& request) {
  submit_application(number, request);
}

void FixSession::take(MsgSeqNum /*number*/, const gateway::Query& query) {
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
  spdlog::warn("session {}: message {} of ours was refused by a BusinessMessageReject",
               settings_.comp_id,
               fields_.value(tag::kRefSeqNum));
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

// What is proven to have arrived, and what a client may make us keep that proves nothing: reports
// are kept until they are proven, so at its bound a session gets no further one.
#include <algorithm>

#include <spdlog/spdlog.h>

#include "gateway/session/session_cache.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_outbound.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/tags.h"

namespace betex::fix {

using matching::EventSeq;
using matching::MsgSeqNum;

// What earlier logons sent in this epoch can be proven at once, but for their last event, of which
// there may be more: the answer to the first question proves it. Where an epoch has begun it is
// sent again first.
void SessionOutbound::begin_proof() {
  const OutboundState& state = numbers_.state();
  prove_behind_.reset();
  if (state.poss_resend_to.event > std::max(state.sent.event, delivered_)) {
    prove_behind_ = state.poss_resend_to.event;
  } else if (state.sent.event > delivered_) {
    prove_behind_ = EventSeq{};
  }
  proof_.begin(delivered_, state.sent.event);
  unproven_.proven(delivered_);
  if (state.sent.event > delivered_) {
    proof_.complete(numbers_.last(), EventSeq{state.sent.event.value() - 1});
  }
  hold_.end();
  unanswered_ = 0;
}

void SessionOutbound::note_answers() {
  if (!resends_.none()) {
    return;
  }
  const FieldTable& fields = core_.fields;
  if (const auto answered = parse_uint(fields.value(tag::kTestReqId));
      answered && fields.msg_type() == "0") {
    proof_.answered(MsgSeqNum{*answered});
  }
  const auto processed = parse_uint(fields.value(tag::kLastMsgSeqNumProcessed));
  if (processed && !fields.poss_dup() && *processed <= numbers_.last().value()) {
    proof_.processed(MsgSeqNum{*processed});
  }
  unproven_.proven(proof_.proven());
  if (hold_.is_on()) {
    send_waiting_reports();
  }
}

MsgSeqNum SessionOutbound::send_test_request() {
  const MsgSeqNum number = numbers_.next();
  core_.quickfix.test_request(number);
  proof_.asked(number);
  return number;
}

void SessionOutbound::look_after_proof() {
  core_.orders.cache.space().look_at_disk_if_due();
  confirm_delivery();
  ask_for_proof();
  check_held_reports();
}

void SessionOutbound::confirm_delivery() {
  if (const auto delivered = proof_.take_news()) {
    delivered_ = *delivered;
    owner_.submit_control(matching::ConfirmDelivery{.session = core_.id, .delivered = *delivered});
  }
}

void SessionOutbound::ask_for_proof() {
  const auto interval = core_.environment.limits.delivery_proof_interval;
  if (interval && std::chrono::steady_clock::now() - last_asked_ >= *interval) {
    ask_for_proof_at_once();
  }
}

// Also for a client that stays for less than the interval, or asks for a resend at each logon: it
// would never be asked.
void SessionOutbound::ask_for_proof_at_once() {
  if (!core_.environment.limits.delivery_proof_interval || !proof_.wants_to_ask() ||
      !resends_.none() || core_.quickfix.sent_logout()) {
    return;
  }
  last_asked_ = std::chrono::steady_clock::now();
  (void)send_test_request();
}

// ---- Reports that are held for want of proof ----------------------------------------------------

// At its bound between two deliveries, so that the question can be about something whole. In the
// midst of one where the cache is full of what others, too, have not proven, which the bounds are
// to prevent.
bool SessionOutbound::waits_for_proof(const Report& next) {
  unproven_.proven(proof_.proven());
  const bool at_bound = next_report_ == 0 && unproven_.at_bound();
  const bool answer = next.id.event == EventSeq{};
  if (!at_bound && core_.orders.cache.make_room(core_.id, answer, proof_.proven())) {
    hold_.end();
    return false;
  }
  if (hold_.begin(std::chrono::steady_clock::now())) {
    core_.environment.metrics.reports_held.add();
    core_.environment.refusals.write(
        RefusalKind::NothingProven,
        spdlog::level::warn,
        "session {}: {} bytes of reports are not proven to have arrived{}: it gets no further one",
        core_.settings.comp_id,
        unproven_.bytes(),
        at_bound ? "" : ", and the session cache is full");
  }
  ask_for_proof_at_once();
  return true;
}

void SessionOutbound::check_held_reports() {
  if (!hold_.is_on() || core_.quickfix.sent_logout()) {
    return;
  }
  if (!resends_.none()) {
    hold_.restart(std::chrono::steady_clock::now());
  }
  send_waiting_reports();
  // Reports give way, and not what an operator may still have to ask.
  if (core_.is_operator()) {
    return;
  }
  if (hold_.is_on_for(core_.environment.limits.proof_patience, std::chrono::steady_clock::now())) {
    core_.ending.note(SessionEnd::NothingProven);
    core_.ending.by_logout();
    core_.send_logout(
        "Too many reports are not proven to have arrived: answer our TestRequests(1) in sequence");
  }
}

}  // namespace betex::fix

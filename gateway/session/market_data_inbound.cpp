#include "gateway/session/market_data_inbound.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "gateway/link/clock.h"
#include "gateway/session/resends.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/inbound_order.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/tags.h"

namespace betex::fix {

using matching::MsgSeqNum;
using matching::Reason;

namespace {

// A client that asks for resends without pause would be sent nothing but images.
constexpr std::chrono::seconds kBetweenResends{1};

constexpr MsgSeqNum kBehindLogon{2};

}  // namespace

MarketDataInbound::MarketDataInbound(SessionCore& core, Owner& owner, MarketDataOutbound& outbound)
    : core_{core}, owner_{owner}, outbound_{outbound}, brake_{core, [this] { process_frames(); }} {}

void MarketDataInbound::set_logon_frames(InboundFrames frames) {
  frames_ = std::move(frames);
  next_frame_ = 1;
}

void MarketDataInbound::begin() {
  expected_ = kBehindLogon;
  resent_at_.reset();
}

void MarketDataInbound::receive(InboundFrames frames) {
  frames_ = std::move(frames);
  next_frame_ = 0;
  process_frames();
}

void MarketDataInbound::process_frames() {
  if (!core_.is_on()) {
    return;
  }
  now_ = core_.environment.clock.now();
  while (has_unread() && !brake_.pauses() && !outbound_.is_full() &&
         !core_.ending.is_to_disconnect()) {
    const Taken taken = handle_frame(frames_[next_frame_]);
    expected_ = core_.quickfix.next_in();
    if (taken == Taken::NotYet) {
      break;
    }
    core_.environment.metrics.messages_in.add();
    ++next_frame_;
  }
  outbound_.end_turn();
  if (core_.ending.is_to_disconnect()) {
    return owner_.end(core_.ending.down_reason());
  }
  if (!frames_.empty() && !has_unread()) {
    frames_.clear();
    core_.connection->read_more();
  }
}

// ---- By its number ------------------------------------------------------------------------------

MarketDataInbound::Taken MarketDataInbound::handle_frame(std::string_view frame) {
  core_.fields.read(frame, core_.environment.limits.fields);
  if (core_.reading_stopped && core_.fields.msg_type() != "5") {
    return Taken::Yes;
  }
  const GuardResult guarded = guard(core_.fields, core_.settings.version);
  if (const auto* unnumbered = std::get_if<Unnumbered>(&guarded)) {
    core_.end_by_logout(std::string{unnumbered->why});
    return Taken::Yes;
  }
  if (core_.fields.msg_type() == "A") {
    core_.end_by_logout("a Logon, but the session is on: connect again for new numbers");
    return Taken::Yes;
  }
  if (core_.fields.msg_type() == "0") {
    owner_.on_heartbeat(core_.fields.value(tag::kTestReqId));
  }
  return handle_numbered(frame, guarded);
}

MarketDataInbound::Taken MarketDataInbound::handle_numbered(std::string_view frame,
                                                            const GuardResult& guarded) {
  const MsgSeqNum number = core_.fields.msg_seq_num().value();
  if (is_out_of_turn(number) || core_.refuse_other_version(number)) {
    return Taken::Yes;
  }
  if (const auto refusal = core_.check_header(now_)) {
    const Taken taken = reject(*refusal, number);
    if (taken == Taken::Yes &&
        refusal->session_reject_reason != session_reject::kRequiredTagMissing) {
      core_.ending.note(SessionEnd::Fault);
      core_.send_logout(std::string{refusal->text});
    }
    return taken;
  }
  if (is_of_another_history()) {
    return Taken::Yes;
  }
  if (const auto* refusal = std::get_if<Refusal>(&guarded)) {
    return reject(*refusal, number);
  }
  if (is_session_message(core_.fields.msg_type())) {
    return handle_session_message(frame, number);
  }
  core_.quickfix.heard();
  const Taken taken = handle_application(number);
  if (taken == Taken::Yes) {
    core_.quickfix.set_next_in(number.next());
  }
  return taken;
}

// True: what becomes of it has become of it. Who goes is let go, whatever his number.
bool MarketDataInbound::is_out_of_turn(MsgSeqNum number) {
  const MsgSeqNum next_in = core_.quickfix.next_in();
  if (number == next_in || is_reset(core_.fields)) {
    return false;
  }
  if (core_.fields.msg_type() == "5") {
    handle_logout({}, number);
  } else if (number < next_in && core_.fields.poss_dup()) {
    core_.quickfix.heard();  // it was taken before
  } else {
    core_.end_by_logout(std::string{"MsgSeqNum too "} + (number < next_in ? "low" : "high") +
                        ", expecting " + std::to_string(next_in.value()) + " but received " +
                        std::to_string(number.value()));
  }
  return true;
}

// NotYet: it has been refused too much in this second.
MarketDataInbound::Taken MarketDataInbound::reject(const Refusal& refusal, MsgSeqNum number) {
  if (!brake_.may_refuse()) {
    return Taken::NotYet;
  }
  core_.reject(refusal, number);
  return Taken::Yes;
}

// 369 of what was never sent: whatever its client has seen, it was not this session.
bool MarketDataInbound::is_of_another_history() {
  const auto processed = parse_uint(core_.fields.value(tag::kLastMsgSeqNumProcessed));
  if (!processed || core_.fields.poss_dup() || MsgSeqNum{*processed} <= outbound_.last()) {
    return false;
  }
  core_.end_by_logout(never_sent_text(MsgSeqNum{*processed}, outbound_.last()));
  return true;
}

// ---- The session layer's messages ---------------------------------------------------------------

MarketDataInbound::Taken MarketDataInbound::handle_session_message(std::string_view frame,
                                                                   MsgSeqNum number) {
  const std::string_view type = core_.fields.msg_type();
  if (type == "2") {
    return handle_resend_request(number);
  }
  const std::string whole{frame};  // QuickFIX takes no view
  if (type == "5") {
    handle_logout(whole, number);
  } else if (type == "4") {
    if (const auto refusal = core_.take_sequence_reset(whole, number)) {
      return reject(*refusal, number);
    }
  } else if (!core_.quickfix.receive(whole)) {
    return reject(kNotFix, number);
  }
  return Taken::Yes;
}

// Prices of a moment ago are of no use to anybody: in their place there is one gap fill, which
// QuickFIX makes since nothing is kept, and then md sends images of how it is now.
MarketDataInbound::Taken MarketDataInbound::handle_resend_request(MsgSeqNum number) {
  if (const auto refusal = check_resend_request(core_.fields, outbound_.last())) {
    return reject(*refusal, number);
  }
  const TimePoint now = std::chrono::steady_clock::now();
  if (resent_at_ && now < *resent_at_ + kBetweenResends) {
    brake_.pause_until(*resent_at_ + kBetweenResends);
    return Taken::NotYet;
  }
  resent_at_ = now;
  const std::uint32_t newest = outbound_.last().value();
  const std::uint32_t first = parse_uint(core_.fields.value(tag::kBeginSeqNo)).value();
  const std::uint32_t last = parse_uint(core_.fields.value(tag::kEndSeqNo)).value();
  const std::string request = cut(
      core_.fields,
      {.first = MsgSeqNum{first}, .last = MsgSeqNum{last == 0 ? newest : std::min(last, newest)}},
      now_);
  core_.quickfix.set_next_in(number.next());
  if (core_.quickfix.receive(request)) {
    core_.environment.metrics.resends.add();
    owner_.on_resend_filled();
  }
  core_.quickfix.set_next_in(number.next());  // whatever QuickFIX has made of it
  return Taken::Yes;
}

void MarketDataInbound::handle_logout(const std::string& frame, MsgSeqNum number) {
  if (number == core_.quickfix.next_in()) {
    if (!core_.quickfix.receive(frame)) {
      core_.reject(kNotFix, number);
    }
    if (!core_.ending.is_to_disconnect()) {
      return;  // it was refused
    }
  } else {
    core_.send_logout({});
    core_.ending.disconnect();
  }
  core_.ending.note(SessionEnd::ClientLogout);
  core_.ending.by_logout();
}

// ---- Requests -----------------------------------------------------------------------------------

// NotYet: it is more than the session may send, and waits with all behind it.
MarketDataInbound::Taken MarketDataInbound::handle_application(MsgSeqNum number) {
  Decoded decoded = decode(core_.fields,
                           {.version = core_.settings.version,
                            .role = core_.settings.role,
                            .session = core_.id,
                            .accounts = {},
                            .currency = {}});
  const auto weigh = [this] {
    return brake_.weigh(Effect::Nothing, core_.fields.poss_dup(), Throttle::Clock::now());
  };
  if (!brake_.lets_through(decoded, weigh)) {
    return Taken::NotYet;
  }
  std::visit([&](auto& what) { take(number, std::move(what)); }, decoded);
  return Taken::Yes;
}

void MarketDataInbound::take(MsgSeqNum /*number*/, gateway::MarketDataRequest request) {
  owner_.ask(std::move(request));
}

void MarketDataInbound::take(MsgSeqNum number, const gateway::Query& query) {
  if (const auto* const securities = std::get_if<gateway::SecurityListQuery>(&query)) {
    return owner_.ask(*securities);
  }
  take(number, not_entitled());
}

void MarketDataInbound::take(MsgSeqNum number, const SessionReject& refused) {
  core_.quickfix.reject({.ref_seq_num = number,
                         .ref_msg_type = std::string{core_.fields.msg_type()},
                         .ref_tag_id = refused.ref_tag_id,
                         .reason = refused.session_reject_reason,
                         .text = std::string{refused.text}});
}

BusinessReject MarketDataInbound::not_entitled() const {
  return refusal_of(Reason::NotEntitled, core_.fields);
}

void MarketDataInbound::take(MsgSeqNum number, const BusinessReject& refused) {
  core_.environment.metrics.messages_refused.add();
  if (refused.reason == Reason::NotEntitled) {
    core_.environment.refusals.write(RefusalKind::NotEntitled,
                                     spdlog::level::warn,
                                     "session {}: message {} (35={}) refused: not for its role",
                                     core_.settings.comp_id,
                                     number.value(),
                                     core_.fields.msg_type());
  }
  outbound_.send(Report{.id = {},
                        .body = BusinessMessageReject{
                            .ref_seq_num = number,
                            .ref_msg_type = to_command(refused, core_.fields.msg_type()).msg_type,
                            .business_reject_ref_id = refused.request_id,
                            .business_reject_reason = refused.business_reject_reason,
                            .retry_after_ms = refused.retry_after_ms,
                            .reason = refused.reason}});
}

void MarketDataInbound::take(MsgSeqNum /*number*/, const MarketDataRequestReject& refused) {
  core_.environment.metrics.messages_refused.add();
  outbound_.send(Report{.id = {}, .body = refused});
}

void MarketDataInbound::take(MsgSeqNum /*number*/, Unanswered /*what*/) {
  core_.log_refused_by_client();
}

}  // namespace betex::fix

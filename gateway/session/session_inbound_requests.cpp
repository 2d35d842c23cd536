// What becomes of an application message in sequence, and of what QuickFIX refuses: a command or a
// query on the ring, its number used up in the journal before anybody hears of it.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "gateway/session/session_cache.h"
#include "gateway/session/session_inbound.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_outbound.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/wire/requests.h"
#include "gateway/wire/tags.h"
#include "matching/assert.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

bool is_about_network(const gateway::Query& query) {
  return std::holds_alternative<gateway::NetworkStatusQuery>(query);
}

// An OrderGroupRequest(UOG) that trips a group takes risk away, like a cancel. All its orders had
// to pass the throttle to be there.
bool trips_a_group(const FieldTable& fields) noexcept {
  return fields.msg_type() == "UOG" && fields.value(tag::kOrderGroupAction) == "4";
}

// By its type, or what it says it does, whatever is wrong with the message.
Effect effect_of(const FieldTable& fields) noexcept {
  if (trips_a_group(fields)) {
    return Effect::Cancel;
  }
  const Request* const request = find_request(fields.msg_type());
  return request == nullptr ? Effect::Nothing : request->spec.message().effect;
}

}  // namespace

// NotYet: it is more than the session may send, and waits with all behind it.
SessionInbound::Taken SessionInbound::handle_application(MsgSeqNum number) {
  Decoded decoded = decode_request();
  if (!brake_.lets_through(decoded, [this] { return weigh(); })) {
    return Taken::NotYet;
  }
  take_decoded(number, std::move(decoded));
  return Taken::Yes;
}

// A desk that is not read cannot halt.
InboundBrake::Weighed SessionInbound::weigh() {
  return core_.is_operator()
             ? InboundBrake::Weighed{}
             : brake_.weigh(effect_of(core_.fields), core_.fields.poss_dup(), steady_now_);
}

// In sequence: the frame that QuickFIX was given.
void SessionInbound::on_application_message(MsgSeqNum number) {
  BETEX_ASSERT(number == frame_number_);
  take_decoded(number, decode_request());
}

void SessionInbound::take_decoded(MsgSeqNum number, Decoded decoded) {
  std::visit([&](auto& what) { take(number, std::move(what)); }, decoded);
  handled_ = number;
}

bool SessionInbound::has_too_many_answers(const gateway::Query& query) const {
  return std::holds_alternative<gateway::PositionsQuery>(query) || is_about_network(query)
             ? outbound_.has_too_many_for_long_answers()
             : outbound_.has_too_many_answers();
}

Decoded SessionInbound::decode_request() const {
  Decoded decoded = decode(core_.fields,
                           {.version = core_.settings.version,
                            .role = core_.settings.role,
                            .session = core_.id,
                            .accounts = core_.settings.accounts,
                            .currency = core_.orders.currency});
  const auto reason = std::visit([this](const auto& what) { return why_not_now(what); }, decoded);
  if (reason != matching::Reason::None) {
    return refusal_of(reason, core_.fields);
  }
  return decoded;
}

bool SessionInbound::disk_has_room() const {
  return core_.environment.commands.accepts_orders() && !core_.orders.cache.space().disk_is_low();
}

// What adds risk. A cancel is for now whatever the disk and the clock are like.
matching::Reason SessionInbound::why_not_now(const matching::PlaceOrder& /*order*/) const {
  if (!disk_has_room()) {
    return matching::Reason::LowDiskSpace;
  }
  return core_.environment.clock.certain() ? matching::Reason::None
                                           : matching::Reason::ClockUncertain;
}

matching::Reason SessionInbound::why_not_now(const matching::AmendOrder& /*amend*/) const {
  return core_.environment.clock.certain() ? matching::Reason::None
                                           : matching::Reason::ClockUncertain;
}

// Answers would be kept for a resend. How the node is, an operator may see at any time: also when
// its disk is full, and when he is suspended.
matching::Reason SessionInbound::why_not_now(const gateway::Query& query) const {
  if (!is_about_network(query) && core_.is_operator() && core_.suspended) {
    return matching::Reason::SessionSuspended;
  }
  if (!is_about_network(query) && !disk_has_room()) {
    return matching::Reason::LowDiskSpace;
  }
  return has_too_many_answers(query) ? matching::Reason::Throttled : matching::Reason::None;
}

// A group is tripped, or its limit lowered, whatever the disk is like. A new one, or one that takes
// orders again, can wait for room.
matching::Reason SessionInbound::why_not_now(const matching::OrderGroupRequest& request) const {
  using Action = matching::OrderGroupAction;
  const bool brakes = request.action == Action::Trip || request.action == Action::Update;
  return brakes || disk_has_room() ? matching::Reason::None : matching::Reason::LowDiskSpace;
}

matching::Reason SessionInbound::why_not_now(const ThrottleQuery& /*query*/) const {
  if (!disk_has_room()) {
    return matching::Reason::LowDiskSpace;
  }
  return outbound_.has_too_many_answers() ? matching::Reason::Throttled : matching::Reason::None;
}

// What makes the exchange safer is taken from the room that the disk has left, like a cancel.
matching::Reason SessionInbound::why_not_now(const OperatorRequest& request) const {
  if (!request.makes_safer && !disk_has_room()) {
    return matching::Reason::LowDiskSpace;
  }
  return request.test && outbound_.has_too_many_answers() ? matching::Reason::Throttled
                                                          : matching::Reason::None;
}

void SessionInbound::take(MsgSeqNum number, matching::PlaceOrder&& order) {
  submit_application(number, std::move(order));
}

void SessionInbound::take(MsgSeqNum number, const matching::CancelOrder& cancel) {
  submit_application(number, cancel);
}

void SessionInbound::take(MsgSeqNum number, const matching::AmendOrder& amend) {
  submit_application(number, amend);
}

void SessionInbound::take(MsgSeqNum number, const matching::MassCancel& cancel) {
  submit_application(number, cancel);
}

void SessionInbound::take(MsgSeqNum number, const matching::OrderGroupRequest& request) {
  submit_application(number, request);
}

// A dry run is a question: nothing is journaled, and its id is not used up.
void SessionInbound::take(MsgSeqNum number, OperatorRequest&& request) {
  matching::Command command{.timestamp = {},
                            .origin = origin(number),
                            .digest = request.digest,
                            .remark = std::move(request.remark),
                            .body = std::move(request.body)};
  if (request.test) {
    return take(
        number,
        gateway::Query{gateway::DryRunQuery{.msg_seq_num = number, .command = std::move(command)}});
  }
  submit_application(std::move(command));
}

void SessionInbound::take(MsgSeqNum /*number*/, gateway::Query&& query) {
  outbound_.answer_asked_for();
  use_credit(std::move(query));
}

// Only the session knows. What it has asked before is answered behind it, if it had to travel. It
// counts itself among the messages, and tells what is left behind it. An operator is never held up.
void SessionInbound::take(MsgSeqNum /*number*/, const ThrottleQuery& query) {
  if (core_.quickfix.sent_logout()) {
    return;
  }
  constexpr std::uint32_t kSecondInMs = 1000;
  ThrottleReport report;
  report.request_id = query.request_id;
  report.username = query.username;
  const auto standing = core_.is_operator() ? std::nullopt : brake_.standing(steady_now_);
  if (standing) {
    report.entries.push_back({.limit = standing->messages_per_second,
                              .interval_ms = kSecondInMs,
                              .left = standing->left});
  }
  outbound_.answer({.id = {}, .body = std::move(report)});
}

void SessionInbound::take(MsgSeqNum number, const BusinessReject& refused) {
  core_.environment.metrics.messages_refused.add();
  if (refused.reason == matching::Reason::NotEntitled) {
    core_.environment.refusals.write(RefusalKind::NotEntitled,
                                     spdlog::level::warn,
                                     "session {}: message {} (35={}) refused: not for its {}",
                                     core_.settings.comp_id,
                                     number.value(),
                                     core_.fields.msg_type(),
                                     refused.tag == tag::kAccount ? "accounts" : "role");
  }
  submit_application(number, to_command(refused, core_.fields.msg_type()));
}

void SessionInbound::take(MsgSeqNum number, const SessionReject& refused) {
  core_.environment.metrics.messages_refused.add();
  submit_application(number, to_command(refused, core_.fields.msg_type()));
}

void SessionInbound::take(MsgSeqNum /*number*/, Unanswered /*what*/) {
  core_.log_refused_by_client();
}

// Of an administrative message, or of one whose number is not the expected one: what uses up an
// application message's number is a report.
void SessionInbound::on_reject(const RejectFields& /*reject*/) {
  core_.environment.metrics.messages_refused.add();
  outbound_.on_reject();
}

void SessionInbound::on_business_reject(const RejectFields& reject) {
  core_.environment.metrics.messages_refused.add();
  if (reject.ref_seq_num <= handled_) {
    return;
  }
  const BusinessReject refused{.business_reject_reason = reject.reason,
                               .reason = matching::Reason::MalformedMessage,
                               .tag = reject.ref_tag_id,
                               .request_id = {}};
  submit_application(reject.ref_seq_num, to_command(refused, reject.ref_msg_type));
  handled_ = reject.ref_seq_num;
}

matching::Origin SessionInbound::origin(MsgSeqNum number) const {
  return {.session = core_.id, .epoch = core_.epoch, .msg_seq_num = number};
}

// Most of what comes is an order: it is made in its place in the ring.
template <typename Body>
void SessionInbound::submit_application(MsgSeqNum number, Body&& body) {
  receipt_.submitted(number);
  BETEX_ASSERT(credits_ > 0);
  --credits_;
  core_.environment.commands.submit(origin(number), std::forward<Body>(body));
}

void SessionInbound::submit_application(matching::Command command) {
  receipt_.submitted(command.origin.msg_seq_num);
  use_credit(std::move(command));
}

void SessionInbound::use_credit(gateway::RingCommand command) {
  BETEX_ASSERT(credits_ > 0);
  --credits_;
  core_.environment.commands.submit(std::move(command));
}

}  // namespace betex::fix

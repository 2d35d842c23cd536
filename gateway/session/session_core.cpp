#include "gateway/session/session_core.h"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/session/dictionaries.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/inbound_order.h"
#include "gateway/wire/tags.h"
#include "gateway/wire/utc_time.h"
#include "journal/quoted.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

RefusalKind kind_of(const LogonRefusal& refusal) {
  switch (refusal.kind) {
    case LogonRefusal::Kind::Content:
      break;
    case LogonRefusal::Kind::Credentials:
      return RefusalKind::WrongCredentials;
    case LogonRefusal::Kind::NumberTooLow:
      return RefusalKind::NumberTooLow;
    case LogonRefusal::Kind::AnotherHistory:
      return RefusalKind::AnotherHistory;
  }
  return RefusalKind::BadLogon;
}

}  // namespace

std::string never_sent_text(MsgSeqNum processed, MsgSeqNum last) {
  return "LastMsgSeqNumProcessed(369) is " + std::to_string(processed.value()) +
         ", but our last number is " + std::to_string(last.value());
}

SessionCore::SessionCore(SessionSettings session_settings,
                         const SessionEnvironment& session_environment,
                         QuickfixEvents& events,
                         decltype(SessionStore::Callbacks::sent_messages) sent_messages,
                         std::function<std::shared_ptr<void>()> session)
    : settings{std::move(session_settings)},
      environment{session_environment},
      strand{environment.io.get_executor()},
      sending_time{
          environment.clock, environment.machine_clock, environment.limits.sending_time_tolerance},
      quickfix{settings,
               sending_time,
               environment.dictionaries.provider(),
               events,
               std::move(sent_messages)},
      keep_alive{std::move(session)} {}

SessionCore::~SessionCore() = default;

void SessionCore::send_logout(const std::string& text) {
  if (!quickfix.sent_logout()) {
    quickfix.log_out(text);
    ending.leave_by(std::chrono::steady_clock::now() + environment.limits.logout_grace);
  }
}

void SessionCore::log_out_behind_reject(MsgSeqNum number, std::string_view text) {
  ending.note(SessionEnd::Fault);
  ending.log_out_behind_reject(
      {.number = number,
       .text = std::string{text},
       .at_the_latest = std::chrono::steady_clock::now() + environment.limits.logout_grace});
}

void SessionCore::on_reject_sent(MsgSeqNum number) {
  if (const auto& logout = ending.logout_behind_reject(); logout && logout->number == number) {
    send_logout(logout->text);
  }
}

void SessionCore::log_out_if_reject_is_late() {
  const auto& logout = ending.logout_behind_reject();
  if (logout && std::chrono::steady_clock::now() >= logout->at_the_latest) {
    send_logout(logout->text);
  }
}

SessionEnd SessionCore::count_end() {
  environment.metrics.sessions_on.subtract();
  ending.note(SessionEnd::Fault);
  const SessionEnd cause = *ending.cause();
  environment.metrics.sessions_ended[static_cast<std::size_t>(cause)].add();
  spdlog::info("session {}: off: {}", settings.comp_id, words_of(cause).text);
  return cause;
}

void SessionCore::end_by_logout(const std::string& text) {
  ending.note(SessionEnd::Fault);
  environment.refusals.write(
      RefusalKind::SessionFault, spdlog::level::warn, "session {}: {}", settings.comp_id, text);
  send_logout(text);
  ending.disconnect();
}

void SessionCore::end_for_another_history(const std::string& text) {
  environment.metrics.clients_ahead.add();
  ending.note(SessionEnd::Fault);
  environment.refusals.write(
      RefusalKind::AnotherHistory, spdlog::level::err, "session {}: {}", settings.comp_id, text);
  send_logout(text);
  ending.disconnect();
}

// ---- The frame that is being looked at ----------------------------------------------------------

std::optional<Refusal> SessionCore::check_header(matching::Timestamp now) const {
  const std::string_view sender = fields.sender_comp_id();
  const std::string_view target = fields.target_comp_id();
  if (!sender.empty() && sender != settings.comp_id) {
    return refusal_for(tag::kSenderCompId, session_reject::kCompIdProblem);
  }
  if (!target.empty() && target != settings.our_comp_id) {
    return refusal_for(tag::kTargetCompId, session_reject::kCompIdProblem);
  }
  const auto sent = parse_utc_timestamp(fields.sending_time());
  if (sent && !sending_time.passes(*sent, now)) {
    return refusal_for(tag::kSendingTime, session_reject::kSendingTimeAccuracy);
  }
  return check_orig_sending_time(fields);
}

bool SessionCore::refuse_other_version(MsgSeqNum number) {
  if (fields.begin_string() == begin_string(settings.version)) {
    return false;
  }
  if (number == quickfix.next_in()) {
    quickfix.set_next_in(number.next());
  }
  ending.note(SessionEnd::Fault);
  send_logout("Incorrect BeginString");
  return true;
}

// A SequenceReset that is refused changes nothing: its own number means nothing.
void SessionCore::reject(const Refusal& refusal, MsgSeqNum number) {
  quickfix.reject({.ref_seq_num = number,
                   .ref_msg_type = std::string{fields.msg_type()},
                   .ref_tag_id = refusal.ref_tag_id,
                   .reason = refusal.session_reject_reason,
                   .text = std::string{refusal.text}});
  if (number == quickfix.next_in() && !is_reset(fields)) {
    quickfix.set_next_in(number.next());
  }
}

void SessionCore::log_refused_by_client() const {
  constexpr std::size_t kLoggedText = 64;
  const auto refused = parse_uint(fields.value(tag::kRefSeqNum));
  environment.refusals.write(
      RefusalKind::RefusedByClient,
      spdlog::level::warn,
      "session {}: message {} of ours was refused by a BusinessMessageReject: {}",
      settings.comp_id,
      refused ? std::to_string(*refused) : "(RefSeqNum is no number)",
      journal::in_quotes(fields.value(tag::kText), kLoggedText));
}

// QuickFIX does not count a gap fill that it refuses, and takes one that leads nowhere: either
// would be asked for again for ever.
std::optional<Refusal> SessionCore::take_sequence_reset(const std::string& frame,
                                                        MsgSeqNum number) {
  const MsgSeqNum next_in = quickfix.next_in();
  const auto new_number = parse_uint(fields.value(tag::kNewSeqNo));
  const bool fills_a_gap = !is_reset(fields);
  if (fills_a_gap && new_number && *new_number <= number.value()) {
    return Refusal{.ref_tag_id = tag::kNewSeqNo,
                   .session_reject_reason = session_reject::kValueIncorrect,
                   .text = "NewSeqNo is not above MsgSeqNum"};
  }
  if (!quickfix.receive(frame)) {
    return kNotFix;
  }
  if (fills_a_gap && quickfix.next_in() == next_in) {
    quickfix.set_next_in(number.next());
  }
  return std::nullopt;
}

// ---- Logons that are refused --------------------------------------------------------------------

void SessionCore::log_refusal(const Connection& of, const LogonRefusal& refusal) const {
  const bool too_low = refusal.kind == LogonRefusal::Kind::NumberTooLow;
  const bool ahead = refusal.kind == LogonRefusal::Kind::AnotherHistory;
  if (too_low) {
    environment.metrics.logons_too_low.add();  // that client has seen another history
  }
  if (ahead) {
    environment.metrics.clients_ahead.add();
  }
  environment.metrics.logons_refused.add();
  environment.refusals.write(kind_of(refusal),
                             too_low || ahead ? spdlog::level::err : spdlog::level::warn,
                             "session {}: logon from {} refused: {}",
                             settings.comp_id,
                             of.address(),
                             refusal.text);
}

void SessionCore::refuse(Connection& of, const LogonRefusal& refusal) const {
  log_refusal(of, refusal);
  of.close();
}

OrderSessionCore::OrderSessionCore(SessionSettings session_settings,
                                   const SessionEnvironment& session_environment,
                                   const OrderEnvironment& order_environment,
                                   QuickfixEvents& events,
                                   decltype(SessionStore::Callbacks::sent_messages) sent_messages,
                                   std::function<std::shared_ptr<void>()> session)
    : SessionCore{std::move(session_settings),
                  session_environment,
                  events,
                  std::move(sent_messages),
                  std::move(session)},
      orders{order_environment} {}

}  // namespace betex::fix

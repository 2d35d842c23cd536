// From a connection with a Logon, which is known, to a session that is on.
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/link/clock.h"
#include "gateway/session/fix_session.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/transport_limits.h"
#include "matching/assert.h"

namespace betex::fix {

using matching::MsgSeqNum;
using matching::SessionDownReason;

void FixSession::begin_logon(LogonCandidate candidate) {
  BETEX_ASSERT(outbound_.unwritten_bytes() == 0 && control_.empty());
  core_.connection = std::move(candidate.connection);
  inbound_.set_logon_frames(std::move(candidate.frames));
  attempt_ = candidate.attempt;
  right_.set_username(std::move(candidate.username));
  dropping_ = false;
  core_.ending = {};
  refusal_.text.clear();
  const auto logon =
      judge(inbound_.logon_frame(), std::chrono::steady_clock::now() - candidate.arrived);
  if (const std::string why = right_.why_not_let_in(); !why.empty()) {
    core_.log_refusal(*core_.connection, {.text = why});  // the settings are new
    return close_refused();
  }
  logon ? go_up(*logon) : turn_away(logon.error());
}

// All that a Logon must be, before anything of the session changes. Between on and off the numbers
// are not settled: those are looked at later. That it has waited for its password is no fault of
// its SendingTime(52).
tl::expected<Logon, LogonRefusal> FixSession::judge(std::string_view frame,
                                                    std::chrono::nanoseconds waited) {
  core_.fields.read(frame, core_.environment.limits.fields);
  auto logon = check_logon(core_.fields,
                           {.version = core_.settings.version,
                            .limits = core_.settings.logon,
                            .reset_allowed = core_.settings.reset_allowed});
  if (!logon) {
    return logon;
  }
  if (!core_.sending_time.passes(core_.fields.sending_time(), waited)) {
    return tl::make_unexpected(LogonRefusal{.text = "SendingTime(52) is too far from our clock"});
  }
  if (core_.state == SessionState::Off || core_.is_on()) {
    if (const auto processed = inbound_.processed_but_never_sent(); processed && !logon->reset) {
      return tl::make_unexpected(
          LogonRefusal{.text = never_sent_text(*processed, outbound_.numbers().last()),
                       .kind = LogonRefusal::Kind::AnotherHistory});
    }
    if (auto refusal = check_logon_numbers(
            *logon, {.next_in = inbound_.expected(), .next_out = outbound_.numbers().next()})) {
      return tl::make_unexpected(std::move(*refusal));
    }
  }
  return logon;
}

void FixSession::go_up(const Logon& logon) {
  logon_ = logon;
  core_.state = SessionState::GoingUp;
  publish_standing();
  reset_.asked(core_.environment.clock.now());
  const SessionSettings& settings = core_.settings;
  submit_control(matching::SessionUp{
      .comp_id = matching::Name{settings.comp_id},
      .username = matching::Name{right_.username()},
      .number = logon.number,
      .reset = logon.reset,
      .cancel_on_disconnect = logon.cancel_on_disconnect.value_or(settings.cancel_on_disconnect),
      .grace_ms = static_cast<std::uint32_t>(settings.cancel_grace.count())});
}

void FixSession::on_went_up(const matching::SessionWentUp& event) {
  if (core_.state != SessionState::GoingUp) {
    spdlog::error("session {}: went up without having been asked to", core_.settings.comp_id);
    return;
  }
  core_.up = true;
  core_.id = event.session;
  if (event.next_in > inbound_.expected() && event.next_in == logon_.number) {
    warn_of_what_is_not_asked_for(event);
  }
  inbound_.set_expected(event.next_in);
  outbound_.numbers().set_reserved_to(event.reserved_to);
  outbound_.numbers().block_answered();
  outbound_.set_delivered(event.delivered);
  take_epoch(event.epoch);
  core_.orders.named(core_.id, shared_from_this());
  if (!core_.connection || core_.reading_stopped) {
    return end(core_.connection ? SessionDownReason::Shutdown : SessionDownReason::Disconnect);
  }
  // An operator may have set the numbers while it was on its way.
  if (const auto refusal = check_logon_numbers(
          logon_, {.next_in = inbound_.expected(), .next_out = outbound_.numbers().next()})) {
    core_.log_refusal(*core_.connection, *refusal);
    refusal_.text = refusal->text;
  }
  prepare_numbers();
}

// Nothing of ours was sent in this epoch, so what its client has sent in it was to another history.
void FixSession::warn_of_what_is_not_asked_for(const matching::SessionWentUp& event) {
  core_.environment.metrics.clients_ahead.add();
  spdlog::error(
      "session {}: the first Logon of epoch {} has MsgSeqNum {}, and {} was expected: what its "
      "client has sent before belongs to a history that is not here, and is not asked for",
      core_.settings.comp_id,
      event.epoch.value(),
      event.next_in.value(),
      inbound_.expected().value());
}

// The answer to a Logon uses a number, and no number is used before its block is durable.
void FixSession::prepare_numbers() {
  core_.state = SessionState::Reserving;
  outbound_.reserve_numbers_ahead();
  if (outbound_.numbers().left() >= OutboundNumbers::kForLogon) {
    answer();
  }
}

void FixSession::answer() {
  refusal_.text.empty() ? answer_logon() : answer_by_logout();
}

void FixSession::answer_logon() {
  const MsgSeqNum number = outbound_.numbers().next();
  const MsgSeqNum expected = inbound_.expected();
  inbound_.begin();
  core_.quickfix.start(number, expected);
  const MsgSeqNum next_in = logon_.number == expected ? logon_.number.next() : expected;
  if (!core_.quickfix.log_on(logon_, next_in) || core_.ending.is_to_disconnect()) {
    spdlog::error("session {}: QuickFIX refuses a Logon that was checked", core_.settings.comp_id);
    outbound_.end_turn();
    return end(SessionDownReason::Disconnect);
  }
  inbound_.place_logon(logon_);
  core_.state = SessionState::On;
  standing_.heard(core_.environment.clock.now());
  publish_standing();
  core_.environment.metrics.logons.add();
  core_.environment.metrics.sessions_on.add();
  spdlog::info("session {}: on, from {}", core_.settings.comp_id, core_.connection->address());
  // Before the client knows that it is on, so that whatever happens from then on is seen: that the
  // machine was suspended, a report.
  start_ticking();
  outbound_.begin();
  outbound_.end_turn();
  if (logon_.next_expected && *logon_.next_expected < number) {
    // The number of a message that is not still to come.
    outbound_.resend_from(*logon_.next_expected, MsgSeqNum{inbound_.expected().value() - 1});
  }
  inbound_.process_frames();
  probe_.begin_if_one_waits();
}

}  // namespace betex::fix

// A Logon that is refused: it changes nothing, and its client is told why where that can be.
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/transport_limits.h"

namespace betex::fix {

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

// Who is known is told why, by a Logout with a number like any; nothing else changes. A session
// that the journal does not know has no number to give, and nobody is told all the time.
void FixSession::turn_away(const LogonRefusal& refusal) {
  log_refusal(*core_.connection, refusal);
  const auto now = std::chrono::steady_clock::now();
  const bool just_answered = refusal_.last_answered && now - *refusal_.last_answered <
                                                           core_.environment.limits.logon_interval;
  if (core_.id == matching::SessionId{} || just_answered || core_.reading_stopped) {
    return close_refused();
  }
  refusal_.last_answered = now;
  refusal_.text = refusal.text;
  prepare_numbers();
}

void FixSession::answer_by_logout() {
  core_.quickfix.start(outbound_.numbers().next(), inbound_.expected());
  core_.quickfix.refuse_logon(refusal_.text);
  outbound_.end_turn();
  end(core_.ending.down_reason());
}

void FixSession::close_refused() {
  std::exchange(core_.connection, nullptr)->close();
  inbound_.drop_frames();
  become_off();
}

void FixSession::log_refusal(const Connection& connection, const LogonRefusal& refusal) {
  const bool too_low = refusal.kind == LogonRefusal::Kind::NumberTooLow;
  const bool ahead = refusal.kind == LogonRefusal::Kind::AnotherHistory;
  if (too_low) {
    core_.environment.metrics.logons_too_low.add();  // that client has seen another history
  }
  if (ahead) {
    core_.environment.metrics.clients_ahead.add();
  }
  core_.environment.metrics.logons_refused.add();
  core_.environment.refusals.write(kind_of(refusal),
                                   too_low || ahead ? spdlog::level::err : spdlog::level::warn,
                                   "session {}: logon from {} refused: {}",
                                   core_.settings.comp_id,
                                   connection.address(),
                                   refusal.text);
}

void FixSession::refuse(Connection& connection, const LogonRefusal& refusal) {
  log_refusal(connection, refusal);
  connection.close();
}

}  // namespace betex::fix

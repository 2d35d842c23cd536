// A Logon that is refused: it changes nothing, and its client is told why where that can be.
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"

namespace betex::fix {

using matching::SessionDownReason;

namespace {

RefusalKind kind_of(const LogonRefusal& refusal) {
  switch (refusal.kind) {
    case LogonRefusal::Kind::Content:
      break;
    case LogonRefusal::Kind::Credentials:
      return RefusalKind::WrongCredentials;
    case LogonRefusal::Kind::NumberTooLow:
      return RefusalKind::NumberTooLow;
  }
  return RefusalKind::BadLogon;
}

}  // namespace

// Who is known is told why, by a Logout with a number like any; nothing else changes. A session
// that the journal does not know has no number to give, and nobody is told all the time.
void FixSession::turn_away(const LogonRefusal& refusal) {
  log_refusal(*connection_, refusal);
  const auto now = std::chrono::steady_clock::now();
  const bool just_told = last_refusal_ && now - *last_refusal_ < environment_.limits.logon_interval;
  if (id_ == matching::SessionId{} || just_told || reading_stopped_) {
    return close_refused();
  }
  last_refusal_ = now;
  refusal_ = refusal.text;
  prepare_numbers();
}

void FixSession::answer_by_logout() {
  quickfix_.start(outbound_.last_number.next(), expected_in_);
  quickfix_.refuse_logon(refusal_);
  end_turn();
  end(SessionDownReason::Disconnect);
}

void FixSession::close_refused() {
  std::exchange(connection_, nullptr)->close();
  frames_.clear();
  become_off();
}

void FixSession::log_refusal(const Connection& connection, const LogonRefusal& refusal) {
  const bool too_low = refusal.kind == LogonRefusal::Kind::NumberTooLow;
  if (too_low) {
    environment_.metrics.logons_too_low.add();  // that client has seen another history
  }
  environment_.metrics.logons_refused.add();
  environment_.refusals.write(kind_of(refusal),
                              too_low ? spdlog::level::err : spdlog::level::warn,
                              "session {}: logon from {} refused: {}",
                              settings_.comp_id,
                              connection.address(),
                              refusal.text);
}

void FixSession::refuse(Connection& connection, const std::string& why) {
  refuse(connection, LogonRefusal{.text = why});
}

void FixSession::refuse(Connection& connection, const LogonRefusal& refusal) {
  log_refusal(connection, refusal);
  connection.close();
}

}  // namespace betex::fix

// A Logon that is refused: it changes nothing, and its client is told why where that can be.
#include <chrono>
#include <utility>

#include "gateway/session/fix_session.h"
#include "gateway/transport/transport_limits.h"

namespace betex::fix {

// Who is known is told why, by a Logout with a number like any; nothing else changes. A session
// that the journal does not know has no number to give, and nobody is told all the time.
void FixSession::turn_away(const LogonRefusal& refusal) {
  core_.log_refusal(*core_.connection, refusal);
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

}  // namespace betex::fix

// A Logon on a session that is on. With 141=Y, where that is agreed, both numbers begin again
// without an end in between: a SessionDown would start the grace of its cancel on disconnect. Any
// other Logon ends the session.
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/transport_limits.h"

namespace betex::fix {

namespace asio = boost::asio;
using Taken = SessionInbound::Taken;

// All that a first Logon must be, this one must be too. Until it is known what becomes of it, it is
// not taken, and nothing behind it is looked at.
SessionInbound::Taken FixSession::handle_logon(std::string_view frame) {
  core_.quickfix.heard();
  if (core_.fields.poss_dup() && core_.fields.msg_seq_num() < core_.quickfix.next_in()) {
    return Taken::Yes;  // it was answered when it came first
  }
  const auto logon = judge(frame);
  if (!logon) {
    return refuse_relogon(logon.error());
  }
  if (!logon->reset) {
    return refuse_relogon(
        {.text = "a Logon without ResetSeqNumFlag(141)=Y, but the session is on"});
  }
  if (!inbound_.has_good_header()) {
    return refuse_relogon({.text = "the Logon is not this session's"});
  }
  if (const std::string why = right_.why_not_let_in(); !why.empty()) {
    return refuse_relogon({.text = why});
  }
  const auto now = std::chrono::steady_clock::now();
  const auto next = relogon_.last.value_or(now) + core_.environment.limits.logon_interval;
  if (relogon_.last && now < next) {
    inbound_.pause_until(next);
    return Taken::NotYet;
  }
  relogon_.last = now;
  relogon_.logon = *logon;
  const auto done = [this, attempt = attempt_](bool right) {
    if (attempt == attempt_) {
      on_relogon_known(right);
    }
  };
  if (core_.settings.proof == LogonProof::Certificate) {
    asio::post(core_.strand, [this, self = shared_from_this(), done] { done(true); });
  } else {
    relogon_.ticket = identification_.ask(*core_.connection, core_.settings.username, done);
    core_.connection->mask_secrets(frame);
  }
  return Taken::NotYet;
}

bool FixSession::waits_for_logon() const {
  return relogon_.logon.has_value();
}

void FixSession::on_relogon_known(bool right) {
  if (!core_.is_on() || !relogon_.logon) {
    return;
  }
  const Logon logon = *std::exchange(relogon_.logon, std::nullopt);
  if (!core_.reading_stopped && right && !core_.quickfix.sent_logout()) {
    return begin_again(logon);
  }
  if (!core_.reading_stopped && right) {
    core_.ending.disconnect();  // we have said Logout meanwhile
  } else if (!core_.reading_stopped) {
    (void)refuse_relogon({.text = "wrong credentials", .kind = LogonRefusal::Kind::Credentials});
  }
  inbound_.process_frames();
}

SessionInbound::Taken FixSession::refuse_relogon(const LogonRefusal& refusal) {
  core_.log_refusal(*core_.connection, refusal);
  core_.ending.note(SessionEnd::Fault);
  core_.send_logout(refusal.text);
  core_.ending.disconnect();
  return Taken::Yes;
}

// What of the old epoch has not left never will: its reports are sent again in the new one. The
// journal is told by SessionUp alone, and until it has answered the session is going up.
void FixSession::begin_again(const Logon& logon) {
  spdlog::info("session {}: begins again at MsgSeqNum 1, by a Logon with 141=Y",
               core_.settings.comp_id);
  outbound_.confirm_delivery();
  outbound_.unsubscribe();
  core_.environment.metrics.sessions_on.subtract();
  tick_timer_.cancel();
  core_.quickfix.connection_lost();
  forget_what_is_under_way();
  outbound_.discard();
  inbound_.pass_logon();  // what is behind it waits
  attempt_ = logons_.new_attempt();
  dropping_ = true;
  core_.connection->drop_unwritten([this, self = shared_from_this(), attempt = attempt_] {
    asio::post(core_.strand,
               [this, self, attempt] { dropping_ = dropping_ && attempt != attempt_; });
  });
  core_.up = false;
  go_up(logon);
}

}  // namespace betex::fix

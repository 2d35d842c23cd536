// A Logon on a session that is on. With 141=Y, where that is agreed, both numbers begin again
// without an end in between: a SessionDown would start the grace of its cancel on disconnect. Any
// other Logon ends the session.
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/wire/tags.h"

namespace betex::fix {

namespace asio = boost::asio;
using matching::MsgSeqNum;

// All that a first Logon must be, this one must be too. Until it is known what becomes of it, it is
// not taken, and nothing behind it is looked at.
FixSession::Taken FixSession::handle_logon(std::string_view frame) {
  quickfix_.heard();
  if (fields_.poss_dup() && fields_.msg_seq_num() < quickfix_.next_in()) {
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
  if (!has_good_header()) {
    return refuse_relogon({.text = "the Logon is not this session's"});
  }
  if (const std::string why = why_not_let_in(*connection_, username_); !why.empty()) {
    return refuse_relogon({.text = why});
  }
  const auto now = std::chrono::steady_clock::now();
  const auto next = last_relogon_.value_or(now) + environment_.limits.logon_interval;
  if (last_relogon_ && now < next) {
    pause_reading(next);
    return Taken::NotYet;
  }
  last_relogon_ = now;
  relogon_ = *logon;
  const auto told = [this, attempt = attempt_](bool right) {
    if (attempt == attempt_) {
      on_relogon_known(right);
    }
  };
  if (settings_.proof == LogonProof::Certificate) {
    asio::post(strand_, [self = shared_from_this(), told] { told(true); });
  } else {
    relogon_ticket_ = ask_who_it_is(*connection_, settings_.username, told);
    connection_->mask_secrets(frame);
  }
  return Taken::NotYet;
}

void FixSession::on_relogon_known(bool right) {
  if (state_ != State::On || !relogon_) {
    return;
  }
  const Logon logon = *std::exchange(relogon_, std::nullopt);
  if (!reading_stopped_ && right && !quickfix_.sent_logout()) {
    return begin_again(logon);
  }
  if (!reading_stopped_ && right) {
    disconnect_asked_ = true;  // we have said Logout meanwhile
  } else if (!reading_stopped_) {
    (void)refuse_relogon({.text = "wrong credentials", .kind = LogonRefusal::Kind::Credentials});
  }
  process_frames();
}

FixSession::Taken FixSession::refuse_relogon(const LogonRefusal& refusal) {
  log_refusal(*connection_, refusal);
  note_end(SessionEnd::Fault);
  send_logout(refusal.text);
  disconnect_asked_ = true;
  return Taken::Yes;
}

// What of the old epoch has not left never will: its reports are told again in the new one. The
// journal is told by SessionUp alone, and until it has answered the session is going up.
void FixSession::begin_again(const Logon& logon) {
  spdlog::info("session {}: begins again at MsgSeqNum 1, by a Logon with 141=Y", settings_.comp_id);
  confirm_delivery();
  environment_.reports.unsubscribe(id_, subscription_);
  environment_.metrics.sessions_on.subtract();
  tick_timer_.cancel();
  quickfix_.connection_lost();
  forget_what_is_under_way();
  end_turn();
  queue_.discard();
  ++next_frame_;  // what is behind the Logon waits
  attempt_ = ++attempts_;
  dropping_ = true;
  connection_->drop_unwritten([self = shared_from_this(), attempt = attempt_] {
    asio::post(self->strand_,
               [self, attempt] { self->dropping_ = self->dropping_ && attempt != self->attempt_; });
  });
  up_ = false;
  go_up(logon);
}

}  // namespace betex::fix

// The end of a session: once, whatever has caused it. Its bytes leave, the journal is told, and a
// logon that waits may begin.
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using matching::SessionDownReason;

void FixSession::closed(Connection& connection) {
  asio::post(strand_, [self = shared_from_this(), connection = connection.shared_from_this()] {
    if (connection == self->connection_) {
      self->on_connection_closed();
    } else if (self->next_ && connection == self->next_->connection) {
      self->next_.reset();
    } else {
      std::erase_if(self->authenticating_, [&](const Candidate& candidate) {
        const bool is_its = candidate.connection == connection;
        if (is_its) {
          self->environment_.gate.leave(candidate.ticket);
        }
        return is_its;
      });
    }
  });
}

void FixSession::on_connection_closed() {
  connection_ = nullptr;
  frames_.clear();
  note_end(SessionEnd::ConnectionLost);
  if (state_ != State::GoingUp) {  // which ends when SessionUp has been answered
    quickfix_.connection_lost();
    queue_.discard();
    end(logout_received_ ? SessionDownReason::Logout : SessionDownReason::Disconnect);
    finish_if_done();
  }
}

// The first cause counts: what comes after follows from it.
void FixSession::note_end(SessionEnd how) {
  how_ended_ = how_ended_.value_or(how);
}

// The client is to answer it, and may still send what it has under way.
void FixSession::send_logout(const std::string& text) {
  if (!quickfix_.sent_logout()) {
    quickfix_.log_out(text);
    leave_by_ = std::chrono::steady_clock::now() + environment_.limits.logout_grace;
  }
}

// Nothing that the client says further can be counted: a Logout says why, and is the last word.
void FixSession::end_by_logout(const std::string& text) {
  note_end(SessionEnd::Fault);
  environment_.refusals.write(
      RefusalKind::SessionFault, spdlog::level::warn, "session {}: {}", settings_.comp_id, text);
  send_logout(text);
  disconnect_asked_ = true;
}

// Once. The connection stays until the last bytes have left.
void FixSession::end(SessionDownReason reason) {
  if (state_ == State::Draining || state_ == State::Off) {
    return;
  }
  if (state_ == State::On) {
    environment_.metrics.sessions_on.subtract();
    environment_.reports.unsubscribe(id_, subscription_);
    note_end(SessionEnd::Fault);
    environment_.metrics.sessions_ended[static_cast<std::size_t>(*how_ended_)].add();
    spdlog::info("session {}: off: {}", settings_.comp_id, words_of(*how_ended_).text);
  }
  state_ = State::Draining;
  quickfix_.connection_lost();
  frames_.clear();
  forget_what_is_under_way();
  if (up_) {
    confirm_delivery();
    send_session_down(reason);
  }
  tick_timer_.expires_after(environment_.limits.close_grace);
  tick_timer_.async_wait([self = shared_from_this(), attempt = attempt_](const error_code& error) {
    if (!error && attempt == self->attempt_ && self->connection_) {
      self->connection_->close();
    }
  });
  finish_if_done();
}

void FixSession::forget_what_is_under_way() {
  above_gap_.clear();
  above_gap_bytes_ = 0;
  waiting_.clear();
  next_report_ = 0;
  resends_.clear();
  probe_ = {};
  if (std::exchange(relogon_, std::nullopt)) {
    environment_.gate.leave(std::exchange(relogon_ticket_, 0));
  }
}

void FixSession::send_session_down(SessionDownReason reason) {
  up_ = false;
  matching::Command command;
  command.body = matching::SessionDown{
      .session = id_, .epoch = epoch_, .next_in = expected_in_, .reason = reason};
  submit_control(command);
}

void FixSession::finish_if_done() {
  if (state_ != State::Draining) {
    return;
  }
  if (connection_ && queue_.unwritten_bytes() == 0) {
    std::exchange(connection_, nullptr)->finish();
  }
  if (connection_ || !control_.empty()) {
    return;
  }
  tick_timer_.cancel();
  if (reset_is_due()) {
    return begin_reset();
  }
  become_off();
}

void FixSession::become_off() {
  state_ = State::Off;
  tell_waiters();
  start_next_logon();
}

void FixSession::tell_waiters() {
  if (!up_ && state_ != State::GoingUp && control_.empty()) {
    for (const auto& done : std::exchange(when_down_, {})) {
      done();
    }
  }
  if (state_ == State::Off) {
    for (const auto& done : std::exchange(when_off_, {})) {
      done();
    }
  }
}

void FixSession::stop_reading(std::function<void()> done) {
  asio::post(strand_, [self = shared_from_this(), done = std::move(done)] {
    self->reading_stopped_ = true;
    for (const Candidate& candidate : std::exchange(self->authenticating_, {})) {
      self->environment_.gate.leave(candidate.ticket);
      candidate.connection->close();
    }
    if (self->next_) {
      std::exchange(self->next_, std::nullopt)->connection->close();
    }
    if (self->state_ == State::Reserving) {
      self->end(SessionDownReason::Shutdown);
    }
    self->process_frames();
    done();
  });
}

void FixSession::go_down(SessionDownReason reason, std::function<void()> done) {
  asio::post(strand_, [self = shared_from_this(), reason, done = std::move(done)] {
    if (self->up_) {
      self->send_session_down(reason);
    }
    self->when_down_.push_back(done);
    self->tell_waiters();
  });
}

void FixSession::log_out(const std::string& text, std::function<void()> done) {
  asio::post(strand_, [self = shared_from_this(), text, done = std::move(done)] {
    if (self->state_ == State::On) {
      self->note_end(SessionEnd::GatewayStop);
      self->send_logout(text);
      self->end_turn();
    }
    self->when_off_.push_back(done);
    self->tell_waiters();
  });
}

void FixSession::close_connection() {
  asio::post(strand_, [self = shared_from_this()] {
    if (self->connection_) {
      self->note_end(SessionEnd::GatewayStop);
      self->connection_->close();
    }
    if (self->next_) {
      self->next_->connection->close();
    }
    for (const Candidate& candidate : self->authenticating_) {
      candidate.connection->close();
    }
  });
}

void FixSession::abandon() {
  connection_ = nullptr;
  next_.reset();
  authenticating_.clear();
}

}  // namespace betex::fix

// The end of a session: once, whatever has caused it. Its bytes leave, the journal is told, and a
// logon that waits may begin.
#include <utility>

#include <boost/asio/post.hpp>

#include "gateway/session/fix_session.h"
#include "gateway/transport/transport_limits.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using matching::SessionDownReason;

void FixSession::closed(Connection& connection) {
  asio::post(core_.strand,
             [this, self = shared_from_this(), connection = connection.shared_from_this()] {
               if (connection == core_.connection) {
                 on_connection_closed();
               } else if (!logons_.drop_next(*connection)) {
                 identification_.forget(*connection);
               }
             });
}

void FixSession::on_connection_closed() {
  core_.connection = nullptr;
  inbound_.drop_frames();
  core_.ending.note(SessionEnd::ConnectionLost);
  if (core_.state != SessionState::GoingUp) {  // which ends when SessionUp has been answered
    core_.quickfix.connection_lost();
    outbound_.discard();
    end(core_.ending.down_reason());
    finish_if_done();
  }
}

// Once. The connection stays until the last bytes have left.
void FixSession::end(SessionDownReason reason) {
  if (core_.state == SessionState::Draining || core_.state == SessionState::Off) {
    return;
  }
  if (core_.is_on()) {
    outbound_.unsubscribe();
    standing_.ended(core_.count_end(), reason != SessionDownReason::Disconnect);
  }
  core_.state = SessionState::Draining;
  publish_standing();
  core_.quickfix.connection_lost();
  inbound_.drop_frames();
  forget_what_is_under_way();
  if (core_.up) {
    outbound_.confirm_delivery();
    send_session_down(reason);
  }
  tick_timer_.expires_after(core_.environment.limits.close_grace);
  tick_timer_.async_wait(
      [this, self = shared_from_this(), attempt = attempt_](const error_code& error) {
        if (!error && attempt == attempt_ && core_.connection) {
          core_.connection->close();
        }
      });
  finish_if_done();
}

void FixSession::forget_what_is_under_way() {
  inbound_.forget_what_is_under_way();
  outbound_.forget_what_is_under_way();
  logons_.end_probe();
  if (std::exchange(relogon_.logon, std::nullopt)) {
    core_.environment.gate.leave(std::exchange(relogon_.ticket, 0));
  }
}

void FixSession::send_session_down(SessionDownReason reason) {
  core_.up = false;
  submit_control(matching::SessionDown{
      .session = core_.id, .epoch = core_.epoch, .next_in = inbound_.expected(), .reason = reason});
}

void FixSession::finish_if_done() {
  if (core_.state != SessionState::Draining) {
    return;
  }
  if (core_.connection && outbound_.unwritten_bytes() == 0) {
    std::exchange(core_.connection, nullptr)->finish();
  }
  if (core_.connection || !control_.empty()) {
    return;
  }
  tick_timer_.cancel();
  if (reset_is_due()) {
    return begin_reset();
  }
  become_off();
}

void FixSession::become_off() {
  core_.state = SessionState::Off;
  publish_standing();
  run_what_waits();
  if (core_.state == SessionState::Off && logons_.next() != nullptr) {
    begin_logon(*logons_.take_next());
  }
}

void FixSession::stop_reading(std::function<void()> done) {
  asio::post(core_.strand, [this, self = shared_from_this(), done = std::move(done)] {
    core_.reading_stopped = true;
    identification_.close_all();
    if (const auto next = logons_.take_next()) {
      next->connection->close();
    }
    if (core_.state == SessionState::Reserving) {
      end(SessionDownReason::Shutdown);
    }
    inbound_.process_frames();
    done();
  });
}

void FixSession::go_down(SessionDownReason reason, std::function<void()> done) {
  asio::post(core_.strand, [this, self = shared_from_this(), reason, done = std::move(done)] {
    if (core_.up) {
      send_session_down(reason);
    }
    waiting_.when_down(done);
    run_what_waits();
  });
}

void FixSession::log_out(const std::string& text, std::function<void()> done) {
  asio::post(core_.strand, [this, self = shared_from_this(), text, done = std::move(done)] {
    if (core_.is_on()) {
      core_.ending.note(SessionEnd::GatewayStop);
      core_.send_logout(text);
      outbound_.end_turn();
    }
    waiting_.when_off(done);
    run_what_waits();
  });
}

void FixSession::close_connection() {
  asio::post(core_.strand, [this, self = shared_from_this()] {
    if (core_.connection) {
      core_.ending.note(SessionEnd::GatewayStop);
      core_.connection->close();
    }
    logons_.close_all();
  });
}

void FixSession::abandon() {
  core_.connection = nullptr;
  logons_ = {};
}

}  // namespace betex::fix

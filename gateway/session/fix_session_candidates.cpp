// Connections with a Logon: who is there, and does the connection before it still live?
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/transport_limits.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;

// ---- Who is it? ---------------------------------------------------------------------------------

void FixSession::logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  asio::post(core_.strand,
             [this,
              self = shared_from_this(),
              connection = std::move(connection),
              frames = std::move(frames)]() mutable {
               on_logon(std::move(connection), std::move(frames));
             });
}

void FixSession::on_logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  if (core_.reading_stopped) {
    return core_.refuse(*connection, {.text = "the gateway is stopping"});
  }
  identification_.begin(std::move(connection), std::move(frames));
}

// The newest connection of a client that is known is the one that it uses. Whether the one before
// is dead, a TestRequest tells. A Logon that will be refused neither asks nor takes a place.
void FixSession::on_candidate(LogonCandidate candidate) {
  candidate.connection->authenticated();
  if (core_.state == SessionState::Off && !reset_is_due()) {
    return begin_logon(std::move(candidate));
  }
  if (core_.is_on() || logons_.next() != nullptr) {
    const auto waited = std::chrono::steady_clock::now() - candidate.arrived;
    if (const auto logon = judge(candidate.frames.front(), waited); !logon) {
      return core_.refuse(*candidate.connection, logon.error());
    }
  }
  if (const auto earlier = logons_.set_next(std::move(candidate))) {
    core_.refuse(*earlier->connection, {.text = "a later logon has come"});
  }
  if (core_.state == SessionState::Off) {
    return begin_reset();
  }
  if (core_.is_on() && !logons_.probing()) {
    probe();
  }
}

// ---- Is the one before it alive? ----------------------------------------------------------------

void FixSession::probe() {
  core_.environment.metrics.probes.add();
  logons_.probe_sent(outbound_.send_test_request(), std::chrono::steady_clock::now());
  outbound_.end_turn();
  probe_timer_.expires_after(core_.environment.limits.probe_grace);
  probe_timer_.async_wait(
      [this, self = shared_from_this(), attempt = attempt_](const error_code& error) {
        if (!error && attempt == attempt_ && core_.is_on() && logons_.probing()) {
          on_probe_time_out();
        }
      });
}

// What it has said may wait unread behind a full ring, and it may be taking in a long queue: both
// are no silence.
void FixSession::on_probe_time_out() {
  if (inbound_.has_unread() || outbound_.is_taken_in_since(logons_.probed_at())) {
    return probe();
  }
  core_.environment.metrics.probes_failed.add();
  spdlog::warn("session {}: does not answer, and logs on again: the connection from {} is closed",
               core_.settings.comp_id,
               core_.connection->address());
  logons_.end_probe();
  core_.ending.note(SessionEnd::Superseded);
  core_.connection->close();
}

void FixSession::on_heartbeat(std::string_view test_req_id) {
  if (!logons_.is_answer(test_req_id)) {
    return;
  }
  logons_.end_probe();
  probe_timer_.cancel();
  if (const auto refused = logons_.take_next()) {
    core_.refuse(*refused->connection, {.text = "the session is on"});
  }
}

}  // namespace betex::fix

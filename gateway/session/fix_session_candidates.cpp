// Connections with a Logon: who is there, and does the connection before it still live?
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/config/password_text.h"
#include "gateway/session/fix_session.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_right.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/tags.h"

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

// Nobody touches the session before he is known, and many may try at once.
void FixSession::on_logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  if (core_.reading_stopped) {
    return refuse(*connection, {.text = "the gateway is stopping"});
  }
  LogonCandidate candidate{.connection = connection,
                           .frames = std::move(frames),
                           .attempt = logons_.new_attempt(),
                           .arrived = std::chrono::steady_clock::now()};
  candidate.refused = why_refused_unasked(core_.settings, peer_of(*connection));
  if (candidate.refused.empty() && core_.settings.proof == LogonProof::Certificate) {
    return on_candidate(std::move(candidate));
  }
  ask_for_password(std::move(candidate));
}

// By the password of the Logon that the core's fields are of. `done` runs on the strand, unless the
// ticket is given back before.
LogonGate::Ticket FixSession::ask_who_it_is(const Connection& connection,
                                            const std::string& expected_username,
                                            std::function<void(bool right)> done) {
  return core_.environment.gate.enter(
      {.session = core_.settings.comp_id,
       .known = true,
       .credentials = {.expected_username = expected_username,
                       .username = std::string{core_.fields.value(tag::kUsername)},
                       .password = gateway::Secret{core_.fields.value(tag::kPassword)},
                       .address = connection.origin()},
       .done = [this, self = shared_from_this(), done = std::move(done)](bool right) {
         asio::post(core_.strand, [self, done, right] { done(right); });
       }});
}

// Who is refused already waits for it as long as with a wrong password.
void FixSession::ask_for_password(LogonCandidate candidate) {
  core_.fields.read(candidate.frames.front(), core_.environment.limits.fields);
  const auto is_clean = [&](std::uint32_t tag) {
    return std::ranges::none_of(core_.fields.value(tag), gateway::is_control_byte);
  };
  if (candidate.refused.empty() && !(is_clean(tag::kUsername) && is_clean(tag::kPassword))) {
    candidate.refused = "control characters in Username(553) or Password(554)";
  }
  candidate.username = core_.settings.username;
  candidate.ticket = ask_who_it_is(
      *candidate.connection,
      candidate.refused.empty() ? core_.settings.username : std::string{},
      [this, attempt = candidate.attempt](bool right) { on_authenticated(attempt, right); });
  candidate.connection->mask_secrets(candidate.frames.front());
  logons_.add_unknown(std::move(candidate));
}

void FixSession::on_authenticated(std::uint64_t attempt, bool right) {
  auto candidate = logons_.take_unknown(attempt);
  if (!candidate) {
    return;  // its connection has ended
  }
  if (!right) {
    const bool wrong = candidate->refused.empty();
    return refuse(*candidate->connection,
                  {.text = wrong ? "wrong credentials" : candidate->refused,
                   .kind = wrong ? LogonRefusal::Kind::Credentials : LogonRefusal::Kind::Content});
  }
  on_candidate(std::move(*candidate));
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
      return refuse(*candidate.connection, logon.error());
    }
  }
  if (const auto earlier = logons_.set_next(std::move(candidate))) {
    refuse(*earlier->connection, {.text = "a later logon has come"});
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
    refuse(*refused->connection, {.text = "the session is on"});
  }
}

}  // namespace betex::fix

#include "gateway/session/identification.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

#include "gateway/config/password_text.h"
#include "gateway/session/session_right.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/tags.h"

namespace betex::fix {

Identification::Identification(SessionCore& core, LogonQueue& logons, Known known)
    : core_{core}, logons_{logons}, known_{std::move(known)} {}

void Identification::begin(std::shared_ptr<Connection> connection, InboundFrames frames) {
  LogonCandidate candidate{.connection = connection,
                           .frames = std::move(frames),
                           .attempt = logons_.new_attempt(),
                           .arrived = std::chrono::steady_clock::now()};
  candidate.refused = why_refused_unasked(core_.settings, peer_of(*connection));
  if (candidate.refused.empty() && core_.settings.proof == LogonProof::Certificate) {
    return known_(std::move(candidate));
  }
  ask_for_password(std::move(candidate));
}

LogonGate::Ticket Identification::ask(const Connection& connection,
                                      const std::string& expected_username,
                                      std::function<void(bool right)> done) {
  return core_.environment.gate.enter(
      {.session = core_.settings.comp_id,
       .known = true,
       .credentials = {.expected_username = expected_username,
                       .username = std::string{core_.fields.value(tag::kUsername)},
                       .password = gateway::Secret{core_.fields.value(tag::kPassword)},
                       .address = connection.origin()},
       .done = [this, self = core_.keep_alive(), done = std::move(done)](bool right) {
         boost::asio::post(core_.strand, [self, done, right] { done(right); });
       }});
}

// Who is refused already waits for it as long as with a wrong password.
void Identification::ask_for_password(LogonCandidate candidate) {
  core_.fields.read(candidate.frames.front(), core_.environment.limits.fields);
  const auto is_clean = [&](std::uint32_t tag) {
    return std::ranges::none_of(core_.fields.value(tag), gateway::is_control_byte);
  };
  if (candidate.refused.empty() && !(is_clean(tag::kUsername) && is_clean(tag::kPassword))) {
    candidate.refused = "control characters in Username(553) or Password(554)";
  }
  candidate.username = core_.settings.username;
  candidate.ticket =
      ask(*candidate.connection,
          candidate.refused.empty() ? core_.settings.username : std::string{},
          [this, attempt = candidate.attempt](bool right) { on_authenticated(attempt, right); });
  candidate.connection->mask_secrets(candidate.frames.front());
  logons_.add_unknown(std::move(candidate));
}

void Identification::on_authenticated(std::uint64_t attempt, bool right) {
  auto candidate = logons_.take_unknown(attempt);
  if (!candidate) {
    return;  // its connection has ended
  }
  if (!right) {
    const bool wrong = candidate->refused.empty();
    return core_.refuse(
        *candidate->connection,
        {.text = wrong ? "wrong credentials" : candidate->refused,
         .kind = wrong ? LogonRefusal::Kind::Credentials : LogonRefusal::Kind::Content});
  }
  known_(std::move(*candidate));
}

void Identification::forget(const Connection& connection) {
  if (const auto candidate = logons_.take_unknown(connection)) {
    core_.environment.gate.leave(candidate->ticket);
  }
}

void Identification::close_all() {
  for (const LogonCandidate& candidate : logons_.take_all_unknown()) {
    core_.environment.gate.leave(candidate.ticket);
    candidate.connection->close();
  }
}

}  // namespace betex::fix

// Connections with a Logon: who is there, and does the connection before it still live?
#include <utility>

#include <boost/asio/post.hpp>

#include "gateway/session/fix_session.h"

namespace betex::fix {

namespace asio = boost::asio;

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
  probe_.begin_if_one_waits();
}

// ---- Is the one before it alive? ----------------------------------------------------------------

void FixSession::on_heartbeat(std::string_view test_req_id) {
  probe_.on_heartbeat(test_req_id);
}

}  // namespace betex::fix

// The right to be on, which a reload may give and take.
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/session/session_right.h"

namespace betex::fix {

namespace asio = boost::asio;

namespace {

constexpr const char* kLogoutText = "Not allowed to be logged on any more";

}  // namespace

void FixSession::reconfigure(const SessionSettings& settings,
                             std::shared_ptr<asio::ssl::context> tls) {
  asio::post(core_.strand, [this, self = shared_from_this(), settings, tls = std::move(tls)] {
    core_.settings.take_over(settings);
    inbound_.set_throttle(settings.throttle);
    if (tls) {
      tls_ = tls;
    }
    end_if_right_is_gone();
  });
}

// Empty: it may be. `username`: as LogonCandidate::username.
std::string FixSession::why_not_let_in(const Connection& connection,
                                       const std::string& username) const {
  return fix::why_not_let_in(core_.settings, peer_of(connection), username, tls_.get());
}

// Nothing that it sends acts any more. Its open orders go the way of those of a session that has
// logged out.
void FixSession::end_if_right_is_gone() {
  if (const LogonCandidate* next = logons_.next()) {
    if (const std::string why = why_not_let_in(*next->connection, next->username); !why.empty()) {
      core_.refuse(*logons_.take_next()->connection, {.text = why});
    }
  }
  if (!core_.connection || core_.state == SessionState::Draining) {
    return;
  }
  const std::string why = why_not_let_in(*core_.connection, username_);
  if (why.empty()) {
    return;
  }
  spdlog::warn("session {}: logged out: {}", core_.settings.comp_id, why);
  core_.ending.note(SessionEnd::RightGone);
  if (!core_.is_on()) {
    return core_.connection->close();
  }
  core_.send_logout(kLogoutText);
  outbound_.end_turn();
  end(matching::SessionDownReason::Logout);
}

}  // namespace betex::fix

#include "gateway/session/session_right.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/session/logon_queue.h"
#include "gateway/session/session_core.h"
#include "gateway/session/session_settings.h"
#include "gateway/transport/connection.h"

namespace betex::fix {

SessionPeer peer_of(const Connection& connection) {
  return {.address = connection.address(),
          .is_tls = connection.is_tls(),
          .certificate = connection.certificate()};
}

std::string why_refused_unasked(const SessionSettings& settings, const SessionPeer& peer) {
  if (settings.require_tls && !peer.is_tls) {
    return "without TLS: what password it sent may have been seen on the way";
  }
  const std::string& shown = peer.certificate.name();
  if (settings.proof != LogonProof::Password &&
      (shown.empty() || shown != settings.certificate_name)) {
    return "without the client certificate " + settings.certificate_name;
  }
  return {};
}

std::string why_not_let_in(const SessionSettings& settings,
                           const SessionPeer& peer,
                           const std::string& username,
                           boost::asio::ssl::context* tls) {
  if (settings.allow_from.empty()) {
    return "the session is not configured any more";
  }
  const auto allows = [&](const auto& range) { return range.contains(peer.address); };
  if (std::ranges::none_of(settings.allow_from, allows)) {
    return "it may not come from " + peer.address;
  }
  if (std::string why = why_refused_unasked(settings, peer); !why.empty()) {
    return why;
  }
  if (settings.proof != LogonProof::Certificate && username != settings.username) {
    return "it has not shown the password of " + settings.username;
  }
  if (settings.proof != LogonProof::Password && tls != nullptr) {
    if (const auto why = peer.certificate.why_bad(*tls)) {
      return "its certificate is not good any more: " + *why;
    }
  }
  return {};
}

void SessionRight::set_tls(std::shared_ptr<boost::asio::ssl::context> tls) {
  if (tls) {
    tls_ = std::move(tls);
  }
}

std::string SessionRight::why_not_let_in(const Connection& connection,
                                         const std::string& username) const {
  return fix::why_not_let_in(core_.settings, peer_of(connection), username, tls_.get());
}

std::string SessionRight::why_not_let_in() const {
  return why_not_let_in(*core_.connection, username_);
}

bool SessionRight::is_taken_from_who_is_on() {
  constexpr const char* kLogoutText = "Not allowed to be logged on any more";
  if (const LogonCandidate* next = logons_.next()) {
    if (const std::string why = why_not_let_in(*next->connection, next->username); !why.empty()) {
      core_.refuse(*logons_.take_next()->connection, {.text = why});
    }
  }
  if (!core_.connection || core_.state == SessionState::Draining) {
    return false;
  }
  const std::string why = why_not_let_in();
  if (why.empty()) {
    return false;
  }
  spdlog::warn("session {}: logged out: {}", core_.settings.comp_id, why);
  core_.ending.note(SessionEnd::RightGone);
  if (!core_.is_on()) {
    core_.connection->close();
    return false;
  }
  core_.send_logout(kLogoutText);
  return true;
}

}  // namespace betex::fix

#include "gateway/session/session_right.h"

#include <algorithm>

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

}  // namespace betex::fix

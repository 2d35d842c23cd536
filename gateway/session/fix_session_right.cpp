// The right to be on, which a reload may give and take.
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"

namespace betex::fix {

namespace asio = boost::asio;

namespace {

constexpr const char* kLogoutText = "Not allowed to be logged on any more";

}  // namespace

void FixSession::reconfigure(const SessionSettings& settings,
                             std::shared_ptr<asio::ssl::context> tls) {
  asio::post(strand_, [self = shared_from_this(), settings, tls = std::move(tls)] {
    self->settings_.allow_from = settings.allow_from;
    self->settings_.require_tls = settings.require_tls;
    self->settings_.proof = settings.proof;
    self->settings_.username = settings.username;
    self->settings_.certificate_name = settings.certificate_name;
    self->settings_.throttle = settings.throttle;
    self->throttle_.set_limits(settings.throttle);
    if (tls) {
      self->tls_ = tls;
    }
    self->end_if_right_is_gone();
  });
}

// Empty: it is. `username`: as Candidate::username. A password that has changed since is none of
// this: who has shown the old one was right then.
std::string FixSession::why_not_let_in(const Connection& connection,
                                       const std::string& username) const {
  if (settings_.allow_from.empty()) {
    return "the session is not configured any more";
  }
  const auto allows = [&](const auto& range) { return range.contains(connection.address()); };
  if (std::ranges::none_of(settings_.allow_from, allows)) {
    return "it may not come from " + connection.address();
  }
  if (std::string why = why_not_even_asked(connection); !why.empty()) {
    return why;
  }
  if (settings_.proof != LogonProof::Certificate && username != settings_.username) {
    return "it has not shown the password of " + settings_.username;
  }
  if (settings_.proof != LogonProof::Password && tls_) {
    if (const auto why = connection.certificate().why_bad(*tls_)) {
      return "its certificate is not good any more: " + *why;
    }
  }
  return {};
}

// Nothing that it sends acts any more. Its open orders go the way of those of a session that has
// logged out.
void FixSession::end_if_right_is_gone() {
  if (next_) {
    if (const std::string why = why_not_let_in(*next_->connection, next_->username); !why.empty()) {
      refuse(*std::exchange(next_, std::nullopt)->connection, why);
    }
  }
  if (!connection_ || state_ == State::Draining) {
    return;
  }
  const std::string why = why_not_let_in(*connection_, username_);
  if (why.empty()) {
    return;
  }
  spdlog::warn("session {}: logged out: {}", settings_.comp_id, why);
  note_end(SessionEnd::RightGone);
  if (state_ != State::On) {
    return connection_->close();
  }
  send_logout(kLogoutText);
  end_turn();
  end(matching::SessionDownReason::Logout);
}

}  // namespace betex::fix

// The right to be on, which a reload may give and take.
#include <utility>

#include <boost/asio/post.hpp>

#include "gateway/session/fix_session.h"

namespace betex::fix {

namespace asio = boost::asio;

void FixSession::reconfigure(const SessionSettings& settings,
                             std::shared_ptr<asio::ssl::context> tls) {
  asio::post(core_.strand, [this, self = shared_from_this(), settings, tls = std::move(tls)] {
    core_.settings.take_over(settings);
    inbound_.set_throttle(settings.throttle);
    right_.set_tls(tls);
    if (right_.is_taken_from_who_is_on()) {
      end_without_right();
    }
  });
}

// Nothing that it sends acts any more. Its open orders go the way of those of a session that has
// logged out.
void FixSession::end_without_right() {
  outbound_.end_turn();
  end(matching::SessionDownReason::Logout);
}

}  // namespace betex::fix

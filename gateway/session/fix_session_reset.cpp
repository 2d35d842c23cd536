// New numbers by the clock or by an operator: a new epoch, whose first message either way is 1.
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/link/clock.h"
#include "gateway/session/fix_session.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/transport_limits.h"

namespace betex::fix {

namespace asio = boost::asio;

namespace {

constexpr const char* kLogoutText = "Scheduled reset: both sides begin at MsgSeqNum 1";

}  // namespace

void FixSession::watch_reset_schedule() {
  if (reset_.has_schedule()) {
    asio::post(core_.strand, [this, self = shared_from_this()] { check_reset_schedule(); });
  }
}

// A machine may be suspended, so the clock is asked and not only waited for. In a logon that is on
// its way nothing is done: it is for the next look.
void FixSession::check_reset_schedule() {
  if (core_.reading_stopped) {
    return;  // the next start does it
  }
  if (reset_is_due()) {
    if (core_.state == SessionState::Off) {
      begin_reset();
    } else if (core_.is_on() && !core_.quickfix.sent_logout()) {
      spdlog::info("session {}: logged out for its scheduled reset", core_.settings.comp_id);
      core_.ending.by_logout();
      core_.ending.note(SessionEnd::ScheduledReset);
      core_.send_logout(kLogoutText);
      outbound_.end_turn();
    }
  }
  reset_timer_.expires_after(core_.environment.limits.reset_check_interval);
  reset_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && !error) {
      self->check_reset_schedule();
    }
  });
}

// What the journal says of the epoch is what counts, so it is done once, whatever is killed.
bool FixSession::reset_is_due() const {
  return core_.id != matching::SessionId{} && !core_.reading_stopped &&
         reset_.is_due(core_.environment.clock.now());
}

// Behind the SessionDown on the command ring; a Logon that comes meanwhile waits.
void FixSession::begin_reset() {
  core_.state = SessionState::Resetting;
  publish_standing();
  reset_.asked(core_.environment.clock.now());
  submit_control(matching::SetSessionNumbers{.comp_id = matching::Name{core_.settings.comp_id},
                                             .next_in = {},
                                             .reserved_to = {},
                                             .new_epoch = true,
                                             .request_id = {}});
}

// On a session that is down; what a logon that is on its way is told comes with its SessionWentUp.
void FixSession::on_numbers_set(const matching::SessionNumbersSet& event) {
  const bool by_the_clock = core_.state == SessionState::Resetting;
  if (by_the_clock) {
    core_.environment.metrics.scheduled_resets.add();
    spdlog::info(
        "session {}: scheduled reset: epoch {}", core_.settings.comp_id, event.epoch.value());
  } else {
    reset_.asked(core_.environment.clock.now());
    spdlog::warn("session {}: an operator has set its numbers: epoch {}, next inbound {}",
                 core_.settings.comp_id,
                 event.epoch.value(),
                 event.next_in.value());
  }
  if (by_the_clock || core_.state == SessionState::Off || core_.state == SessionState::Draining) {
    inbound_.set_expected(event.next_in);
    outbound_.numbers().set_reserved_to(event.reserved_to);
    take_epoch(event.epoch);
  }
  if (by_the_clock) {
    become_off();
  }
}

}  // namespace betex::fix

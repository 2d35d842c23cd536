// New numbers by the clock or by an operator: a new epoch, whose first message either way is 1.
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"

namespace betex::fix {

namespace asio = boost::asio;

namespace {

constexpr const char* kLogoutText = "Scheduled reset: both sides begin at MsgSeqNum 1";

}  // namespace

void FixSession::watch_reset_schedule() {
  if (settings_.reset_schedule) {
    asio::post(strand_, [self = shared_from_this()] { self->check_reset_schedule(); });
  }
}

// A machine may be suspended, so the clock is asked and not only waited for. In a logon that is on
// its way nothing is done: it is for the next look.
void FixSession::check_reset_schedule() {
  if (reading_stopped_) {
    return;  // the next start does it
  }
  if (reset_is_due()) {
    if (state_ == State::Off) {
      begin_reset();
    } else if (state_ == State::On && !quickfix_.sent_logout()) {
      spdlog::info("session {}: logged out for its scheduled reset", settings_.comp_id);
      logout_received_ = true;  // not the loss of a connection: the session ends by a Logout
      note_end(SessionEnd::ScheduledReset);
      send_logout(kLogoutText);
      end_turn();
    }
  }
  reset_timer_.expires_after(environment_.limits.reset_check_interval);
  reset_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && !error) {
      self->check_reset_schedule();
    }
  });
}

// What the journal says of the epoch is what counts, so it is done once, whatever is killed.
bool FixSession::reset_is_due() const {
  return settings_.reset_schedule && id_ != matching::SessionId{} && !reading_stopped_ &&
         epoch_began_ < settings_.reset_schedule->last(environment_.clock.now());
}

// Behind the SessionDown on the command ring; a Logon that comes meanwhile waits in next_.
void FixSession::begin_reset() {
  state_ = State::Resetting;
  asked_at_ = environment_.clock.now();
  matching::Command command;
  command.body = matching::SetSessionNumbers{.comp_id = matching::Name{settings_.comp_id},
                                             .next_in = {},
                                             .reserved_to = {},
                                             .new_epoch = true,
                                             .request_id = {}};
  submit_control(command);
}

// On a session that is down; what a logon that is on its way is told comes with its SessionWentUp.
void FixSession::on_numbers_set(const matching::SessionNumbersSet& event) {
  const bool by_the_clock = state_ == State::Resetting;
  if (by_the_clock) {
    environment_.metrics.scheduled_resets.add();
    spdlog::info("session {}: scheduled reset: epoch {}", settings_.comp_id, event.epoch.value());
  } else {
    asked_at_ = environment_.clock.now();
    spdlog::warn("session {}: an operator has set its numbers: epoch {}, next inbound {}",
                 settings_.comp_id,
                 event.epoch.value(),
                 event.next_in.value());
  }
  if (by_the_clock || state_ == State::Off || state_ == State::Draining) {
    expected_in_ = event.next_in;
    reserved_to_ = event.reserved_to;
    take_epoch(event.epoch);
  }
  if (by_the_clock) {
    become_off();
  }
}

}  // namespace betex::fix

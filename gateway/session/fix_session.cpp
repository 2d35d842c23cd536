// A session as the journal knows it, its commands to the journal, and its timer. README.md says
// where the rest of it is.
#include "gateway/session/fix_session.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using gateway::RingCommand;
using matching::CommandBody;
using matching::MsgSeqNum;
using matching::SessionDownReason;

namespace {

constexpr std::chrono::milliseconds kCreditRetry{2};
constexpr std::chrono::seconds kTick{1};

// So long between two ticks: the machine was suspended, or this process stopped.
constexpr std::chrono::nanoseconds kAbsence = std::chrono::seconds{5};

template <typename Body>
bool is_kind(std::uint16_t command_kind) {
  return command_kind == CommandBody{Body{}}.index() + 1;
}

}  // namespace

FixSession::FixSession(SessionSettings settings,
                       const SessionEnvironment& environment,
                       const std::optional<matching::SessionInfo>& known)
    : settings_{std::move(settings)},
      environment_{environment},
      strand_{environment.io.get_executor()},
      tick_timer_{strand_},
      retry_timer_{strand_},
      probe_timer_{strand_},
      pause_timer_{strand_},
      reset_timer_{strand_},
      sending_time_{
          environment.clock, environment.machine_clock, environment.limits.sending_time_tolerance},
      quickfix_{settings_,
                sending_time_,
                environment.dictionaries.provider(),
                *this,
                [this](MsgSeqNum first, MsgSeqNum last) { return sent_messages(first, last); }},
      gap_requests_{environment.limits.gap_requests},
      throttle_{settings_.throttle},
      unproven_{environment.cache.space(),
                known ? environment.cache.unproven_at_start(known->session)
                      : std::deque<UnprovenStep>{}} {
  if (known) {
    id_ = known->session;
    expected_in_ = known->next_in;
    reserved_to_ = known->reserved_to;
    delivered_ = known->delivered;
    outbound_ = environment_.cache.state(id_).value_or(OutboundState{});
    take_epoch(known->epoch);
    epoch_began_ = known->epoch_began;
  }
}

FixSession::~FixSession() = default;

// In the same epoch the session cache goes on where it stood. In a new one nobody knows what the
// client has of the old one: all that is not proven is told again, marked, with new numbers.
void FixSession::take_epoch(matching::SessionEpoch epoch) {
  if (epoch != epoch_) {
    epoch_began_ = asked_at_;
  }
  epoch_ = epoch;
  if (outbound_.epoch == epoch) {
    return;
  }
  outbound_.epoch = epoch;
  outbound_.last_number = MsgSeqNum{};
  outbound_.poss_resend_to = std::max(outbound_.poss_resend_to, outbound_.sent);
  outbound_.sent = {.event = delivered_, .leg = kAllLegs};
  unproven_.begin_anew();
}

// ---- From the journal ---------------------------------------------------------------------------

void FixSession::notify(gateway::SessionNotice notice) {
  asio::post(strand_,
             [self = shared_from_this(), notice = std::move(notice)] { self->on_notice(notice); });
}

void FixSession::on_notice(const gateway::SessionNotice& notice) {
  if (const auto* went_up = std::get_if<matching::SessionWentUp>(&notice)) {
    on_went_up(*went_up);
  } else if (const auto* reserved = std::get_if<matching::NumbersReserved>(&notice)) {
    on_numbers_reserved(*reserved);
  } else if (const auto* numbers = std::get_if<matching::SessionNumbersSet>(&notice)) {
    on_numbers_set(*numbers);
  } else if (std::holds_alternative<matching::SessionLoggedOut>(notice)) {
    on_logged_out_by_operator();
  } else if (const auto* rejected = std::get_if<matching::CommandRejected>(&notice)) {
    on_command_rejected(*rejected);
  } else if (const auto* reject = std::get_if<gateway::RejectDurable>(&notice)) {
    receipt_.durable(reject->msg_seq_num);
    queue_.release_hold(reject->msg_seq_num);
    write_released();
  }
}

void FixSession::on_logged_out_by_operator() {
  spdlog::warn("session {}: logged out by an operator", settings_.comp_id);
  if (state_ == State::On) {
    logout_received_ = true;  // not the loss of a connection: the session ends by a Logout
    note_end(SessionEnd::Operator);
    send_logout("Logged out by the operator");
    end_turn();
  }
}

void FixSession::on_numbers_reserved(const matching::NumbersReserved& event) {
  if (event.epoch != epoch_) {
    return;
  }
  reserved_to_ = event.up_to;
  reserving_ = false;
  if (state_ == State::Reserving) {
    answer();
  } else if (state_ == State::On) {
    send_waiting_reports();
    end_turn();
  }
}

void FixSession::on_command_rejected(const matching::CommandRejected& event) {
  const bool up = is_kind<matching::SessionUp>(event.command);
  const bool reserve = is_kind<matching::ReserveNumbers>(event.command);
  const bool reset = is_kind<matching::SetSessionNumbers>(event.command);
  spdlog::error("session {}: command of kind {} refused by the engine: {}",
                settings_.comp_id,
                event.command,
                matching::to_text(event.reason));
  if (reserve) {
    reserving_ = false;
  }
  if (reset && state_ == State::Resetting) {
    become_off();
  } else if (!connection_) {
    state_ = up && state_ == State::GoingUp ? State::Off : state_;
    tell_waiters();
  } else if (up && state_ == State::GoingUp) {
    log_refusal(*connection_, {.text = "the engine does not take it"});
    close_refused();
  } else if (reserve && (state_ == State::Reserving || state_ == State::On)) {
    note_end(SessionEnd::NoNumbers);
    end(SessionDownReason::Disconnect);
  }
}

// ---- Once a second ------------------------------------------------------------------------------

void FixSession::start_ticking() {
  last_tick_ = environment_.clock.now();
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) {
      self->tick();
    }
  });
}

void FixSession::tick() {
  if (state_ != State::On) {
    return;
  }
  if ((environment_.clock.now() - last_tick_).value() > kAbsence.count() || relogon_) {
    quickfix_.heard();  // nobody has listened: what the client said may still be unread
  }
  quickfix_.tick();
  confirm_delivery();
  ask_for_proof();
  check_held_reports();
  ask_again_in_time();
  disconnect_asked_ =
      disconnect_asked_ || (leave_by_ && std::chrono::steady_clock::now() >= *leave_by_);
  end_turn();
  check_slow_reader();
  if (disconnect_asked_) {
    note_end(SessionEnd::NoHeartbeat);
    return end(logout_received_ ? SessionDownReason::Logout : SessionDownReason::Disconnect);
  }
  start_ticking();
}

// ---- Session commands: never dropped, never out of order, never waited for ----------------------

void FixSession::submit_control(RingCommand command) {
  control_.push_back(std::move(command));
  submit_waiting_control();
}

void FixSession::submit_waiting_control() {
  while (!control_.empty() && environment_.commands.try_reserve(1)) {
    environment_.commands.submit(std::move(control_.front()));
    control_.pop_front();
  }
  if (!control_.empty()) {
    retry_later();
  } else {
    tell_waiters();
  }
}

void FixSession::retry_later() {
  if (std::exchange(retrying_, true)) {
    return;
  }
  retry_timer_.expires_after(kCreditRetry);
  retry_timer_.async_wait([self = shared_from_this()](const error_code& error) {
    self->retrying_ = false;
    if (!error) {
      self->submit_waiting_control();
      self->process_frames();
      self->finish_if_done();
    }
  });
}

}  // namespace betex::fix

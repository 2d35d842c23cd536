// A session's logon and its end. What it does with messages: fix_session_inbound.cpp, and
// fix_session_outbound.cpp.
#include "gateway/fix/fix_session.h"

#include <cstdlib>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/fix/tags.h"
#include "gateway/fix/utc_time.h"
#include "matching/assert.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using gateway::RingCommand;
using matching::Command;
using matching::CommandBody;
using matching::MsgSeqNum;
using matching::SessionDownReason;

namespace {

constexpr std::chrono::milliseconds kCreditRetry{2};
constexpr std::chrono::seconds kTick{1};
constexpr std::uint32_t kNumbersForLogon = 200;
constexpr std::uint32_t kAllLegs = UINT32_MAX;

Command session_command(CommandBody body) {
  Command command;
  command.body = body;
  return command;
}

template <typename Body>
bool is_kind(std::uint16_t command_kind) {
  return command_kind == CommandBody{Body{}}.index() + 1;
}

}  // namespace

matching::Timestamp wall_clock_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return matching::Timestamp{
      std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

FixSession::FixSession(SessionSettings settings,
                       const SessionEnvironment& environment,
                       const std::optional<matching::SessionInfo>& known)
    : settings_{std::move(settings)},
      environment_{environment},
      strand_{environment.io.get_executor()},
      tick_timer_{strand_},
      retry_timer_{strand_},
      quickfix_{settings_,
                environment.limits.sending_time_tolerance,
                environment.dictionaries,
                *this,
                [this](MsgSeqNum first, MsgSeqNum last) { return sent_messages(first, last); }} {
  if (known) {
    id_ = known->session;
    expected_in_ = known->next_in;
    reserved_to_ = known->reserved_to;
    outbound_ = environment_.cache.state(id_).value_or(OutboundState{});
    take_epoch(known->epoch, known->delivered);
  }
}

FixSession::~FixSession() = default;

// The session cache goes on where it stood; in a new epoch with new numbers.
void FixSession::take_epoch(matching::SessionEpoch epoch, matching::EventSeq delivered) {
  epoch_ = epoch;
  if (outbound_.epoch == matching::SessionEpoch{}) {
    outbound_.sent = {.event = delivered, .leg = kAllLegs};
  }
  if (outbound_.epoch != epoch) {
    outbound_.epoch = epoch;
    outbound_.last_number = MsgSeqNum{};
  }
}

// ---- Logon --------------------------------------------------------------------------------------

void FixSession::logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  asio::post(strand_,
             [self = shared_from_this(),
              connection = std::move(connection),
              frames = std::move(frames)]() mutable {
               self->on_logon(std::move(connection), std::move(frames));
             });
}

void FixSession::on_logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  if (state_ == State::Off && !reading_stopped_) {
    begin_logon(std::move(connection), std::move(frames));
  } else if (state_ == State::Draining && !next_connection_ && !reading_stopped_) {
    next_connection_ = std::move(connection);
    next_frames_ = std::move(frames);
  } else {
    environment_.metrics.logons_refused.add();
    spdlog::warn("session {}: another logon, from {}, while it is on: refused",
                 settings_.comp_id,
                 connection->address());
    connection->close();
  }
}

void FixSession::begin_logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  BETEX_ASSERT(queue_.unwritten_bytes() == 0 && control_.empty());
  connection_ = std::move(connection);
  frames_ = std::move(frames);
  next_frame_ = 1;  // what is behind the Logon waits
  disconnect_asked_ = false;
  logout_received_ = false;
  garbled_ = 0;
  state_ = State::Authenticating;
  frame_.assign(frames_.front());
  fields_.read(frame_, environment_.limits.fields);
  environment_.authenticator.authenticate(
      {.expected_username = settings_.username,
       .username = std::string{fields_.value(tag::kUsername)},
       .password = std::string{fields_.value(tag::kPassword)}},
      [self = shared_from_this(), attempt = ++attempt_](bool right) {
        asio::post(self->strand_,
                   [self, attempt, right] { self->on_authenticated(attempt, right); });
      });
}

void FixSession::on_authenticated(std::uint64_t attempt, bool right) {
  if (attempt != attempt_ || state_ != State::Authenticating) {
    return;
  }
  const bool reset = fields_.value(tag::kResetSeqNumFlag) == "Y";
  if (!right) {
    return refuse_logon("wrong credentials");
  }
  if (reset && !settings_.reset_allowed) {
    return refuse_logon("it may not reset its numbers (141=Y)");
  }
  if (!has_good_sending_time()) {
    return refuse_logon("its SendingTime is too far from our clock");
  }
  frame_number_ = fields_.msg_seq_num().value();
  if (!reset && frame_number_ < expected_in_) {
    // That client has seen another history. No SessionUp: QuickFIX answers what is expected.
    environment_.metrics.logons_too_low.add();
    spdlog::error("session {}: Logon with MsgSeqNum {}, but {} is expected",
                  settings_.comp_id,
                  frame_number_.value(),
                  expected_in_.value());
    return prepare_numbers();
  }
  state_ = State::GoingUp;
  submit_control(session_command(
      matching::SessionUp{.comp_id = matching::Name{settings_.comp_id}, .reset = reset}));
}

bool FixSession::has_good_sending_time() const {
  const auto sent = parse_utc_timestamp(fields_.sending_time());
  const std::chrono::nanoseconds tolerance = environment_.limits.sending_time_tolerance;
  return sent && std::abs((wall_clock_now() - *sent).value()) <= tolerance.count();
}

// Silently, before QuickFIX has seen anything.
void FixSession::refuse_logon(const std::string& why) {
  environment_.metrics.logons_refused.add();
  spdlog::warn(
      "session {}: logon from {} refused: {}", settings_.comp_id, connection_->address(), why);
  const auto connection = std::exchange(connection_, nullptr);
  frames_.clear();
  state_ = State::Off;
  connection->close();
  tell_waiters();
}

void FixSession::notify(gateway::SessionNotice notice) {
  asio::post(strand_,
             [self = shared_from_this(), notice = std::move(notice)] { self->on_notice(notice); });
}

void FixSession::on_notice(const gateway::SessionNotice& notice) {
  if (const auto* went_up = std::get_if<matching::SessionWentUp>(&notice)) {
    on_went_up(*went_up);
  } else if (const auto* reserved = std::get_if<matching::NumbersReserved>(&notice)) {
    on_numbers_reserved(*reserved);
  } else if (const auto* rejected = std::get_if<matching::CommandRejected>(&notice)) {
    on_command_rejected(*rejected);
  } else if (const auto* reject = std::get_if<gateway::RejectDurable>(&notice)) {
    queue_.release_hold(reject->msg_seq_num);
    write_released();
  }
}

void FixSession::on_went_up(const matching::SessionWentUp& event) {
  if (state_ != State::GoingUp) {
    spdlog::error("session {}: went up without having been asked to", settings_.comp_id);
    return;
  }
  up_ = true;
  id_ = event.session;
  expected_in_ = event.next_in;
  reserved_to_ = event.reserved_to;
  reserving_ = false;
  take_epoch(event.epoch, event.delivered);
  environment_.named(id_, shared_from_this());
  if (!connection_ || reading_stopped_) {
    return end(connection_ ? SessionDownReason::Shutdown : SessionDownReason::Disconnect);
  }
  prepare_numbers();
}

// The answer to a Logon uses a number, and no number is used before its block is durable.
void FixSession::prepare_numbers() {
  state_ = State::Reserving;
  reserve_numbers_ahead();
  if (numbers_left() >= kNumbersForLogon) {
    answer_logon();
  }
}

void FixSession::on_numbers_reserved(const matching::NumbersReserved& event) {
  if (event.epoch != epoch_) {
    return;
  }
  reserved_to_ = event.up_to;
  reserving_ = false;
  if (state_ == State::Reserving) {
    answer_logon();
  } else if (state_ == State::On) {
    send_waiting_reports();
    end_turn();
  }
}

void FixSession::on_command_rejected(const matching::CommandRejected& event) {
  const bool up = is_kind<matching::SessionUp>(event.command);
  const bool reserve = is_kind<matching::ReserveNumbers>(event.command);
  spdlog::error("session {}: command of kind {} refused by the engine: {}",
                settings_.comp_id,
                event.command,
                matching::to_text(event.reason));
  if (reserve) {
    reserving_ = false;
  }
  if (!connection_) {
    state_ = up && state_ == State::GoingUp ? State::Off : state_;
    tell_waiters();
  } else if (up && state_ == State::GoingUp) {
    refuse_logon("the engine does not take it");
  } else if (reserve && (state_ == State::Reserving || state_ == State::On)) {
    end(SessionDownReason::Disconnect);
  }
}

void FixSession::answer_logon() {
  handled_in_ = MsgSeqNum{expected_in_.value() - 1};
  quickfix_.start(outbound_.last_number.next(), expected_in_);
  const bool parsed = quickfix_.receive(frame_);
  expected_in_ = quickfix_.next_in();
  end_turn();
  if (!parsed || !quickfix_.logged_on() || disconnect_asked_) {
    spdlog::warn("session {}: logon from {} refused", settings_.comp_id, connection_->address());
    return end(SessionDownReason::Disconnect);
  }
  state_ = State::On;
  environment_.metrics.logons.add();
  environment_.metrics.sessions_on.add();
  spdlog::info("session {}: on, from {}", settings_.comp_id, connection_->address());
  connection_->logged_on();
  last_progress_ = std::chrono::steady_clock::now();
  subscription_ = subscription_.next();
  environment_.reports.subscribe(id_, subscription_, outbound_.sent);
  start_ticking();
  process_frames();
}

void FixSession::start_ticking() {
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
  quickfix_.tick();
  end_turn();
  check_slow_reader();
  if (disconnect_asked_) {
    return end(SessionDownReason::Disconnect);
  }
  start_ticking();
}

// ---- End ----------------------------------------------------------------------------------------

void FixSession::closed(Connection& connection) {
  asio::post(strand_, [self = shared_from_this(), connection = connection.shared_from_this()] {
    if (connection == self->connection_) {
      self->on_connection_closed();
    } else if (connection == self->next_connection_) {
      self->next_connection_ = nullptr;
    }
  });
}

void FixSession::on_connection_closed() {
  connection_ = nullptr;
  frames_.clear();
  if (state_ == State::Authenticating) {
    state_ = State::Off;
    tell_waiters();
  } else if (state_ != State::GoingUp) {  // which ends when SessionUp has been answered
    quickfix_.connection_lost();
    queue_.discard();
    end(SessionDownReason::Disconnect);
    finish_if_done();
  }
}

// Once. The connection stays until the last bytes have left.
void FixSession::end(SessionDownReason reason) {
  if (state_ == State::Draining || state_ == State::Off) {
    return;
  }
  if (state_ == State::On) {
    environment_.metrics.sessions_on.subtract();
    environment_.reports.unsubscribe(id_, subscription_);
    spdlog::info("session {}: off", settings_.comp_id);
  }
  state_ = State::Draining;
  quickfix_.connection_lost();
  frames_.clear();
  above_gap_.clear();
  waiting_reports_.clear();
  if (up_) {
    send_session_down(reason);
  }
  tick_timer_.expires_after(environment_.limits.close_grace);
  tick_timer_.async_wait([self = shared_from_this(), attempt = attempt_](const error_code& error) {
    if (!error && attempt == self->attempt_ && self->connection_) {
      self->connection_->close();
    }
  });
  finish_if_done();
}

void FixSession::send_session_down(SessionDownReason reason) {
  up_ = false;
  submit_control(session_command(matching::SessionDown{
      .session = id_, .epoch = epoch_, .next_in = expected_in_, .reason = reason}));
}

void FixSession::finish_if_done() {
  if (state_ != State::Draining) {
    return;
  }
  if (connection_ && queue_.unwritten_bytes() == 0) {
    std::exchange(connection_, nullptr)->finish();
  }
  if (connection_ || !control_.empty()) {
    return;
  }
  tick_timer_.cancel();
  state_ = State::Off;
  tell_waiters();
  if (next_connection_) {
    begin_logon(std::exchange(next_connection_, nullptr), std::move(next_frames_));
  }
}

void FixSession::tell_waiters() {
  if (!up_ && state_ != State::GoingUp && control_.empty()) {
    for (const auto& done : std::exchange(when_down_, {})) {
      done();
    }
  }
  if (state_ == State::Off) {
    for (const auto& done : std::exchange(when_off_, {})) {
      done();
    }
  }
}

void FixSession::stop_reading(std::function<void()> done) {
  asio::post(strand_, [self = shared_from_this(), done = std::move(done)] {
    self->reading_stopped_ = true;
    if (self->next_connection_) {
      std::exchange(self->next_connection_, nullptr)->close();
    }
    if (self->state_ == State::Authenticating) {
      self->refuse_logon("the gateway is stopping");
    } else if (self->state_ == State::Reserving) {
      self->end(SessionDownReason::Shutdown);
    }
    self->process_frames();
    done();
  });
}

void FixSession::go_down(SessionDownReason reason, std::function<void()> done) {
  asio::post(strand_, [self = shared_from_this(), reason, done = std::move(done)] {
    if (self->up_) {
      self->send_session_down(reason);
    }
    self->when_down_.push_back(done);
    self->tell_waiters();
  });
}

void FixSession::log_out(const std::string& text, std::function<void()> done) {
  asio::post(strand_, [self = shared_from_this(), text, done = std::move(done)] {
    if (self->state_ == State::On) {
      self->quickfix_.log_out(text);
      self->end_turn();
    }
    self->when_off_.push_back(done);
    self->tell_waiters();
  });
}

void FixSession::close_connection() {
  asio::post(strand_, [self = shared_from_this()] {
    if (self->connection_) {
      self->connection_->close();
    }
  });
}

void FixSession::abandon() {
  connection_ = nullptr;
  next_connection_ = nullptr;
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

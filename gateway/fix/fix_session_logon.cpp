// From a connection with a Logon to a session that is on.
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/fix/fix_session.h"
#include "gateway/fix/tags.h"
#include "matching/assert.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using matching::MsgSeqNum;
using matching::SessionDownReason;

namespace {

constexpr std::uint32_t kNumbersForLogon = 200;

}  // namespace

// ---- Who is it? ---------------------------------------------------------------------------------

void FixSession::logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  asio::post(strand_,
             [self = shared_from_this(),
              connection = std::move(connection),
              frames = std::move(frames)]() mutable {
               self->on_logon(std::move(connection), std::move(frames));
             });
}

// Nobody touches the session before he is known, and many may try at once.
void FixSession::on_logon(std::shared_ptr<Connection> connection, InboundFrames frames) {
  if (reading_stopped_) {
    return refuse(*connection, "the gateway is stopping");
  }
  Candidate candidate{
      .connection = connection, .frames = std::move(frames), .attempt = ++attempts_};
  candidate.refused = why_not_even_asked(*connection);
  if (candidate.refused.empty() && settings_.proof == LogonProof::Certificate) {
    return on_candidate(std::move(candidate));
  }
  ask_for_password(std::move(candidate));
}

// Empty: its password tells.
std::string FixSession::why_not_even_asked(const Connection& connection) const {
  if (settings_.require_tls && !connection.is_tls()) {
    return "without TLS: what password it sent may have been seen on the way";
  }
  const std::string& shown = connection.certificate().name();
  if (settings_.proof != LogonProof::Password &&
      (shown.empty() || shown != settings_.certificate_name)) {
    return "without the client certificate " + settings_.certificate_name;
  }
  return {};
}

// Who is refused already waits for it as long as with a wrong password.
void FixSession::ask_for_password(Candidate candidate) {
  fields_.read(candidate.frames.front(), environment_.limits.fields);
  candidate.username = settings_.username;
  candidate.ticket = environment_.gate.enter(
      {.session = settings_.comp_id,
       .known = true,
       .credentials = {.expected_username =
                           candidate.refused.empty() ? settings_.username : std::string{},
                       .username = std::string{fields_.value(tag::kUsername)},
                       .password = gateway::Secret{fields_.value(tag::kPassword)},
                       .address = candidate.connection->origin()},
       .done = [self = shared_from_this(), attempt = candidate.attempt](bool right) {
         asio::post(self->strand_,
                    [self, attempt, right] { self->on_authenticated(attempt, right); });
       }});
  candidate.connection->mask_secrets(candidate.frames.front());
  authenticating_.push_back(std::move(candidate));
}

void FixSession::on_authenticated(std::uint64_t attempt, bool right) {
  const auto found = std::find_if(authenticating_.begin(),
                                  authenticating_.end(),
                                  [&](const Candidate& c) { return c.attempt == attempt; });
  if (found == authenticating_.end()) {
    return;  // its connection has ended
  }
  Candidate candidate = std::move(*found);
  authenticating_.erase(found);
  if (!right) {
    return refuse(*candidate.connection,
                  candidate.refused.empty() ? "wrong credentials" : candidate.refused);
  }
  on_candidate(std::move(candidate));
}

// The newest connection of a client that is known is the one that it uses. Whether the one before
// is dead, a TestRequest tells.
void FixSession::on_candidate(Candidate candidate) {
  candidate.connection->authenticated();
  if (state_ == State::Off && !reset_is_due()) {
    return begin_logon(std::move(candidate));
  }
  if (next_) {
    refuse(*next_->connection, "a later logon has come");
  }
  next_ = std::move(candidate);
  if (state_ == State::Off) {
    return begin_reset();
  }
  if (state_ == State::On && probe_ == MsgSeqNum{}) {
    probe();
  }
}

// ---- Is the one before it alive? ----------------------------------------------------------------

void FixSession::probe() {
  environment_.metrics.probes.add();
  probe_ = outbound_.last_number.next();
  probed_at_ = std::chrono::steady_clock::now();
  quickfix_.test_request(probe_);
  proof_.asked(probe_);
  end_turn();
  probe_timer_.expires_after(environment_.limits.probe_grace);
  probe_timer_.async_wait([self = shared_from_this(), attempt = attempt_](const error_code& error) {
    if (!error && attempt == self->attempt_ && self->state_ == State::On &&
        self->probe_ != MsgSeqNum{}) {
      self->on_probe_time_out();
    }
  });
}

// What it has said may wait unread behind a full ring, and it may be taking in a long queue: both
// are no silence.
void FixSession::on_probe_time_out() {
  const bool unread = next_frame_ < frames_.size();
  const bool taking_in = queue_.unwritten_bytes() != 0 && last_progress_ > probed_at_;
  if (unread || taking_in) {
    return probe();
  }
  environment_.metrics.probes_failed.add();
  spdlog::warn("session {}: does not answer, and logs on again: the connection from {} is closed",
               settings_.comp_id,
               connection_->address());
  probe_ = {};
  note_end(SessionEnd::Superseded);
  connection_->close();
}

void FixSession::on_probe_answered() {
  probe_ = {};
  probe_timer_.cancel();
  if (next_) {
    refuse(*std::exchange(next_, std::nullopt)->connection, "the session is on");
  }
}

// ---- May it log on? -----------------------------------------------------------------------------

void FixSession::begin_logon(Candidate candidate) {
  BETEX_ASSERT(queue_.unwritten_bytes() == 0 && control_.empty());
  connection_ = std::move(candidate.connection);
  frames_ = std::move(candidate.frames);
  attempt_ = candidate.attempt;
  username_ = std::move(candidate.username);
  next_frame_ = 1;  // what is behind the Logon waits
  disconnect_asked_ = false;
  logout_received_ = false;
  how_ended_.reset();
  garbled_ = 0;
  frame_.assign(frames_.front());
  fields_.read(frame_, environment_.limits.fields);
  if (const std::string why = why_not_let_in(*connection_, username_); !why.empty()) {
    return refuse_logon(why);  // the settings are new
  }
  const bool reset = fields_.value(tag::kResetSeqNumFlag) == "Y";
  if (reset && !settings_.reset_allowed) {
    return refuse_logon("it may not reset its numbers (141=Y)");
  }
  if (!has_good_sending_time()) {
    return refuse_logon("its SendingTime is too far from our clock");
  }
  frame_number_ = fields_.msg_seq_num().value();
  if (reset && frame_number_ != MsgSeqNum{1}) {
    return refuse_logon("it resets its numbers (141=Y), but does not begin at 1");
  }
  if (!reset && frame_number_ < expected_in_) {
    // That client has seen another history. No SessionUp: QuickFIX answers what is expected.
    environment_.metrics.logons_too_low.add();
    environment_.refusals.write(RefusalKind::NumberTooLow,
                                spdlog::level::err,
                                "session {}: Logon with MsgSeqNum {}, but {} is expected",
                                settings_.comp_id,
                                frame_number_.value(),
                                expected_in_.value());
    return prepare_numbers();
  }
  state_ = State::GoingUp;
  asked_at_ = environment_.clock.now();
  matching::Command command;
  command.body =
      matching::SessionUp{.comp_id = matching::Name{settings_.comp_id},
                          .reset = reset,
                          .cancel_on_disconnect = cancels_on_disconnect(),
                          .grace_ms = static_cast<std::uint32_t>(settings_.cancel_grace.count())};
  submit_control(command);
}

// As the Logon asks for, else as configured.
bool FixSession::cancels_on_disconnect() const {
  const std::string_view asked = fields_.value(tag::kCancelOnDisconnect);
  return asked.empty() ? settings_.cancel_on_disconnect : asked == "Y";
}

void FixSession::start_next_logon() {
  if (next_ && state_ == State::Off) {
    begin_logon(*std::exchange(next_, std::nullopt));
  }
}

bool FixSession::has_good_sending_time() const {
  return sending_time_.passes(fields_.sending_time());
}

// Silently, before QuickFIX has seen anything.
void FixSession::refuse_logon(const std::string& why) {
  const auto connection = std::exchange(connection_, nullptr);
  refuse(*connection, why);
  frames_.clear();
  state_ = State::Off;
  tell_waiters();
  start_next_logon();
}

void FixSession::refuse(Connection& connection, const std::string& why) {
  environment_.metrics.logons_refused.add();
  environment_.refusals.write(RefusalKind::BadLogon,
                              spdlog::level::warn,
                              "session {}: logon from {} refused: {}",
                              settings_.comp_id,
                              connection.address(),
                              why);
  connection.close();
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
  delivered_ = event.delivered;
  reserving_ = false;
  take_epoch(event.epoch);
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

void FixSession::answer_logon() {
  handled_in_ = MsgSeqNum{expected_in_.value() - 1};
  receipt_.begin();
  quickfix_.start(outbound_.last_number.next(), expected_in_);
  const bool parsed = quickfix_.receive(frame_);
  // With a number above the expected one QuickFIX has asked for what lacks.
  asked_up_to_ = MsgSeqNum{frame_number_.value() - 1};
  expected_in_ = quickfix_.next_in();
  end_turn();
  if (!parsed || !quickfix_.logged_on() || disconnect_asked_) {
    environment_.refusals.write(RefusalKind::BadLogon,
                                spdlog::level::warn,
                                "session {}: logon from {} refused",
                                settings_.comp_id,
                                connection_->address());
    return end(SessionDownReason::Disconnect);
  }
  state_ = State::On;
  environment_.metrics.logons.add();
  environment_.metrics.sessions_on.add();
  spdlog::info("session {}: on, from {}", settings_.comp_id, connection_->address());
  last_progress_ = std::chrono::steady_clock::now();
  last_asked_ = last_progress_;
  proves_earlier_ = outbound_.sent.event > delivered_;
  subscription_ = subscription_.next();
  proof_.begin(delivered_, outbound_.sent.event);
  environment_.reports.subscribe(
      id_, subscription_, std::max(outbound_.sent, {.event = delivered_, .leg = kAllLegs}));
  start_ticking();
  process_frames();
  if (state_ == State::On && next_ && probe_ == MsgSeqNum{}) {
    probe();
  }
}

}  // namespace betex::fix

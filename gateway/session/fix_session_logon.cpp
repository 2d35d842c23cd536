// From a connection with a Logon to a session that is on.
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/config/password_text.h"
#include "gateway/session/fix_session.h"
#include "gateway/wire/tags.h"
#include "matching/assert.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;
using matching::MsgSeqNum;
using matching::SessionDownReason;

namespace {

constexpr std::uint32_t kNumbersForLogon = 200;

std::chrono::nanoseconds time_since(std::chrono::steady_clock::time_point arrived) {
  return std::chrono::steady_clock::now() - arrived;
}

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
  Candidate candidate{.connection = connection,
                      .frames = std::move(frames),
                      .attempt = ++attempts_,
                      .arrived = std::chrono::steady_clock::now()};
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

// By the password of the Logon in fields_. `done` runs on the strand, unless the ticket is given
// back before.
LogonGate::Ticket FixSession::ask_who_it_is(const Connection& connection,
                                            const std::string& expected_username,
                                            std::function<void(bool right)> done) {
  return environment_.gate.enter(
      {.session = settings_.comp_id,
       .known = true,
       .credentials = {.expected_username = expected_username,
                       .username = std::string{fields_.value(tag::kUsername)},
                       .password = gateway::Secret{fields_.value(tag::kPassword)},
                       .address = connection.origin()},
       .done = [self = shared_from_this(), done = std::move(done)](bool right) {
         asio::post(self->strand_, [self, done, right] { done(right); });
       }});
}

// Who is refused already waits for it as long as with a wrong password.
void FixSession::ask_for_password(Candidate candidate) {
  fields_.read(candidate.frames.front(), environment_.limits.fields);
  const auto is_clean = [&](std::uint32_t tag) {
    return std::ranges::none_of(fields_.value(tag), gateway::is_control_byte);
  };
  if (candidate.refused.empty() && !(is_clean(tag::kUsername) && is_clean(tag::kPassword))) {
    candidate.refused = "control characters in Username(553) or Password(554)";
  }
  candidate.username = settings_.username;
  candidate.ticket = ask_who_it_is(
      *candidate.connection,
      candidate.refused.empty() ? settings_.username : std::string{},
      [this, attempt = candidate.attempt](bool right) { on_authenticated(attempt, right); });
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
    const bool wrong = candidate.refused.empty();
    return refuse(*candidate.connection,
                  LogonRefusal{.text = wrong ? "wrong credentials" : candidate.refused,
                               .kind = wrong ? LogonRefusal::Kind::Credentials
                                             : LogonRefusal::Kind::Content});
  }
  on_candidate(std::move(candidate));
}

// The newest connection of a client that is known is the one that it uses. Whether the one before
// is dead, a TestRequest tells. A Logon that will be refused neither asks nor takes a place.
void FixSession::on_candidate(Candidate candidate) {
  candidate.connection->authenticated();
  if (state_ == State::Off && !reset_is_due()) {
    return begin_logon(std::move(candidate));
  }
  if (state_ == State::On || next_) {
    if (const auto logon = judge(candidate.frames.front(), time_since(candidate.arrived)); !logon) {
      return refuse(*candidate.connection, logon.error());
    }
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
  dropping_ = false;
  disconnect_asked_ = false;
  logout_received_ = false;
  how_ended_.reset();
  leave_by_.reset();
  refusal_.clear();
  const auto logon = judge(frames_.front(), time_since(candidate.arrived));
  if (const std::string why = why_not_let_in(*connection_, username_); !why.empty()) {
    log_refusal(*connection_, {.text = why});  // the settings are new
    return close_refused();
  }
  logon ? go_up(*logon) : turn_away(logon.error());
}

// All that a Logon must be, before anything of the session changes. Between on and off the numbers
// are not settled: those are looked at later. That it has waited for its password is no fault of
// its SendingTime(52).
tl::expected<Logon, LogonRefusal> FixSession::judge(std::string_view frame,
                                                    std::chrono::nanoseconds waited) {
  fields_.read(frame, environment_.limits.fields);
  auto logon = check_logon(fields_,
                           {.version = settings_.version,
                            .limits = settings_.logon,
                            .reset_allowed = settings_.reset_allowed});
  if (!logon) {
    return logon;
  }
  if (!sending_time_.passes(fields_.sending_time(), waited)) {
    return tl::make_unexpected(LogonRefusal{.text = "SendingTime(52) is too far from our clock"});
  }
  if (state_ == State::Off || state_ == State::On) {
    if (auto refusal = check_logon_numbers(
            *logon, {.next_in = expected_in_, .next_out = outbound_.last_number.next()})) {
      return tl::make_unexpected(std::move(*refusal));
    }
  }
  return logon;
}

void FixSession::go_up(const Logon& logon) {
  logon_ = logon;
  state_ = State::GoingUp;
  asked_at_ = environment_.clock.now();
  matching::Command command;
  command.body = matching::SessionUp{
      .comp_id = matching::Name{settings_.comp_id},
      .reset = logon.reset,
      .cancel_on_disconnect = logon.cancel_on_disconnect.value_or(settings_.cancel_on_disconnect),
      .grace_ms = static_cast<std::uint32_t>(settings_.cancel_grace.count())};
  submit_control(command);
}

void FixSession::start_next_logon() {
  if (next_ && state_ == State::Off) {
    begin_logon(*std::exchange(next_, std::nullopt));
  }
}

bool FixSession::has_good_sending_time() const {
  return sending_time_.passes(fields_.sending_time());
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
  // An operator may have set the numbers while it was on its way.
  if (const auto refusal = check_logon_numbers(
          logon_, {.next_in = expected_in_, .next_out = outbound_.last_number.next()})) {
    log_refusal(*connection_, *refusal);
    refusal_ = refusal->text;
  }
  prepare_numbers();
}

// The answer to a Logon uses a number, and no number is used before its block is durable.
void FixSession::prepare_numbers() {
  state_ = State::Reserving;
  reserve_numbers_ahead();
  if (numbers_left() >= kNumbersForLogon) {
    answer();
  }
}

void FixSession::answer() {
  refusal_.empty() ? answer_logon() : answer_by_logout();
}

void FixSession::answer_logon() {
  const MsgSeqNum number = outbound_.last_number.next();
  handled_in_ = MsgSeqNum{expected_in_.value() - 1};
  receipt_.begin();
  quickfix_.start(number, expected_in_);
  const MsgSeqNum next_in = logon_.number == expected_in_ ? logon_.number.next() : expected_in_;
  if (!quickfix_.log_on(logon_, next_in) || disconnect_asked_) {
    spdlog::error("session {}: QuickFIX refuses a Logon that was checked", settings_.comp_id);
    end_turn();
    return end(SessionDownReason::Disconnect);
  }
  place_logon();
  end_turn();
  state_ = State::On;
  environment_.metrics.logons.add();
  environment_.metrics.sessions_on.add();
  spdlog::info("session {}: on, from {}", settings_.comp_id, connection_->address());
  last_progress_ = std::chrono::steady_clock::now();
  last_asked_ = last_progress_;
  note_what_is_to_be_proven();
  subscription_ = subscription_.next();
  begin_proof();
  environment_.reports.subscribe(
      id_, subscription_, std::max(outbound_.sent, {.event = delivered_, .leg = kAllLegs}));
  start_ticking();
  if (logon_.next_expected && *logon_.next_expected < number) {
    resend_from(*logon_.next_expected);
  }
  process_frames();
  if (state_ == State::On && next_ && probe_ == MsgSeqNum{}) {
    probe();
  }
}

// QuickFIX has counted it. Above a gap its turn comes when the gap has closed: what lacks is asked
// for, by a ResendRequest or, where the client has named its own, by the 789 of our Logon.
void FixSession::place_logon() {
  gap_requests_.begin();
  logon_above_gap_ = {};
  if (logon_.number > expected_in_) {
    logon_above_gap_ = logon_.number;
    quickfix_.set_next_in(expected_in_);
    const MsgSeqNum up_to{logon_.number.value() - 1};
    const auto now = std::chrono::steady_clock::now();
    if (logon_.next_expected) {
      gap_requests_.comes_unasked(expected_in_, up_to, now);
    } else {
      quickfix_.request_resend();
      gap_requests_.asked(expected_in_, up_to, now);
    }
  }
  expected_in_ = quickfix_.next_in();
}

}  // namespace betex::fix

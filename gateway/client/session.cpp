#include "gateway/client/session.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "gateway/client/error.h"
#include "gateway/client/utc_time.h"

namespace betex::client {
namespace {

constexpr int kEncryptMethod = 98;
constexpr int kHeartBtInt = 108;
constexpr int kUsername = 553;
constexpr int kPassword = 554;
constexpr int kDefaultApplVerId = 1137;
constexpr std::string_view kFix50Sp2 = "9";

constexpr std::chrono::seconds kSendTimeout{10};
constexpr double kSilence = 1.2;  // heartbeat intervals without a message until a TestRequest

std::string_view begin_string(Dialect dialect) {
  return dialect == Dialect::Fixt11 ? "FIXT.1.1" : "FIX.4.4";
}

// A whole message, or what can be none. Of a beginning the rest must come first.
bool can_be_handled(std::string_view received) {
  try {
    return frame_length(received).has_value();
  } catch (const ProtocolError&) {
    return true;
  }
}

}  // namespace

Session::Session(SessionSettings settings, SessionStore& store)
    : settings_{std::move(settings)}, store_{&store}, expected_in_{store.next_in()} {}

void Session::logon(Connection connection, ResetNumbers reset, Clock::duration timeout) {
  reset_ = store_->reset_is_open() ? ResetNumbers::Yes : reset;
  if (reset_ == ResetNumbers::Yes && !ready_.empty()) {
    throw std::logic_error{"a reset while received messages have not been taken"};
  }
  // What came above a gap on an earlier connection is asked for again on this one.
  above_gap_.clear();
  requested_to_ = 0;
  probing_ = false;
  connection_.emplace(std::move(connection));
  state_ = State::AwaitingLogon;
  last_received_ = Clock::now();
  send_logon();
  if (!wait_for([this] { return state_ != State::AwaitingLogon; }, timeout)) {
    end("no answer to the Logon");
    throw TimedOut{end_reason_};
  }
  if (state_ != State::LoggedOn) {
    throw LogonRefused{"the session ended at once: " + end_reason_};
  }
  remember_taken();
}

// A Logon is never sent again, a gap fill takes its place: what it says, the password, is not kept.
// One that resets the numbers is kept when it has: a refusal leaves them as they are.
void Session::send_logon() {
  const bool anew = reset_ == ResetNumbers::Yes;
  Message logon{"A"};
  logon.add(kEncryptMethod, 0).add(kHeartBtInt, settings_.heartbeat.count());
  if (anew) {
    logon.add(tag::kResetSeqNumFlag, "Y");
  }
  logon.add(kUsername, settings_.sender);
  if (!settings_.password.empty()) {
    logon.add(kPassword, settings_.password.view());
  }
  if (settings_.dialect == Dialect::Fixt11) {
    logon.add(kDefaultApplVerId, kFix50Sp2);
  }
  const std::string sending_time = utc_now();
  const Header with = header(anew ? 1 : store_->next_out(), sending_time);
  std::string frame = encode(with, logon);
  logon.wipe();
  std::string kept = encode(with, Message{"A"});
  if (anew) {
    store_->open_reset();
    anew_ = std::move(kept);
  } else {
    store_->add_sent(std::move(kept));
  }
  transmit(frame);
  wipe(frame);
}

// A TestRequest that the counterparty has asked for again is filled over, like every administrative
// message, and never answered: then it takes another one.
void Session::synchronise(Clock::duration timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  do {
    const std::int64_t id = ++test_requests_;
    test_request_filled_over_ = false;
    test_request_number_ = store_->next_out();
    if (logged_on()) {
      send_numbered(Message{"1"}.add(tag::kTestReqId, id));
    }
    const auto answered = [this, id] { return test_requests_answered_ >= id; };
    wait_for([&] { return answered() || test_request_filled_over_ || !logged_on(); },
             deadline - Clock::now());
    if (answered()) {
      return;
    }
    if (!logged_on()) {
      throw Disconnected{end_reason_};
    }
  } while (test_request_filled_over_ && Clock::now() < deadline);
  throw TimedOut{"no answer to TestRequest " + std::to_string(test_requests_)};
}

std::uint32_t Session::send(const Message& message) {
  if (!logged_on()) {
    throw std::logic_error{"send() while not logged on: " + end_reason_};
  }
  const std::uint32_t number = store_->next_out();
  send_numbered(message);
  return number;
}

std::optional<Message> Session::receive(Clock::duration timeout) {
  remember_taken();
  wait_for([this] { return !ready_.empty() || state_ == State::Disconnected; }, timeout);
  if (!ready_.empty()) {
    Message message = std::move(ready_.front());
    ready_.pop_front();
    return message;
  }
  if (state_ == State::Disconnected) {
    throw Disconnected{end_reason_};
  }
  return std::nullopt;
}

void Session::logout(Clock::duration timeout) {
  remember_taken();
  if (!logged_on()) {
    throw Disconnected{end_reason_};
  }
  send_numbered(Message{"5"});
  state_ = State::AwaitingLogout;
  logout_answered_ = false;
  const bool ended = wait_for([this] { return state_ == State::Disconnected; }, timeout);
  remember_taken();
  if (!ended) {
    end("no answer to the Logout");
    throw TimedOut{end_reason_};
  }
  if (!logout_answered_) {
    throw Disconnected{end_reason_};
  }
}

void Session::disconnect() noexcept {
  end("disconnected by this side");
}

template <typename Condition>
bool Session::wait_for(Condition condition, Clock::duration timeout) {
  const Clock::time_point deadline = Clock::now() + timeout;
  for (bool in_time = true; in_time && !condition();) {
    pump(deadline);
    in_time = Clock::now() < deadline;
  }
  return condition();
}

// Handles what has arrived, or waits for something until the deadline or the next timer.
void Session::pump(Clock::time_point deadline) {
  if (state_ == State::Disconnected) {
    return;
  }
  if (!can_be_handled(connection_->received())) {
    connection_->receive(std::min(deadline, next_timer()));
  }
  handle_received();
  if (state_ == State::Disconnected) {
    return;
  }
  if (!connection_->closed()) {
    keep_timers();
    return;
  }
  const bool unanswered = state_ == State::AwaitingLogon;
  end(connection_->close_reason());
  if (unanswered) {
    throw LogonUnanswered{"the Logon was not answered: " + end_reason_};
  }
}

void Session::keep_timers() {
  const Clock::time_point now = Clock::now();
  if (state_ == State::AwaitingLogon) {
    return;
  }
  if (now - last_sent_ >= settings_.heartbeat) {
    send_numbered(Message{"0"});
  }
  const Clock::duration silence = now - last_received_;
  if (probing_ && silence >= 2 * kSilence * settings_.heartbeat) {
    end("the counterparty is silent and does not answer a TestRequest");
  } else if (!probing_ && silence >= kSilence * settings_.heartbeat) {
    probing_ = true;
    send_numbered(Message{"1"}.add(tag::kTestReqId, ++test_requests_));
  }
}

Clock::time_point Session::next_timer() const {
  const auto silence = std::chrono::ceil<Clock::duration>((probing_ ? 2 * kSilence : kSilence) *
                                                          settings_.heartbeat);
  return std::min(last_sent_ + settings_.heartbeat, last_received_ + silence);
}

Header Session::header(std::uint32_t number, std::string_view sending_time) const {
  return Header{.begin_string = begin_string(settings_.dialect),
                .sender = settings_.sender,
                .target = settings_.target,
                .seq_num = number,
                .sending_time = sending_time};
}

void Session::send_numbered(const Message& message) {
  const std::string sending_time = utc_now();
  const std::string frame = encode(header(store_->next_out(), sending_time), message);
  store_->add_sent(frame);
  transmit(frame);
}

// A connection that has ended is noticed by pump(), after what had arrived has been handled.
void Session::transmit(std::string_view frames) {
  last_sent_ = Clock::now();
  for (std::string_view rest = frames; !rest.empty();) {
    const std::size_t length = *frame_length(rest);
    observer_(Traffic::Sent, rest.substr(0, length));
    rest.remove_prefix(length);
  }
  connection_->send(frames, kSendTimeout);
}

void Session::remember_taken() {
  if (!takes_) {
    return;
  }
  store_->set_next_in(ready_.empty() ? expected_in_ : ready_.front().seq_num());
}

void Session::end(std::string reason) noexcept {
  if (state_ != State::Disconnected) {
    connection_->close();
    state_ = State::Disconnected;
    end_reason_ = std::move(reason);
  }
}

void Session::fail(const std::string& what) {
  end(what);
  throw ProtocolError{what};
}

}  // namespace betex::client

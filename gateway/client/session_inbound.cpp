// Session, the receiving half: every message that arrives is accepted in the order of its number,
// kept until the gap before it is closed, or seen to be a repetition.
#include <algorithm>
#include <limits>
#include <utility>

#include "gateway/client/error.h"
#include "gateway/client/session.h"
#include "gateway/client/utc_time.h"

namespace betex::client {
namespace {

constexpr std::size_t kResendChunk = std::size_t{64} * 1024;

std::string text_of(const Message& message) {
  return std::string{message.find(tag::kText).value_or("no text")};
}

bool is_reset(const Message& message) {
  return message.type() == "4" && !message.has(tag::kGapFillFlag, "Y");
}

}  // namespace

void Session::handle_received() {
  std::string& received = connection_->received();
  std::size_t handled = 0;
  while (state_ != State::Disconnected) {
    const std::string_view rest = std::string_view{received}.substr(handled);
    std::optional<std::size_t> length;
    try {
      length = frame_length(rest);
      if (!length) {
        break;
      }
      handle_frame(rest.substr(0, *length));
    } catch (const ClientError& error) {
      end(error.what());
      throw;
    }
    handled += *length;
  }
  received.erase(0, handled);
}

void Session::handle_frame(std::string_view frame) {
  Message message = Message::parse(frame);
  check_header(message);
  last_received_ = Clock::now();
  probing_ = false;
  if (state_ == State::AwaitingLogon) {
    observer_(Traffic::Received, frame);
    handle_first_answer(std::move(message));
  } else if (is_reset(message)) {
    observer_(Traffic::Received, frame);
    move_expected_to(message.get_int(tag::kNewSeqNo));
    accept_above_gap();
  } else {
    handle_sequenced(std::move(message), frame);
  }
}

void Session::check_header(const Message& message) {
  const Header ours = header(1, "");
  if (!message.has(tag::kBeginString, ours.begin_string) ||
      !message.has(tag::kSenderCompId, ours.target) ||
      !message.has(tag::kTargetCompId, ours.sender)) {
    fail("a message of another session: BeginString, SenderCompID or TargetCompID is wrong");
  }
  if (message.poss_dup()) {
    static_cast<void>(message.get(tag::kOrigSendingTime));
  }
  static_cast<void>(message.get(tag::kSendingTime));
}

void Session::handle_first_answer(Message message) {
  if (message.type() == "5") {
    handle_refused_logon(message);
  }
  if (message.type() != "A") {
    fail("the first answer to a Logon is of type " + message.type());
  }
  const std::uint32_t number = message.seq_num();
  if (reset_ == ResetNumbers::Yes) {
    if (!message.has(tag::kResetSeqNumFlag, "Y") || number != 1) {
      fail("a Logon with 141=Y was answered without it, or not with number 1");
    }
    begin_anew();
  }
  if (number < expected_in_) {
    end("the counterparty's next number is " + std::to_string(number) +
        ", but this side has seen " + std::to_string(expected_in_ - 1) +
        " of its messages: it has lost its history");
    throw HistoryMismatch{end_reason_};
  }
  state_ = State::LoggedOn;
  if (number == expected_in_) {
    ++expected_in_;
  } else {
    above_gap_.emplace(number, std::move(message));
    request_missing();
  }
}

void Session::handle_refused_logon(const Message& logout) {
  const std::string text = text_of(logout);
  store_->drop_reset();
  if (logout.seq_num() == expected_in_) {
    ++expected_in_;
  }
  end("the Logon was refused: " + text);
  if (text.find("too low") != std::string::npos) {
    throw HistoryMismatch{end_reason_};
  }
  throw LogonRefused{end_reason_};
}

// The counterparty has agreed to number 1 on both sides.
void Session::begin_anew() {
  store_->reset();
  store_->add_sent(std::exchange(anew_, {}));
  expected_in_ = 1;
}

void Session::handle_sequenced(Message message, std::string_view frame) {
  const std::uint32_t number = message.seq_num();
  if (number < expected_in_ || above_gap_.contains(number)) {
    if (!message.poss_dup()) {
      fail("MsgSeqNum " + std::to_string(number) + " came twice, without PossDupFlag; expected " +
           std::to_string(expected_in_));
    }
    ++counters_.duplicates_received;
    observer_(Traffic::ReceivedDuplicate, frame);
    return;
  }
  if (number == expected_in_) {
    observer_(Traffic::Received, frame);
    accept(std::move(message), Arrival::InOrder);
    accept_above_gap();
    return;
  }
  observer_(Traffic::ReceivedAboveGap, frame);
  if (message.type() == "2") {
    answer_resend_request(message);  // at once: both sides may have a gap
  }
  above_gap_.emplace(number, std::move(message));
  request_missing();
}

// The next message in the order of numbers.
void Session::accept(Message message, Arrival arrival) {
  ++expected_in_;
  if (message.administrative() && message.type() != "3") {
    handle_administrative(message, arrival);
  } else {
    ready_.push_back(std::move(message));
  }
}

void Session::handle_administrative(const Message& message, Arrival arrival) {
  switch (message.type()[0]) {
    case '0':
      handle_heartbeat(message);
      break;
    case '1':
      send_numbered(Message{"0"}.add(tag::kTestReqId, message.get(tag::kTestReqId)));
      break;
    case '2':
      if (arrival == Arrival::InOrder) {
        answer_resend_request(message);
      }
      break;
    case '4':
      move_expected_to(message.get_int(tag::kNewSeqNo));
      break;
    case '5':
      handle_logout(message);
      break;
    default:
      if (arrival == Arrival::InOrder) {
        fail("a Logon while logged on");
      }
  }
}

void Session::handle_heartbeat(const Message& message) {
  if (!message.find(tag::kTestReqId)) {
    return;
  }
  const std::int64_t id = message.get_int(tag::kTestReqId);
  if (id > test_requests_) {
    fail("a Heartbeat answers a TestRequest that was never sent: " + std::to_string(id));
  }
  test_requests_answered_ = std::max(test_requests_answered_, id);
}

void Session::handle_logout(const Message& message) {
  if (state_ == State::AwaitingLogout) {
    logout_answered_ = true;
    end("logged out");
    return;
  }
  send_numbered(Message{"5"});
  end("the counterparty logged out: " + text_of(message));
}

void Session::move_expected_to(std::int64_t number) {
  if (number < expected_in_ || number > std::numeric_limits<std::uint32_t>::max()) {
    fail("a SequenceReset to " + std::to_string(number) + ", expected are numbers from " +
         std::to_string(expected_in_));
  }
  expected_in_ = static_cast<std::uint32_t>(number);
}

void Session::accept_above_gap() {
  while (!above_gap_.empty() && above_gap_.begin()->first <= expected_in_ &&
         state_ != State::Disconnected) {
    auto next = above_gap_.extract(above_gap_.begin());
    if (next.key() < expected_in_) {
      // A gap fill has passed over it, but it did come.
      if (!next.mapped().administrative() || next.mapped().type() == "3") {
        ready_.push_back(std::move(next.mapped()));
      }
      continue;
    }
    accept(std::move(next.mapped()), Arrival::AfterGap);
  }
  request_missing();
}

void Session::request_missing() {
  if (above_gap_.empty() || requested_to_ >= expected_in_ || state_ == State::Disconnected) {
    return;
  }
  requested_to_ = above_gap_.begin()->first - 1;
  ++counters_.resend_requests_sent;
  send_numbered(
      Message{"2"}.add(tag::kBeginSeqNo, expected_in_).add(tag::kEndSeqNo, requested_to_));
}

void Session::answer_resend_request(const Message& request) {
  const std::int64_t first = request.get_int(tag::kBeginSeqNo);
  const std::uint32_t last_sent = store_->next_out() - 1;
  const std::int64_t asked_to = request.get_int(tag::kEndSeqNo);
  if (first < 1 || first > last_sent || (asked_to != 0 && asked_to < first)) {
    fail("a ResendRequest from " + std::to_string(first) + " to " + std::to_string(asked_to) +
         ", sent were messages up to " + std::to_string(last_sent));
  }
  if (first < store_->first_kept()) {
    fail("a ResendRequest from " + std::to_string(first) + " to " + std::to_string(asked_to) +
         ", kept are messages from " + std::to_string(store_->first_kept()) + " on");
  }
  const std::uint32_t last =
      asked_to == 0 || asked_to > last_sent ? last_sent : static_cast<std::uint32_t>(asked_to);
  ++counters_.resend_requests_answered;
  test_request_filled_over_ =
      test_request_filled_over_ || (first <= test_request_number_ && test_request_number_ <= last);
  auto gap_from = static_cast<std::uint32_t>(first);
  std::string frames;
  for (std::uint32_t number = gap_from; number <= last; ++number) {
    const Message message = Message::parse(store_->sent(number));
    if (message.administrative()) {
      continue;
    }
    if (gap_from < number) {
      frames += encode_gap_fill(gap_from, number);
    }
    frames += encode_resent(message, number);
    gap_from = number + 1;
    ++counters_.messages_resent;
    if (frames.size() >= kResendChunk) {
      transmit(frames);
      frames.clear();
    }
  }
  if (gap_from <= last) {
    frames += encode_gap_fill(gap_from, last + 1);
  }
  transmit(frames);
}

std::string Session::encode_resent(const Message& message, std::uint32_t number) const {
  const std::string sending_time = utc_now();
  Header resent = header(number, sending_time);
  resent.orig_sending_time = message.get(tag::kSendingTime);
  return encode(resent, message);
}

std::string Session::encode_gap_fill(std::uint32_t from, std::uint32_t next) const {
  const std::string sending_time = utc_now();
  Header gap_fill = header(from, sending_time);
  gap_fill.orig_sending_time = sending_time;
  return encode(gap_fill, Message{"4"}.add(tag::kGapFillFlag, "Y").add(tag::kNewSeqNo, next));
}

}  // namespace betex::client

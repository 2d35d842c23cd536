// What a client does that a well-behaved one does not, and that must do no harm.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "gateway/client/error.h"
#include "gateway/client/utc_time.h"
#include "tests/sim/clients/bodies.h"
#include "tests/sim/clients/fix_client.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

using client::Message;
using std::chrono::milliseconds;

constexpr std::uint32_t kMostAskedFor = 30;  // messages of one resend
constexpr std::uint32_t kMostSentAgain = 4;
constexpr milliseconds kAnswerTimeout{3'000};

std::string_view begin_string(client::Dialect dialect) {
  return dialect == client::Dialect::Fixt11 ? "FIXT.1.1" : "FIX.4.4";
}

}  // namespace

void FixClient::follow(Whim whim, const Exchange& exchange) {
  switch (whim) {
    case Whim::HangUp:
      session_.disconnect();
      lost_connection();
      has_followed(whim);
      break;
    case Whim::Resend:
      ask_for_resend();
      break;
    case Whim::Duplicate:
      send_last_again();
      send_numbers_again();
      has_followed(whim);
      break;
    case Whim::Reorder:
      send_two_misplaced();
      break;
    case Whim::GoBack:
      go_back(exchange);
      break;
  }
}

// Of messages that it has; what comes is compared with them.
void FixClient::ask_for_resend() {
  const std::uint32_t last = store_.next_in() - 1;
  if (last == 0) {
    return;
  }
  const std::uint32_t most = std::min(last, kMostAskedFor);
  const std::uint32_t first = last - static_cast<std::uint32_t>(random_.below(most));
  const std::uint32_t end = random_.chance(50) ? 0 : last;  // 0: all that follow
  session_.send(Message{"2"}.add(client::tag::kBeginSeqNo, first).add(client::tag::kEndSeqNo, end));
  has_followed(Whim::Resend);
}

client::Header FixClient::header(std::uint32_t number, std::string_view time) const {
  return {.begin_string = begin_string(session_.dialect()),
          .sender = comp_id(),
          .target = "BETEX",
          .seq_num = number,
          .sending_time = time};
}

// Its newest messages once more as they were, with 43=Y: their numbers are used up.
void FixClient::send_numbers_again() {
  const std::uint32_t end = store_.next_out();
  const std::uint32_t count = std::min(end - 1, kMostSentAgain);
  const std::string time = client::utc_now();
  std::string frames;
  for (std::uint32_t number = end - count; number < end; ++number) {
    const Message message = Message::parse(store_.sent(number));
    if (message.administrative()) {
      continue;
    }
    const std::string first_time{message.get(client::tag::kSendingTime)};
    client::Header again = header(number, time);
    again.orig_sending_time = first_time;
    frames += client::encode(again, message);
  }
  if (!frames.empty() && !line_.put(frames)) {
    session_.disconnect();
    lost_connection();
  }
}

// Two requests, of which the second overtakes the first.
void FixClient::send_two_misplaced() {
  std::array<std::string, 2> frames;
  for (std::string& frame : frames) {
    const auto request = request_to_misplace();
    if (!request) {
      return;
    }
    const std::string time = client::utc_now();
    frame = client::encode(header(store_.next_out(), time), *request);
    store_.add_sent(frame);
  }
  has_followed(Whim::Reorder);
  if (!line_.put(frames[1] + frames[0])) {
    session_.disconnect();
    lost_connection();
  }
}

// Hangs up, and logs on beside its session with a number that has surely been taken before.
void FixClient::go_back(const Exchange& exchange) {
  session_.disconnect();
  lost_connection();
  if (!was_on_) {
    return;
  }
  constexpr std::uint32_t kUsed = 1;
  Message logon{"A"};
  logon.add(98, 0).add(108, 30).add(553, comp_id()).add(554, kPassword);
  if (speaks_fixt()) {
    logon.add(1137, "9");
  }
  const std::string time = client::utc_now();
  client::Connection connection =
      client::Connection::open("127.0.0.1", port_of(exchange), kAnswerTimeout);
  connection.send(client::encode(header(kUsed, time), logon), kAnswerTimeout);
  has_followed(Whim::GoBack);
  const auto deadline = client::Clock::now() + kAnswerTimeout;
  while (!client::frame_length(connection.received()) && connection.receive(deadline)) {
  }
  if (const auto length = client::frame_length(connection.received())) {
    const Message answer =
        Message::parse(std::string_view{connection.received()}.substr(0, *length));
    if (answer.type() != "5") {
      add_fault("a Logon with a number that was used before was answered " + words_of(answer));
    }
  }
}

}  // namespace betex::sim

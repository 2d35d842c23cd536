#include "tests/bench/load_generator.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client/message.h"
#include "gateway/client/utc_time.h"
#include "tests/bench/loopback.h"

namespace betex::bench {
namespace {

using client::frame_length;
using client::kSoh;

constexpr std::size_t kBatch = 64;  // orders in one write

std::string with_soh(std::string_view text) {
  std::string fields{text};
  for (char& c : fields) {
    if (c == '|') {
      c = kSoh;
    }
  }
  return fields;
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// A New is an ExecutionReport with 150=0.
bool is_new(std::string_view frame) {
  return frame.find(
             "\x01"
             "150=0\x01") != std::string_view::npos;
}

bool is_session_message(std::string_view frame) {
  const std::size_t type = frame.find(
      "\x01"
      "35=");
  return frame[type + 4] == '0' || frame[type + 4] == 'A';
}

}  // namespace

LoadGenerator::LoadGenerator(std::uint16_t port, std::string sender)
    : descriptor_{connect_to_loopback(port)},
      sender_{std::move(sender)},
      sending_time_{client::utc_now()},
      id_prefix_{std::to_string(getpid()) + "-" + std::to_string(port) + "-"} {
  append("A", with_soh("98=0|108=60|141=Y|553=" + sender_ + "|554=demo|1137=9|"));
  send_pending();
  receive_news(0);  // the Logon; a refusal is an error there
}

LoadGenerator::~LoadGenerator() {
  close(descriptor_);
}

void LoadGenerator::round_trip() {
  sending_time_ = client::utc_now();
  append_order();
  send_pending();
  while (receive_news(0) == 0) {
  }
}

void LoadGenerator::pipeline(std::uint64_t orders, std::uint64_t window) {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  while (answered < orders) {
    const std::uint64_t free = std::min(orders - sent, window - (sent - answered));
    const std::uint64_t batch = std::min<std::uint64_t>(free, kBatch);
    if (batch > 0) {
      sending_time_ = client::utc_now();
      for (std::uint64_t i = 0; i < batch; ++i) {
        append_order();
      }
      send_pending();
      sent += batch;
    }
    answered += receive_news(batch > 0 ? MSG_DONTWAIT : 0);
  }
}

void LoadGenerator::append_order() {
  static const std::string kTerms =
      with_soh("|38=10|40=2|44=2.04|54=2|55=EPL-ARS-CHE.HOME|59=1|60=");
  std::string body = "11=" + id_prefix_;
  append_number(body, next_number_);
  body += kTerms;
  body += sending_time_;
  body += kSoh;
  append("D", body);
}

void LoadGenerator::append(std::string_view type, std::string_view body) {
  static const std::string kTail = with_soh("|56=BETEX|");
  std::string rest = "35=";
  rest += type;
  rest +=
      "\x01"
      "34=";
  append_number(rest, next_number_++);
  rest +=
      "\x01"
      "49=";
  rest += sender_;
  rest +=
      "\x01"
      "52=";
  rest += sending_time_;
  rest += kTail;
  rest += body;
  const std::size_t begin = pending_.size();
  pending_ +=
      "8=FIXT.1.1\x01"
      "9=";
  append_number(pending_, rest.size());
  pending_ += kSoh;
  pending_ += rest;
  unsigned sum = 0;
  for (std::size_t i = begin; i < pending_.size(); ++i) {
    sum += static_cast<unsigned char>(pending_[i]);
  }
  sum %= 256;
  pending_ += "10=";
  pending_ += static_cast<char>('0' + sum / 100);
  pending_ += static_cast<char>('0' + sum / 10 % 10);
  pending_ += static_cast<char>('0' + sum % 10);
  pending_ += kSoh;
}

void LoadGenerator::send_pending() {
  for (std::string_view rest = pending_; !rest.empty();) {
    const ssize_t count = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0) {
      throw std::system_error{errno, std::generic_category(), "send"};
    }
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  pending_.clear();
}

std::uint64_t LoadGenerator::receive_news(int flags) {
  std::array<char, 65536> buffer;
  const ssize_t count = recv(descriptor_, buffer.data(), buffer.size(), flags);
  if (count < 0 && errno == EAGAIN) {
    return 0;
  }
  if (count <= 0) {
    throw std::runtime_error{"the gateway has closed the connection"};
  }
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  std::uint64_t news = 0;
  std::string_view rest = received_;
  while (!rest.empty()) {
    const auto length = frame_length(rest);
    if (!length) {
      break;
    }
    const std::string_view frame = rest.substr(0, *length);
    if (is_new(frame)) {
      ++news;
    } else if (!is_session_message(frame)) {
      throw std::runtime_error{"not a New: " + client::readable(frame)};
    }
    rest.remove_prefix(*length);
  }
  received_.erase(0, received_.size() - rest.size());
  return news;
}

}  // namespace betex::bench

#include "tests/bench/trading_session.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
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

// Of the first field with this tag; empty where there is none.
std::string_view value(std::string_view frame, std::string_view soh_tag_equals) {
  const std::size_t found = frame.find(soh_tag_equals);
  if (found == std::string_view::npos) {
    return {};
  }
  const std::size_t begin = found + soh_tag_equals.size();
  return frame.substr(begin, frame.find(kSoh, begin) - begin);
}

}  // namespace

TradingSession::TradingSession(std::uint16_t port, std::string sender)
    : descriptor_{connect_to_loopback(port)},
      sender_{std::move(sender)},
      id_prefix_{client::utc_now().substr(9) + "-"} {
  append("A", with_soh("98=0|108=60|141=Y|553=" + sender_ + "|554=demo|1137=9|"));
  while (!flush()) {
  }
  while (!logged_on_) {
    receive_news(Wait::Yes);
  }
}

TradingSession::~TradingSession() {
  close(descriptor_);
}

void TradingSession::append_order(const Terms& terms) {
  static const std::string kSize = with_soh("|38=10|40=2|44=");
  static const std::string kSide = with_soh("|54=2|55=");
  static const std::string kUntilCancelled = with_soh("|59=1|60=");
  std::string body = "11=" + id_prefix_;
  append_number(body, next_number_);
  body += kSize;
  body += terms.price;
  body += kSide;
  body += terms.symbol;
  body += kUntilCancelled;
  body += client::utc_now();
  body += kSoh;
  append("D", body);
}

void TradingSession::append(std::string_view type, std::string_view body) {
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
  rest += client::utc_now();
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

bool TradingSession::flush() {
  const ssize_t count =
      ::send(descriptor_, pending_.data(), pending_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0 && errno != EAGAIN) {
    throw std::system_error{errno, std::generic_category(), "send"};
  }
  pending_.erase(0, count < 0 ? 0 : static_cast<std::size_t>(count));
  return pending_.empty();
}

std::size_t TradingSession::receive_news(Wait wait) {
  std::array<char, 65536> buffer;
  const int flags = wait == Wait::Yes ? 0 : MSG_DONTWAIT;
  const ssize_t count = recv(descriptor_, buffer.data(), buffer.size(), flags);
  if (count < 0 && errno == EAGAIN) {
    return 0;
  }
  if (count <= 0) {
    throw std::runtime_error{"the server has closed the connection of " + sender_};
  }
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  std::size_t news = 0;
  std::string_view rest = received_;
  while (const auto length = rest.empty() ? std::nullopt : frame_length(rest)) {
    news += take(rest.substr(0, *length)) ? 1U : 0U;
    rest.remove_prefix(*length);
  }
  received_.erase(0, received_.size() - rest.size());
  return news;
}

void TradingSession::take_status(std::string_view frame) {
  const std::string_view version = value(frame,
                                         "\x01"
                                         "20005=");
  ++statuses_.count;
  std::from_chars(version.data(), version.data() + version.size(), statuses_.version);
}

// True for a New. Reports of before the reset (97=Y) do not count.
bool TradingSession::take(std::string_view frame) {
  const std::string_view type = value(frame,
                                      "\x01"
                                      "35=");
  if (type == "8" && value(frame,
                           "\x01"
                           "97=") == "Y") {
    ++sent_again_;
    return false;
  }
  if (type == "8" && value(frame,
                           "\x01"
                           "150=") == "0") {
    return true;
  }
  if (type == "1") {
    append("0",
           "112=" +
               std::string{value(frame,
                                 "\x01"
                                 "112=")} +
               kSoh);
    flush();
  } else if (type == "f") {
    take_status(frame);
  } else if (type == "A") {
    logged_on_ = true;
  } else if (type != "0") {
    throw std::runtime_error{"not a New: " + client::readable(frame)};
  }
  return false;
}

}  // namespace betex::bench

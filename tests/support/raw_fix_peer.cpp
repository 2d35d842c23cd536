#include "tests/support/raw_fix_peer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace betex::test {

namespace {

constexpr char kSoh = '\x01';

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds until(Clock::time_point end) {
  return std::max(std::chrono::milliseconds{0},
                  std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()));
}

}  // namespace

RawFixMessage::RawFixMessage(std::string bytes) : bytes_{std::move(bytes)} {
  for (std::size_t at = 0; at < bytes_.size();) {
    const std::size_t equals = bytes_.find('=', at);
    const std::size_t end = bytes_.find(kSoh, at);
    fields_.push_back({.tag = std::stoi(bytes_.substr(at, equals - at)),
                       .value = bytes_.substr(equals + 1, end - equals - 1)});
    at = end + 1;
  }
}

std::string RawFixMessage::value(int tag) const {
  const auto field =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.tag == tag; });
  return field == fields_.end() ? std::string{} : field->value;
}

std::string RawFixMessage::text() const {
  return text_without({});
}

std::string RawFixMessage::text_without(const std::vector<int>& tags) const {
  std::string text;
  for (const Field& field : fields_) {
    if (std::find(tags.begin(), tags.end(), field.tag) == tags.end()) {
      text += std::to_string(field.tag) + '=' + field.value + '|';
    }
  }
  return text;
}

std::string fix_now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%d-%H:%M:%S", &utc);
  return std::string{text.data()} + ".000";
}

std::string fix_message(std::string_view begin_string, std::string body) {
  std::replace(body.begin(), body.end(), '|', kSoh);
  std::string message =
      "8=" + std::string{begin_string} + kSoh + "9=" + std::to_string(body.size()) + kSoh + body;
  unsigned sum = 0;
  for (const char c : message) {
    sum += static_cast<unsigned char>(c);
  }
  std::array<char, 16> trailer{};
  std::snprintf(trailer.data(), trailer.size(), "10=%03u%c", sum % 256, kSoh);
  return message + trailer.data();
}

RawFixPeer::RawFixPeer(std::uint16_t port, Names names, const std::string& from)
    : names_{std::move(names)} {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int at_once = 1;  // or two writes in a row wait for each other's acknowledgement
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  sockaddr_in address = own;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if ((!from.empty() &&
       (::inet_pton(AF_INET, from.c_str(), &own.sin_addr) != 1 ||
        ::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)) ||
      ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(socket_);
    throw std::system_error{error, std::generic_category(), "connect"};
  }
}

RawFixPeer::~RawFixPeer() {
  close();
}

void RawFixPeer::reset() {
  const linger none{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close();
}

void RawFixPeer::close() {
  if (socket_ >= 0) {
    ::close(std::exchange(socket_, -1));
  }
}

void RawFixPeer::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      throw std::system_error{errno, std::generic_category(), "send"};
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string RawFixPeer::message(std::string_view type, std::string_view fields, int number) const {
  return fix_message(names_.begin_string,
                     "35=" + std::string{type} + "|34=" + std::to_string(number) +
                         "|49=" + names_.sender + "|52=" + fix_now() + "|56=" + names_.target +
                         "|" + std::string{fields});
}

void RawFixPeer::send(std::string_view type, std::string_view fields) {
  send_bytes(message(type, fields, next_out++));
}

// Reads what there is; false when nothing came in time, or the stream has ended.
bool RawFixPeer::fill(std::chrono::milliseconds deadline) {
  pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
  if (ended_ || ::poll(&readable, 1, static_cast<int>(deadline.count())) <= 0) {
    return false;
  }
  std::array<char, 65536> chunk{};
  const ssize_t size = ::recv(socket_, chunk.data(), chunk.size(), 0);
  if (size <= 0) {
    ended_ = true;
    return false;
  }
  buffer_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

std::optional<RawFixMessage> RawFixPeer::try_read(std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  for (;;) {
    const std::size_t trailer = buffer_.find(std::string{kSoh} + "10=");
    if (trailer != std::string::npos && buffer_.size() >= trailer + 8) {
      std::string message = buffer_.substr(0, trailer + 8);
      buffer_.erase(0, trailer + 8);
      return RawFixMessage{std::move(message)};
    }
    if (!fill(until(end)) && (ended_ || Clock::now() >= end)) {
      return std::nullopt;
    }
  }
}

RawFixMessage RawFixPeer::read(std::chrono::milliseconds deadline) {
  auto message = try_read(deadline);
  if (!message) {
    throw std::runtime_error{ended_ ? "the stream has ended" : "no message came"};
  }
  return std::move(*message);
}

RawFixMessage RawFixPeer::read_type(std::string_view type) {
  for (;;) {
    RawFixMessage message = read();
    if (message.type() == type) {
      return message;
    }
    if (message.type() != "0" && message.type() != "1") {
      throw std::runtime_error{"expected 35=" + std::string{type} + ", got " + message.text()};
    }
  }
}

std::string RawFixPeer::read_all(std::chrono::milliseconds deadline) {
  if (!wait_for_end(deadline)) {
    throw std::runtime_error{"the stream does not end"};
  }
  return std::exchange(buffer_, {});
}

bool RawFixPeer::wait_for_end(std::chrono::milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  while (!ended_ && Clock::now() < end) {
    fill(until(end));
  }
  return ended_;
}

}  // namespace betex::test

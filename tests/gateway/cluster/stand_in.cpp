#include "tests/gateway/cluster/stand_in.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace betex::test {
namespace {

constexpr int kTurnMs = 20;  // in which it sees that it is to stop

// The body's size, once the header is whole.
std::optional<std::size_t> size_of_request(std::string_view bytes) {
  constexpr std::string_view kLength = "Content-Length: ";
  const std::size_t end = bytes.find("\r\n\r\n");
  const std::size_t found = bytes.find(kLength);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  std::size_t body = 0;
  if (found < end) {
    std::from_chars(bytes.data() + found + kLength.size(), bytes.data() + end, body);
  }
  return end + 4 + body;
}

}  // namespace

std::string http_answer(const std::string& body, const std::string& status) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

class StandIn::Impl {
 public:
  explicit Impl(std::vector<StandInStep> steps)
      : steps_{std::move(steps)}, listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (listener_ < 0 || bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        listen(listener_, SOMAXCONN) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::system_error{errno, std::generic_category(), "listen"};
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { run(); }};
  }

  ~Impl() {
    stop_ = true;
    thread_.join();
    close(listener_);
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void run() {
    while (!stop_) {
      if (comes_soon(listener_)) {
        const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection >= 0) {
          serve(connection);
          close(connection);
        }
      }
    }
  }

  static bool comes_soon(int descriptor) {
    pollfd waited_for{descriptor, POLLIN, 0};
    return poll(&waited_for, 1, kTurnMs) == 1;
  }

  void serve(int connection) {
    std::string bytes;
    while (receive_request(connection, bytes)) {
      const StandInStep& step = steps_[std::min(done_, steps_.size() - 1)];
      ++done_;
      if (!act(connection, step)) {
        return;
      }
    }
  }

  // False: the other side has gone, or this one is to stop.
  bool receive_request(int connection, std::string& bytes) {
    while (!stop_) {
      if (const auto size = size_of_request(bytes); size && bytes.size() >= *size) {
        const std::lock_guard lock{mutex_};
        requests_.push_back(bytes.substr(0, *size));
        bytes.erase(0, *size);
        return true;
      }
      if (comes_soon(connection) && !receive(connection, bytes)) {
        return false;
      }
    }
    return false;
  }

  static bool receive(int connection, std::string& bytes) {
    std::array<char, 16'384> piece{};
    const ssize_t size = recv(connection, piece.data(), piece.size(), 0);
    if (size > 0) {
      bytes.append(piece.data(), static_cast<std::size_t>(size));
    }
    return size > 0;
  }

  // True: the connection goes on.
  bool act(int connection, const StandInStep& step) {
    using Then = StandInStep::Then;
    switch (step.then) {
      case Then::KeepOpen:
        return say(connection, step.answer);
      case Then::Close:
        say(connection, step.answer);
        return false;
      case Then::Hang:
        say(connection, step.answer);
        wait_for_its_end(connection);
        return false;
      case Then::Drip:
        drip(connection, step.answer);
        return false;
      case Then::Endless:
        say(connection, step.answer);
        while (!stop_ && say(connection, std::string(65'536, step.answer.back()))) {
        }
        return false;
    }
    return false;
  }

  void wait_for_its_end(int connection) const {
    std::string ignored;
    while (!stop_ && (!comes_soon(connection) || receive(connection, ignored))) {
    }
  }

  void drip(int connection, const std::string& answer) const {
    for (std::size_t i = 0; !stop_ && say(connection, answer.substr(i % answer.size(), 1)); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{kTurnMs});
    }
  }

  // False: the other side has gone.
  bool say(int connection, std::string_view text) const {
    while (!text.empty() && !stop_) {
      pollfd waited_for{connection, POLLOUT, 0};
      if (poll(&waited_for, 1, kTurnMs) != 1) {
        continue;
      }
      const ssize_t size = send(connection, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size < 0 && errno != EAGAIN) {
        return false;
      }
      text.remove_prefix(size < 0 ? 0 : static_cast<std::size_t>(size));
    }
    return text.empty();
  }

  const std::vector<StandInStep> steps_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::size_t done_ = 0;  // the thread's
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

StandIn::StandIn(std::vector<StandInStep> steps)
    : impl_{std::make_unique<Impl>(std::move(steps))} {}

StandIn::~StandIn() = default;

std::string StandIn::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(impl_->port());
}

std::vector<std::string> StandIn::requests() const {
  return impl_->requests();
}

}  // namespace betex::test

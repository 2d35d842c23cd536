#include "tests/support/faulty_link.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace betex::test {
namespace {

constexpr std::size_t kEndless = std::numeric_limits<std::size_t>::max();

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

class Descriptor {
 public:
  Descriptor() = default;

  explicit Descriptor(int number) noexcept : number_{number} {}

  ~Descriptor() { close(); }

  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}

  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return number_; }

  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

  void close() noexcept {
    if (number_ >= 0) {
      ::close(number_);
      number_ = -1;
    }
  }

  // With a reset instead of a good-bye.
  void reset() noexcept {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(number_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

 private:
  int number_ = -1;
};

sockaddr_in loopback(std::uint16_t port) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Descriptor new_socket() {
  Descriptor made{socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!made.is_open()) {
    fail("socket");
  }
  return made;
}

void send_at_once(const Descriptor& socket) noexcept {
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// From one end to the other: what has been read and not yet been written.
class Direction {
 public:
  // No more than `most` bytes, which is less by what has passed afterwards. False: an end is gone.
  bool pass(int from, int to, std::size_t& most) {
    constexpr int kMost = 32;  // rounds, so that others get their turn
    for (int round = 0; round < kMost; ++round) {
      if (begin_ == end_ && !ended_) {
        const ssize_t size = recv(from, bytes_.data(), bytes_.size(), MSG_DONTWAIT);
        if (size < 0) {
          return errno == EAGAIN || errno == EINTR;
        }
        ended_ = size == 0;
        begin_ = 0;
        end_ = static_cast<std::size_t>(size);
      }
      if (begin_ == end_) {
        if (!told_) {
          told_ = true;
          shutdown(to, SHUT_WR);
        }
        return true;
      }
      if (most == 0) {
        return true;
      }
      const ssize_t size = send(
          to, bytes_.data() + begin_, std::min(end_ - begin_, most), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size < 0) {
        return errno == EAGAIN || errno == EINTR;
      }
      begin_ += static_cast<std::size_t>(size);
      most -= static_cast<std::size_t>(size);
    }
    return true;
  }

  [[nodiscard]] bool wants_to_read() const noexcept { return begin_ == end_ && !ended_; }

  [[nodiscard]] bool wants_to_write() const noexcept { return begin_ != end_; }

  // Nothing more will come, and the other end knows.
  [[nodiscard]] bool is_over() const noexcept { return told_; }

 private:
  std::array<char, 65'536> bytes_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
  bool told_ = false;
};

struct Passing {
  bool requests = true;
  bool answers = true;
};

struct Connection {
  Descriptor client;
  Descriptor server;  // not open: nobody has been asked yet
  std::size_t caller = 0;
  Direction requests;
  Direction answers;
};

}  // namespace

// The thread looks at everything with the lock held, and never waits with it: what a call has
// changed holds when it returns.
class FaultyLink::Impl {
 public:
  Impl(std::uint16_t target_port, CallerOf caller_of)
      : target_port_{target_port}, caller_of_{std::move(caller_of)}, listener_{new_socket()} {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        listen(listener_.get(), SOMAXCONN) != 0 ||
        getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      fail("listen");
    }
    port_ = ntohs(address.sin_port);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
      fail("pipe");
    }
    wake_read_ = Descriptor{ends[0]};
    wake_write_ = Descriptor{ends[1]};
    thread_ = std::thread{[this] { run(); }};
  }

  ~Impl() {
    {
      const std::lock_guard lock{mutex_};
      stop_ = true;
    }
    wake();
    thread_.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  void let_pass(const Passing& all, std::size_t request_bytes = kEndless) {
    {
      const std::lock_guard lock{mutex_};
      of_all_ = all;
      of_callers_.clear();
      request_bytes_left_ = request_bytes;
    }
    wake();
  }

  void let_caller_pass(std::size_t caller, const Passing& passing) {
    {
      const std::lock_guard lock{mutex_};
      of_callers_[caller] = passing;
    }
    wake();
  }

  // By the thread, which alone closes what it may be waiting for.
  void reset_connections() {
    std::unique_lock lock{mutex_};
    const std::uint64_t mine = ++resets_asked_;
    wake();
    reset_done_.wait(lock, [&] { return resets_done_ >= mine; });
  }

 private:
  static void reset(Connection& connection) noexcept {
    connection.client.reset();
    if (connection.server.is_open()) {
      connection.server.reset();
    }
  }

  void wake() noexcept {
    const char byte = 0;
    // Where the pipe is full the thread wakes up anyway.
    [[maybe_unused]] const ssize_t written = write(wake_write_.get(), &byte, 1);
  }

  void run() {
    for (;;) {
      std::vector<pollfd> waited_for;
      {
        const std::lock_guard lock{mutex_};
        if (stop_) {
          return;
        }
        reset_what_is_asked();
        pass_all();
        waited_for = what_to_wait_for();
      }
      // Who came first does not matter: each turn tries everything.
      poll(waited_for.data(), waited_for.size(), -1);
      std::array<char, 64> bytes{};
      while (read(wake_read_.get(), bytes.data(), bytes.size()) > 0) {
      }
    }
  }

  void reset_what_is_asked() {
    if (resets_done_ == resets_asked_) {
      return;
    }
    accept_all();  // with those that the kernel has taken meanwhile
    for (Connection& connection : connections_) {
      reset(connection);
    }
    connections_.clear();
    resets_done_ = resets_asked_;
    reset_done_.notify_all();
  }

  void pass_all() {
    accept_all();
    connections_.remove_if([this](Connection& connection) {
      const bool stays = pass(connection);
      if (!stays) {
        reset(connection);
      }
      return !stays || (connection.requests.is_over() && connection.answers.is_over());
    });
    if (request_bytes_left_ == 0) {
      of_all_ = {.requests = false, .answers = false};
      of_callers_.clear();
    }
  }

  void accept_all() {
    for (;;) {
      sockaddr_in address{};
      socklen_t size = sizeof address;
      Descriptor client{accept4(listener_.get(),
                                reinterpret_cast<sockaddr*>(&address),
                                &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (!client.is_open()) {
        return;
      }
      const std::optional<std::size_t> caller = caller_of_(ntohs(address.sin_port));
      if (!caller) {
        continue;
      }
      send_at_once(client);
      Connection& connection = connections_.emplace_back();
      connection.client = std::move(client);
      connection.caller = *caller;
    }
  }

  [[nodiscard]] const Passing& passing_of(const Connection& connection) const {
    const auto found = of_callers_.find(connection.caller);
    return found == of_callers_.end() ? of_all_ : found->second;
  }

  [[nodiscard]] bool pass(Connection& connection) {
    const Passing& passing = passing_of(connection);
    if (!connection.server.is_open()) {
      if (!passing.requests) {
        return true;
      }
      connection.server = new_socket();
      send_at_once(connection.server);
      const sockaddr_in address = loopback(target_port_);
      if (connect(connection.server.get(),
                  reinterpret_cast<const sockaddr*>(&address),
                  sizeof address) != 0 &&
          errno != EINPROGRESS) {
        return false;
      }
    }
    const int client = connection.client.get();
    const int server = connection.server.get();
    std::size_t any = kEndless;
    return (!passing.requests || connection.requests.pass(client, server, request_bytes_left_)) &&
           (!passing.answers || connection.answers.pass(server, client, any));
  }

  [[nodiscard]] std::vector<pollfd> what_to_wait_for() const {
    std::vector<pollfd> all{{wake_read_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    // Where nothing may pass, a closed end must not wake us up again and again.
    const auto add = [&all](const Descriptor& end, bool to_read, bool to_write) {
      const int events = (to_read ? POLLIN : 0) | (to_write ? POLLOUT : 0);
      if (end.is_open() && events != 0) {
        all.push_back({end.get(), static_cast<short>(events), 0});
      }
    };
    for (const Connection& connection : connections_) {
      const Direction& requests = connection.requests;
      const Direction& answers = connection.answers;
      const Passing& passing = passing_of(connection);
      add(connection.client,
          passing.requests && requests.wants_to_read(),
          passing.answers && answers.wants_to_write());
      add(connection.server,
          passing.answers && answers.wants_to_read(),
          passing.requests && requests.wants_to_write());
    }
    return all;
  }

  const std::uint16_t target_port_;
  const CallerOf caller_of_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
  Descriptor wake_read_;
  Descriptor wake_write_;
  std::mutex mutex_;
  std::condition_variable reset_done_;
  // These with the lock held.
  bool stop_ = false;
  Passing of_all_;
  std::map<std::size_t, Passing> of_callers_;  // of those that are an exception
  std::size_t request_bytes_left_ = kEndless;
  std::uint64_t resets_asked_ = 0;
  std::uint64_t resets_done_ = 0;
  std::list<Connection> connections_;
  std::thread thread_;
};

FaultyLink::FaultyLink(std::uint16_t target_port)
    : FaultyLink{target_port, [](std::uint16_t) { return std::optional<std::size_t>{0}; }} {}

FaultyLink::FaultyLink(std::uint16_t target_port, CallerOf caller_of)
    : impl_{std::make_unique<Impl>(target_port, std::move(caller_of))} {}

FaultyLink::~FaultyLink() = default;

std::uint16_t FaultyLink::port() const noexcept {
  return impl_->port();
}

void FaultyLink::cut() {
  impl_->let_pass({.requests = false, .answers = false});
}

void FaultyLink::cut_requests() {
  impl_->let_pass({.requests = false, .answers = true});
}

void FaultyLink::cut_answers() {
  impl_->let_pass({.requests = true, .answers = false});
}

void FaultyLink::cut_after(std::size_t request_bytes) {
  impl_->let_pass({.requests = true, .answers = true}, request_bytes);
}

void FaultyLink::mend() {
  impl_->let_pass({.requests = true, .answers = true});
}

void FaultyLink::let_pass(std::size_t caller, bool requests, bool answers) {
  impl_->let_caller_pass(caller, {.requests = requests, .answers = answers});
}

void FaultyLink::reset_connections() {
  impl_->reset_connections();
}

}  // namespace betex::test

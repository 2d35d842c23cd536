// The simulated network as programs see it: through the C library's calls, Boost.Asio and the
// project's client.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "gateway/client/connection.h"
#include "gateway/client/error.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/machine/test_machine.h"

namespace betex::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr std::uint16_t kPort = 9880;
constexpr int kServer = 1;  // processes
constexpr int kClient = 2;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A descriptor that is closed at the end; what a killed process has, the machine closes.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}

  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // NOLINTNEXTLINE(google-explicit-constructor)
  operator int() const noexcept { return number_; }

 private:
  int number_;
};

Descriptor listening(std::uint16_t port, int backlog = 16) {
  Descriptor socket{::socket(AF_INET, SOCK_STREAM, 0)};
  const sockaddr_in address = loopback(port);
  EXPECT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(socket, backlog), 0);
  return socket;
}

int try_to_connect(int socket, std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Descriptor connected(std::uint16_t port) {
  Descriptor socket{::socket(AF_INET, SOCK_STREAM, 0)};
  EXPECT_EQ(try_to_connect(socket, port), 0);
  return socket;
}

Descriptor accepted(int listener) {
  Descriptor socket{::accept(listener, nullptr, nullptr)};
  EXPECT_GE(socket, 0);
  return socket;
}

struct Pair {
  Descriptor listener;
  Descriptor client;
  Descriptor server;
};

Pair make_pair() {
  Descriptor listener = listening(kPort);
  Descriptor client = connected(kPort);
  Descriptor server = accepted(listener);
  return {std::move(listener), std::move(client), std::move(server)};
}

ssize_t send_text(int socket, std::string_view text) {
  return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

// What has come and what comes, up to so many bytes or the end.
std::string receive_text(int socket, std::size_t size) {
  std::string text(size, '\0');
  const ssize_t got = ::recv(socket, text.data(), text.size(), MSG_WAITALL);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

short events_of(int socket, short wanted = POLLIN | POLLOUT) {
  pollfd file{socket, wanted, 0};
  EXPECT_GE(::poll(&file, 1, 0), 0);
  return file.revents;
}

int tcp_state(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  EXPECT_EQ(::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  return info.tcpi_state;
}

std::string letters(std::size_t count) {
  std::string text(count, ' ');
  for (std::size_t i = 0; i < count; ++i) {
    text[i] = static_cast<char>('a' + i % 26);
  }
  return text;
}

// ---- Sockets

TEST(Network, CarriesBytesBothWays) {
  TestMachine machine;
  const Pair pair = make_pair();
  EXPECT_EQ(pair.listener, Network::kFirstDescriptor);
  EXPECT_EQ(send_text(pair.client, "there"), 5);
  EXPECT_EQ(receive_text(pair.server, 5), "there");
  EXPECT_EQ(send_text(pair.server, "back"), 4);
  int waiting = 0;
  EXPECT_EQ(::ioctl(pair.client, FIONREAD, &waiting), 0);
  EXPECT_EQ(waiting, 4);
  std::string peeked(2, ' ');
  EXPECT_EQ(::recv(pair.client, peeked.data(), 2, MSG_PEEK), 2);
  EXPECT_EQ(peeked, "ba");
  EXPECT_EQ(receive_text(pair.client, 4), "back");
  EXPECT_EQ(machine->network.bytes_sent(), 9U);
}

TEST(Network, NamesBothEnds) {
  TestMachine machine;
  const Pair pair = make_pair();
  const auto port = [](auto call, int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    EXPECT_EQ(call(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(size, sizeof address);
    EXPECT_EQ(ntohl(address.sin_addr.s_addr), INADDR_LOOPBACK);
    return ntohs(address.sin_port);
  };
  EXPECT_EQ(port(::getsockname, pair.server), kPort);
  EXPECT_EQ(port(::getpeername, pair.client), kPort);
  EXPECT_EQ(port(::getpeername, pair.server), port(::getsockname, pair.client));
}

TEST(Network, GivesTheLowestFreeDescriptor) {
  TestMachine machine;
  Descriptor first{::socket(AF_INET, SOCK_STREAM, 0)};
  const Descriptor second{::socket(AF_INET, SOCK_STREAM, 0)};
  EXPECT_EQ(second, first + 1);
  const int number = first;
  { const Descriptor gone{std::move(first)}; }
  EXPECT_EQ(::fcntl(number, F_GETFL), -1);
  EXPECT_EQ(errno, EBADF);
  const Descriptor again{::socket(AF_INET, SOCK_STREAM, 0)};
  EXPECT_EQ(again, number);
}

TEST(Network, RefusesWhereNobodyListens) {
  TestMachine machine;
  const Descriptor socket{::socket(AF_INET, SOCK_STREAM, 0)};
  EXPECT_EQ(try_to_connect(socket, kPort), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
}

TEST(Network, HasOneListenerForEachPort) {
  TestMachine machine;
  const Descriptor first = listening(kPort);
  const Descriptor second{::socket(AF_INET, SOCK_STREAM, 0)};
  const int on = 1;
  EXPECT_EQ(::setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
  const sockaddr_in address = loopback(kPort);
  EXPECT_EQ(::bind(second, reinterpret_cast<const sockaddr*>(&address), sizeof address), -1);
  EXPECT_EQ(errno, EADDRINUSE);
}

TEST(Network, MakesCallersWaitForAFullQueue) {
  TestMachine machine;
  int served = 0;
  machine->spawn("server", kServer, [&] {
    const Descriptor listener = listening(kPort, 0);
    std::this_thread::sleep_for(500ms);
    for (int i = 0; i < 3; ++i) {
      const Descriptor socket = accepted(listener);
      served += send_text(socket, "x") == 1 ? 1 : 0;
    }
  });
  machine->run_fiber(*machine->ready_fibers().front());
  for (int i = 0; i < 3; ++i) {
    machine->spawn("client", kClient + i, [] {
      const Descriptor socket = connected(kPort);
      EXPECT_EQ(receive_text(socket, 1), "x");
    });
  }
  machine.run();
  EXPECT_EQ(served, 3);
}

TEST(Network, TakesTheTimeItIsTold) {
  TestMachine machine;
  machine->network.behave({.least = 10ms, .most = 20ms});
  const Descriptor listener = listening(kPort);
  const Clocks::Time start = machine->clocks.now();
  const Descriptor client{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
  EXPECT_EQ(try_to_connect(client, kPort), -1);
  EXPECT_EQ(errno, EINPROGRESS);
  pollfd file{client, POLLOUT, 0};
  EXPECT_EQ(::poll(&file, 1, 1), 0);
  EXPECT_EQ(machine->clocks.now() - start, 1ms);
  EXPECT_EQ(::poll(&file, 1, 1000), 1);
  EXPECT_GE(machine->clocks.now() - start, 20ms);  // there and back
  EXPECT_LE(machine->clocks.now() - start, 40ms);
  const Descriptor server = accepted(listener);
  EXPECT_EQ(send_text(server, "bytes"), 5);
  EXPECT_EQ(events_of(client), POLLOUT);
  machine->clocks.advance(20ms);
  EXPECT_EQ(events_of(client), POLLIN | POLLOUT);
}

TEST(Network, KeepsTheOrderOfAConnection) {
  TestMachine machine{3};
  machine->network.behave({.least = 0ms, .most = 50ms, .partial = 50});
  Pair pair = make_pair();
  const std::string sent = letters(2000);
  std::string got;
  machine->spawn("sender", kServer, [&, socket = static_cast<int>(pair.server)] {
    for (std::size_t at = 0; at < sent.size(); at += 100) {
      EXPECT_EQ(send_text(socket, std::string_view{sent}.substr(at, 100)), 100);
      std::this_thread::sleep_for(1ms);
    }
  });
  machine->spawn("receiver", kClient, [&] { got = receive_text(pair.client, sent.size()); });
  machine.run();
  EXPECT_EQ(got, sent);
}

TEST(Network, StallsUntilThen) {
  TestMachine machine;
  machine->network.behave({.least = 5ms, .most = 5ms});
  const Pair pair = make_pair();
  EXPECT_EQ(send_text(pair.client, "under way"), 9);
  const Clocks::Time end = machine->clocks.now() + 3s;
  machine->network.stall(end);
  EXPECT_EQ(send_text(pair.client, " and later"), 10);
  EXPECT_EQ(machine->next_event(), end);
  machine->clocks.advance_to(end - 1ns);
  EXPECT_EQ(events_of(pair.server), POLLOUT);
  EXPECT_EQ(receive_text(pair.server, 19), "under way and later");
  EXPECT_EQ(machine->clocks.now(), end);
}

TEST(Network, BlocksWhoSendsIntoAFullBuffer) {
  TestMachine machine;
  machine->network.behave({.buffer_bytes = 1000});
  const Pair pair = make_pair();
  ASSERT_EQ(::fcntl(pair.server, F_SETFL, O_NONBLOCK), 0);
  EXPECT_EQ(send_text(pair.server, letters(1500)), 1000);
  EXPECT_EQ(send_text(pair.server, "x"), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(events_of(pair.server, POLLOUT), 0);
  EXPECT_EQ(receive_text(pair.client, 100).size(), 100U);
  EXPECT_EQ(events_of(pair.server, POLLOUT), 0);  // not before a third of it is free
  EXPECT_EQ(receive_text(pair.client, 300).size(), 300U);
  EXPECT_EQ(events_of(pair.server, POLLOUT), POLLOUT);

  ASSERT_EQ(::fcntl(pair.server, F_SETFL, 0), 0);
  std::string got;
  machine->spawn("sender", kServer, [&] { EXPECT_EQ(send_text(pair.server, letters(5000)), 5000); });
  machine->spawn("receiver", kClient, [&] {
    while (got.size() < 5600) {
      std::this_thread::sleep_for(1s);
      got += receive_text(pair.client, 100);
    }
  });
  machine.run();
  EXPECT_EQ(got.size(), 5600U);
}

TEST(Network, EndsOneSideAndThenTheOther) {
  TestMachine machine;
  const Pair pair = make_pair();
  EXPECT_EQ(tcp_state(pair.server), TCP_ESTABLISHED);
  EXPECT_EQ(send_text(pair.client, "last"), 4);
  EXPECT_EQ(::shutdown(pair.client, SHUT_WR), 0);
  EXPECT_EQ(tcp_state(pair.server), TCP_CLOSE_WAIT);  // though there is something to read
  EXPECT_EQ(receive_text(pair.server, 10), "last");
  EXPECT_EQ(receive_text(pair.server, 10), "");
  EXPECT_EQ(send_text(pair.client, "x"), -1);
  EXPECT_EQ(errno, EPIPE);
  EXPECT_EQ(send_text(pair.server, "answer"), 6);
  EXPECT_EQ(::shutdown(pair.server, SHUT_WR), 0);
  EXPECT_EQ(receive_text(pair.client, 10), "answer");
  EXPECT_EQ(machine->network.resets(), 0U);
}

TEST(Network, ResetsWhatNobodyWillRead) {
  TestMachine machine;
  Pair pair = make_pair();
  EXPECT_EQ(send_text(pair.client, "unread"), 6);
  EXPECT_EQ(send_text(pair.server, "read"), 4);
  { const Descriptor gone{std::move(pair.server)}; }
  EXPECT_NE(events_of(pair.client) & POLLERR, 0);
  EXPECT_EQ(tcp_state(pair.client), TCP_CLOSE);
  EXPECT_EQ(receive_text(pair.client, 4), "read");  // that had come before
  char byte = 0;
  EXPECT_EQ(::recv(pair.client, &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
  EXPECT_EQ(::recv(pair.client, &byte, 1, 0), 0);  // told once
  EXPECT_EQ(machine->network.resets(), 1U);
}

TEST(Network, ResetsWhatIsSentToNobody) {
  TestMachine machine;
  Pair pair = make_pair();
  { const Descriptor gone{std::move(pair.server)}; }
  EXPECT_EQ(receive_text(pair.client, 1), "");
  EXPECT_EQ(send_text(pair.client, "x"), 1);
  EXPECT_EQ(send_text(pair.client, "x"), -1);
  EXPECT_EQ(errno, EPIPE);
}

TEST(Network, ResetsWhoWasNotAccepted) {
  TestMachine machine;
  Descriptor listener = listening(kPort);
  const Descriptor client = connected(kPort);
  { const Descriptor gone{std::move(listener)}; }
  char byte = 0;
  EXPECT_EQ(::recv(client, &byte, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
}

TEST(Network, ResetsOneConnectionByChance) {
  TestMachine machine;
  Random random{1, "test"};
  EXPECT_FALSE(machine->network.reset_one(random));
  machine->network.behave({.least = 10ms, .most = 10ms});
  const Pair pair = make_pair();
  EXPECT_EQ(send_text(pair.client, "lost"), 4);
  EXPECT_TRUE(machine->network.reset_one(random));
  EXPECT_FALSE(machine->network.reset_one(random));
  machine->clocks.advance(1s);
  for (const int socket : {static_cast<int>(pair.client), static_cast<int>(pair.server)}) {
    char byte = 0;
    EXPECT_EQ(::recv(socket, &byte, 1, 0), -1);
    EXPECT_EQ(errno, ECONNRESET);
  }
}

TEST(Network, GivesUpWaitingInTime) {
  TestMachine machine;
  const Pair pair = make_pair();
  const timeval patience{.tv_sec = 2, .tv_usec = 0};
  ASSERT_EQ(::setsockopt(pair.client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
  const Clocks::Time start = machine->clocks.now();
  char byte = 0;
  EXPECT_EQ(::recv(pair.client, &byte, 1, 0), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(machine->clocks.now() - start, 2s);
}

// ---- Timers

TEST(Network, HasTimersThatRepeat) {
  TestMachine machine;
  const Descriptor timer{::timerfd_create(CLOCK_MONOTONIC, 0)};
  const itimerspec setting{.it_interval = {.tv_sec = 2, .tv_nsec = 0},
                           .it_value = {.tv_sec = 1, .tv_nsec = 0}};
  ASSERT_EQ(::timerfd_settime(timer, 0, &setting, nullptr), 0);
  EXPECT_EQ(machine->next_event(), machine->clocks.now() + 1s);
  EXPECT_EQ(events_of(timer), 0);
  std::uint64_t ends = 0;
  EXPECT_EQ(::read(timer, &ends, sizeof ends), 8);  // waits
  EXPECT_EQ(ends, 1U);
  machine->clocks.advance(5s);
  EXPECT_EQ(::read(timer, &ends, sizeof ends), 8);
  EXPECT_EQ(ends, 2U);
  EXPECT_EQ(machine->next_event(), machine->clocks.now() + 1s);
  const itimerspec never{};
  ASSERT_EQ(::timerfd_settime(timer, 0, &never, nullptr), 0);
  EXPECT_EQ(machine->next_event(), Clocks::kNever);
}

// ---- Asio and the project's client

// Sends back what it gets, says so often that it is there, and ends with the last of its clients.
class EchoServer {
 public:
  explicit EchoServer(int clients) : clients_{clients} {
    acceptor_.open(tcp::v4());
    acceptor_.set_option(tcp::acceptor::reuse_address{true});
    acceptor_.bind({asio::ip::address_v4::loopback(), kPort});
    acceptor_.listen();
    accept();
    tick();
  }

  void run() { io_.run(); }

  [[nodiscard]] const std::vector<Clocks::Time>& ticks() const { return ticks_; }

 private:
  struct Client {
    explicit Client(tcp::socket its) : socket{std::move(its)} {}

    tcp::socket socket;
    std::string buffer = std::string(700, '\0');
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (!error) {
        read(std::make_shared<Client>(std::move(socket)));
        accept();
      }
    });
  }

  void read(const std::shared_ptr<Client>& client) {
    client->socket.async_read_some(
        asio::buffer(client->buffer),
        [this, client](const boost::system::error_code& error, std::size_t size) {
          if (error) {
            gone();
            return;
          }
          asio::async_write(client->socket,
                            asio::buffer(client->buffer, size),
                            [this, client](const boost::system::error_code& failed, std::size_t) {
                              failed ? gone() : read(client);
                            });
        });
  }

  void gone() {
    if (--clients_ == 0) {
      acceptor_.close();
      timer_.cancel();
    }
  }

  void tick() {
    timer_.expires_after(1s);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        ticks_.push_back(Machine::current()->clocks.now());
        tick();
      }
    });
  }

  asio::io_context io_;
  tcp::acceptor acceptor_{io_};
  asio::steady_timer timer_{io_};
  int clients_;
  std::vector<Clocks::Time> ticks_;
};

// What came back of `text`, sent a hundred bytes at a time; less where the connection ended.
std::string echo_of(std::string_view text, Clocks::Time pause) {
  auto connection = client::Connection::open("127.0.0.1", kPort, 60s);
  for (std::size_t at = 0; at < text.size(); at += 100) {
    connection.send(text.substr(at, 100), 60s);
    std::this_thread::sleep_for(pause);
  }
  while (connection.received().size() < text.size() &&
         connection.receive(client::Clock::now() + 60s)) {
  }
  return connection.received();
}

struct Echoes {
  std::vector<std::string> of_clients;
  std::vector<Clocks::Time> ticks;
  std::uint64_t hash = 0;
};

Echoes run_echoes(std::uint64_t seed, const Network::Behaviour& behaviour, Clocks::Time stall = 0s) {
  constexpr int kClients = 3;
  TestMachine machine{seed};
  machine->network.behave(behaviour);
  Echoes echoes;
  echoes.of_clients.resize(kClients);
  machine->spawn("server", kServer, [&] {
    EchoServer server{kClients};
    server.run();
    echoes.ticks = server.ticks();
  });
  machine->run_fiber(*machine->ready_fibers().front());
  for (int i = 0; i < kClients; ++i) {
    machine->spawn("client " + std::to_string(i), kClient + i, [&echoes, i] {
      echoes.of_clients[static_cast<std::size_t>(i)] = echo_of(letters(5000), 20ms);
    });
  }
  if (stall > 0s) {
    machine->network.stall(machine->clocks.now() + stall);
  }
  machine.run();
  echoes.hash = machine->trace_hash();
  return echoes;
}

TEST(Asio, ServesOnASimulatedNetwork) {
  const Echoes echoes = run_echoes(1, {});
  for (const std::string& each : echoes.of_clients) {
    EXPECT_EQ(each, letters(5000));
  }
  EXPECT_EQ(echoes.ticks, std::vector<Clocks::Time>{1h + 1s});
}

TEST(Asio, ServesWhereBytesAreSlowAndComeInPieces) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Echoes echoes =
        run_echoes(seed, {.least = 1ms, .most = 100ms, .partial = 60, .buffer_bytes = 300});
    for (const std::string& each : echoes.of_clients) {
      ASSERT_EQ(each, letters(5000)) << "seed " << seed;
    }
    for (std::size_t i = 0; i < echoes.ticks.size(); ++i) {
      ASSERT_EQ(echoes.ticks[i], 1h + std::chrono::seconds{i + 1});
    }
  }
}

TEST(Asio, ServesAfterAStall) {
  const Echoes echoes = run_echoes(1, {.least = 1ms, .most = 1ms}, 30s);
  for (const std::string& each : echoes.of_clients) {
    EXPECT_EQ(each, letters(5000));
  }
  EXPECT_GE(echoes.ticks.size(), 30U);
}

TEST(Asio, DoesTheSameForTheSameSeed) {
  const Network::Behaviour behaviour{.least = 1ms, .most = 100ms, .partial = 60};
  EXPECT_EQ(run_echoes(5, behaviour).hash, run_echoes(5, behaviour).hash);
  EXPECT_NE(run_echoes(5, behaviour).hash, run_echoes(6, behaviour).hash);
}

TEST(Asio, SeesAReset) {
  TestMachine machine;
  Random random{1, "test"};
  bool refused = false;
  std::string echo;
  machine->spawn("server", kServer, [] {
    EchoServer server{1};
    server.run();
  });
  machine->run_fiber(*machine->ready_fibers().front());
  machine->spawn("client", kClient, [&] {
    echo = echo_of(letters(5000), 20ms);
    try {
      client::Connection::open("127.0.0.1", kPort, 1s);
    } catch (const client::ConnectionFailed&) {
      refused = true;  // the server has ended with its only client
    }
  });
  machine->spawn("fault", 3, [&] {
    std::this_thread::sleep_for(500ms);
    EXPECT_TRUE(machine->network.reset_one(random));
  });
  machine.run();
  EXPECT_LT(echo.size(), 5000U);
  EXPECT_EQ(echo, letters(echo.size()));
  EXPECT_TRUE(refused);
}

// ---- Deaths

struct Life {
  std::string echo;
  bool died = false;
  bool was_reset = false;
  std::uint64_t hash = 0;
};

// The server dies at its `call`th call, 0: never.
Life live_until(std::uint64_t call, Machine::Moment moment) {
  TestMachine machine;
  Life life;
  machine->spawn("server", kServer, [] {
    EchoServer server{1};
    server.run();
  });
  machine->run_fiber(*machine->ready_fibers().front());
  machine->die_at_call(kServer, call, moment);
  machine->spawn("client", kClient, [&] {
    const Descriptor socket = connected(kPort);
    for (const std::string_view text : {"one", "two", "three"}) {
      if (send_text(socket, text) < 0) {
        break;
      }
      life.echo += receive_text(socket, text.size());
    }
    char byte = 0;
    ::shutdown(socket, SHUT_WR);
    life.was_reset = ::recv(socket, &byte, 1, 0) < 0 && errno == ECONNRESET;
  });
  machine.run();
  life.died = machine->is_dead(kServer);
  life.hash = machine->trace_hash();
  return life;
}

TEST(Death, ComesAtEachCallInTurn) {
  constexpr std::uint64_t kCalls = 7;  // an accept, and three times a receive and a send
  const std::vector<std::string> before{"", "", "", "one", "one", "onetwo", "onetwo"};
  const std::vector<std::string> after{"", "", "one", "one", "onetwo", "onetwo", "onetwothree"};
  for (std::uint64_t call = 1; call <= kCalls; ++call) {
    const Life early = live_until(call, Machine::Moment::Before);
    const Life late = live_until(call, Machine::Moment::After);
    EXPECT_TRUE(early.died) << call;
    EXPECT_TRUE(late.died) << call;
    EXPECT_EQ(early.echo, before[call - 1]) << call;
    EXPECT_EQ(late.echo, after[call - 1]) << call;
    EXPECT_EQ(early.hash, live_until(call, Machine::Moment::Before).hash);
  }
  for (const std::uint64_t call : {std::uint64_t{0}, kCalls + 1}) {
    const Life whole = live_until(call, Machine::Moment::Before);
    EXPECT_FALSE(whole.died);
    EXPECT_EQ(whole.echo, "onetwothree");
  }
}

TEST(Death, ClosesAsTheKernelDoes) {
  TestMachine machine;
  std::vector<int> errors;
  machine->spawn("server", kServer, [] {
    const Descriptor listener = listening(kPort);
    const Descriptor with_unread = accepted(listener);
    const Descriptor with_none = accepted(listener);
    std::this_thread::sleep_for(1h);
  });
  machine->run_fiber(*machine->ready_fibers().front());
  machine->spawn("client", kClient, [&] {
    const Descriptor with_unread = connected(kPort);
    const Descriptor with_none = connected(kPort);
    const Descriptor not_accepted = connected(kPort);
    EXPECT_EQ(send_text(with_unread, "x"), 1);
    std::this_thread::sleep_for(1s);
    machine->kill(kServer);
    for (const int socket : {int{with_unread}, int{with_none}, int{not_accepted}}) {
      char byte = 0;
      errors.push_back(::recv(socket, &byte, 1, 0) < 0 ? errno : 0);
    }
    const Descriptor again{::socket(AF_INET, SOCK_STREAM, 0)};
    EXPECT_EQ(try_to_connect(again, kPort), -1);
    EXPECT_EQ(errno, ECONNREFUSED);
  });
  machine.run();
  EXPECT_EQ(errors, (std::vector<int>{ECONNRESET, 0, ECONNRESET}));
}

// The port of the dead is free at once, and what it has left is none of the next one's business.
TEST(Death, IsFollowedByANextLife) {
  TestMachine machine;
  for (int process = 1; process <= 3; ++process) {
    std::string echo;
    machine->spawn("server", process, [] {
      EchoServer server{2};
      server.run();
    });
    machine->run_fiber(*machine->ready_fibers().front());
    machine->die_at_call(process, 4, Machine::Moment::Before);
    machine->spawn("client", 10 + process, [&echo] {
      echo = echo_of("a", 1ms);
      echo += echo_of("b", 1ms);
    });
    machine.run();
    EXPECT_TRUE(machine->is_dead(process));
    EXPECT_EQ(echo, "a");
  }
}

}  // namespace
}  // namespace betex::sim

// Programs on the simulated network: servers of Boost.Asio, the project's client, and what a client
// sees of a server that dies.
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "gateway/client/connection.h"
#include "gateway/client/error.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/machine/test_machine.h"
#include "tests/sim/machine/test_sockets.h"

namespace betex::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

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

Echoes run_echoes(std::uint64_t seed,
                  const Network::Behaviour& behaviour,
                  Clocks::Time stall = 0s) {
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
    ASSERT_FALSE(echoes.ticks.empty()) << "seed " << seed;
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
    const OpenSocket socket = connected(kPort);
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
    const OpenSocket listener = listening(kPort);
    const OpenSocket with_unread = accepted(listener);
    const OpenSocket with_none = accepted(listener);
    std::this_thread::sleep_for(1h);
  });
  machine->run_fiber(*machine->ready_fibers().front());
  machine->spawn("client", kClient, [&] {
    const OpenSocket with_unread = connected(kPort);
    const OpenSocket with_none = connected(kPort);
    const OpenSocket not_accepted = connected(kPort);
    EXPECT_EQ(send_text(with_unread, "x"), 1);
    std::this_thread::sleep_for(1s);
    machine->kill(kServer);
    for (const int socket : {int{with_unread}, int{with_none}, int{not_accepted}}) {
      char byte = 0;
      errors.push_back(::recv(socket, &byte, 1, 0) < 0 ? errno : 0);
    }
    const OpenSocket again{::socket(AF_INET, SOCK_STREAM, 0)};
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

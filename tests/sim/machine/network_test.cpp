// The simulated network by itself, through the C library's calls. Programs on it: asio_test.cpp.
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "tests/sim/machine/machine.h"
#include "tests/sim/machine/test_machine.h"
#include "tests/sim/machine/test_sockets.h"

namespace betex::sim {
namespace {

using namespace std::chrono_literals;

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
  OpenSocket first{::socket(AF_INET, SOCK_STREAM, 0)};
  const OpenSocket second{::socket(AF_INET, SOCK_STREAM, 0)};
  EXPECT_EQ(second, first + 1);
  const int number = first;
  { const OpenSocket gone{std::move(first)}; }
  EXPECT_EQ(::fcntl(number, F_GETFL), -1);
  EXPECT_EQ(errno, EBADF);
  const OpenSocket again{::socket(AF_INET, SOCK_STREAM, 0)};
  EXPECT_EQ(again, number);
}

TEST(Network, RefusesWhereNobodyListens) {
  TestMachine machine;
  const OpenSocket socket{::socket(AF_INET, SOCK_STREAM, 0)};
  EXPECT_EQ(try_to_connect(socket, kPort), -1);
  EXPECT_EQ(errno, ECONNREFUSED);
}

TEST(Network, HasOneListenerForEachPort) {
  TestMachine machine;
  const OpenSocket first = listening(kPort);
  const OpenSocket second{::socket(AF_INET, SOCK_STREAM, 0)};
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
    const OpenSocket listener = listening(kPort, 0);
    std::this_thread::sleep_for(500ms);
    for (int i = 0; i < 3; ++i) {
      const OpenSocket socket = accepted(listener);
      served += send_text(socket, "x") == 1 ? 1 : 0;
    }
  });
  machine->run_fiber(*machine->ready_fibers().front());
  for (int i = 0; i < 3; ++i) {
    machine->spawn("client", kClient + i, [] {
      const OpenSocket socket = connected(kPort);
      EXPECT_EQ(receive_text(socket, 1), "x");
    });
  }
  machine.run();
  EXPECT_EQ(served, 3);
}

TEST(Network, TakesTheTimeItIsTold) {
  TestMachine machine;
  machine->network.behave({.least = 10ms, .most = 20ms});
  const OpenSocket listener = listening(kPort);
  const Clocks::Time start = machine->clocks.now();
  const OpenSocket client{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
  EXPECT_EQ(try_to_connect(client, kPort), -1);
  EXPECT_EQ(errno, EINPROGRESS);
  pollfd file{client, POLLOUT, 0};
  EXPECT_EQ(::poll(&file, 1, 1), 0);
  EXPECT_EQ(machine->clocks.now() - start, 1ms);
  EXPECT_EQ(::poll(&file, 1, 1000), 1);
  EXPECT_GE(machine->clocks.now() - start, 20ms);  // there and back
  EXPECT_LE(machine->clocks.now() - start, 40ms);
  const OpenSocket server = accepted(listener);
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
  machine->spawn(
      "sender", kServer, [&] { EXPECT_EQ(send_text(pair.server, letters(5000)), 5000); });
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
  { const OpenSocket gone{std::move(pair.server)}; }
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
  { const OpenSocket gone{std::move(pair.server)}; }
  EXPECT_EQ(receive_text(pair.client, 1), "");
  EXPECT_EQ(send_text(pair.client, "x"), 1);
  EXPECT_EQ(send_text(pair.client, "x"), -1);
  EXPECT_EQ(errno, EPIPE);
}

TEST(Network, ResetsWhoWasNotAccepted) {
  TestMachine machine;
  OpenSocket listener = listening(kPort);
  const OpenSocket client = connected(kPort);
  { const OpenSocket gone{std::move(listener)}; }
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
  const OpenSocket timer{::timerfd_create(CLOCK_MONOTONIC, 0)};
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

}  // namespace
}  // namespace betex::sim

#include "gateway/transport/handshake_turns.h"

#include <string>
#include <thread>
#include <vector>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using namespace std::chrono_literals;
using gateway::IpAddress;

HandshakeTurns::Peer peer(const char* address, bool known = false) {
  return {.address = *IpAddress::parse(address), .known = known};
}

// Each step asks for an order to be served, as whoever trades would.
TEST(HandshakeTurns, LetOthersPassAfterEachStep) {
  constexpr int kSteps = 5;
  boost::asio::io_context io{1};
  HandshakeTurns turns{io};
  std::vector<char> done;
  for (int i = 0; i < kSteps; ++i) {
    turns.enter(peer("10.0.0.1"), io.get_executor(), [&] {
      std::this_thread::sleep_for(5ms);
      done.push_back('h');
      boost::asio::post(io, [&] { done.push_back('o'); });
    });
  }
  io.run();
  EXPECT_EQ(std::string(done.begin(), done.end()), "hohohohoho");
}

TEST(HandshakeTurns, RestThreeTimesAsLongAsTheyWork) {
  constexpr int kSteps = 4;
  boost::asio::io_context io{1};
  HandshakeTurns turns{io};
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kSteps; ++i) {
    turns.enter(peer("10.0.0.1"), io.get_executor(), [] { std::this_thread::sleep_for(5ms); });
  }
  io.run();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kSteps * 20ms);
}

TEST(HandshakeTurns, GoFromAddressToAddress) {
  boost::asio::io_context io{1};
  HandshakeTurns turns{io};
  std::string order;
  turns.enter(peer("10.0.0.9"), io.get_executor(), [&] { order += 'x'; });  // the others wait
  for (int i = 0; i < 4; ++i) {
    turns.enter(peer("10.0.0.1"), io.get_executor(), [&] { order += 'a'; });
  }
  turns.enter(peer("10.0.0.2"), io.get_executor(), [&] { order += 'b'; });
  turns.enter(peer("10.0.0.3"), io.get_executor(), [&] { order += 'c'; });
  turns.enter(peer("10.0.0.2"), io.get_executor(), [&] { order += 'b'; });
  io.run();
  EXPECT_EQ(order, "xabcabaa");
}

TEST(HandshakeTurns, ASubnetOfIpv6IsOneAddress) {
  boost::asio::io_context io{1};
  HandshakeTurns turns{io};
  std::string order;
  turns.enter(peer("10.0.0.9"), io.get_executor(), [&] { order += 'x'; });  // the others wait
  for (const char* const address : {"2001:db8::1", "2001:db8::2", "2001:db8::3"}) {
    turns.enter(peer(address), io.get_executor(), [&] { order += 'a'; });
  }
  turns.enter(peer("2001:db8:0:1::1"), io.get_executor(), [&] { order += 'b'; });
  turns.enter(peer("::ffff:10.0.0.1"), io.get_executor(), [&] { order += 'c'; });
  turns.enter(peer("10.0.0.1"), io.get_executor(), [&] { order += 'c'; });
  io.run();
  EXPECT_EQ(order, "xabcaca");
}

// However many addresses strangers have.
TEST(HandshakeTurns, EveryOtherOneIsForAddressesThatAreKnown) {
  boost::asio::io_context io{1};
  HandshakeTurns turns{io};
  std::string order;
  for (int i = 1; i <= 6; ++i) {
    const std::string address = "10.0.0." + std::to_string(i);
    turns.enter(peer(address.c_str()), io.get_executor(), [&] { order += 's'; });
  }
  for (int i = 0; i < 2; ++i) {
    turns.enter(peer("10.1.0.1", true), io.get_executor(), [&] { order += 'k'; });
  }
  io.run();
  EXPECT_EQ(order, "skskssss");
}

}  // namespace
}  // namespace betex::fix

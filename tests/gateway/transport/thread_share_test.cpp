#include "gateway/transport/thread_share.h"

#include <string>
#include <thread>
#include <vector>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using namespace std::chrono_literals;
using gateway::IpAddress;

ThreadShare::Peer peer(const char* address, bool known = false) {
  return {.address = *IpAddress::parse(address), .known = known};
}

// Each step asks for an order to be served, as whoever trades would.
TEST(ThreadShare, LetsOthersPassAfterEachStep) {
  constexpr int kSteps = 5;
  boost::asio::io_context io{1};
  ThreadShare share{io};
  std::vector<char> done;
  for (int i = 0; i < kSteps; ++i) {
    share.enter(peer("10.0.0.1"), io.get_executor(), [&] {
      std::this_thread::sleep_for(5ms);
      done.push_back('h');
      boost::asio::post(io, [&] { done.push_back('o'); });
    });
  }
  io.run();
  EXPECT_EQ(std::string(done.begin(), done.end()), "hohohohoho");
}

TEST(ThreadShare, RestsThreeTimesAsLongAsItWorks) {
  constexpr int kSteps = 4;
  boost::asio::io_context io{1};
  ThreadShare share{io};
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kSteps; ++i) {
    share.enter(peer("10.0.0.1"), io.get_executor(), [] { std::this_thread::sleep_for(5ms); });
  }
  io.run();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kSteps * 20ms);
}

TEST(ThreadShare, GoesFromAddressToAddress) {
  boost::asio::io_context io{1};
  ThreadShare share{io};
  std::string order;
  share.enter(peer("10.0.0.9"), io.get_executor(), [&] { order += 'x'; });  // the others wait
  for (int i = 0; i < 4; ++i) {
    share.enter(peer("10.0.0.1"), io.get_executor(), [&] { order += 'a'; });
  }
  share.enter(peer("10.0.0.2"), io.get_executor(), [&] { order += 'b'; });
  share.enter(peer("10.0.0.3"), io.get_executor(), [&] { order += 'c'; });
  share.enter(peer("10.0.0.2"), io.get_executor(), [&] { order += 'b'; });
  io.run();
  EXPECT_EQ(order, "xabcabaa");
}

TEST(ThreadShare, ASubnetOfIpv6IsOneAddress) {
  boost::asio::io_context io{1};
  ThreadShare share{io};
  std::string order;
  share.enter(peer("10.0.0.9"), io.get_executor(), [&] { order += 'x'; });  // the others wait
  for (const char* const address : {"2001:db8::1", "2001:db8::2", "2001:db8::3"}) {
    share.enter(peer(address), io.get_executor(), [&] { order += 'a'; });
  }
  share.enter(peer("2001:db8:0:1::1"), io.get_executor(), [&] { order += 'b'; });
  share.enter(peer("::ffff:10.0.0.1"), io.get_executor(), [&] { order += 'c'; });
  share.enter(peer("10.0.0.1"), io.get_executor(), [&] { order += 'c'; });
  io.run();
  EXPECT_EQ(order, "xabcaca");
}

// However many addresses strangers have.
TEST(ThreadShare, EveryOtherTurnIsForAddressesThatAreKnown) {
  boost::asio::io_context io{1};
  ThreadShare share{io};
  std::string order;
  for (int i = 1; i <= 6; ++i) {
    const std::string address = "10.0.0." + std::to_string(i);
    share.enter(peer(address.c_str()), io.get_executor(), [&] { order += 's'; });
  }
  for (int i = 0; i < 2; ++i) {
    share.enter(peer("10.1.0.1", true), io.get_executor(), [&] { order += 'k'; });
  }
  io.run();
  EXPECT_EQ(order, "skskssss");
}

}  // namespace
}  // namespace betex::fix

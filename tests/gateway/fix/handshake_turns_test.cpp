#include "gateway/fix/handshake_turns.h"

#include <thread>
#include <vector>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using namespace std::chrono_literals;

// Each step asks for an order to be served, as whoever trades would.
TEST(HandshakeTurns, LetOthersPassAfterEachStep) {
  constexpr int kSteps = 5;
  boost::asio::io_context io{1};
  HandshakeTurns turns{io};
  std::vector<char> done;
  for (int i = 0; i < kSteps; ++i) {
    turns.enter(io.get_executor(), [&] {
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
    turns.enter(io.get_executor(), [] { std::this_thread::sleep_for(5ms); });
  }
  io.run();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kSteps * 20ms);
}

}  // namespace
}  // namespace betex::fix

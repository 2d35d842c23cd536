#include "gateway/time/gateway_clocks.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/link/published.h"
#include "tests/gateway/time/fake_machine_clock.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(ClockJudge, HasAWayIntoAStateAndALongerOneOutOfIt) {
  const std::vector<std::pair<nanoseconds, ClockState>> steps{
      {0s, ClockState::Right},
      {5s, ClockState::Right},
      {5001ms, ClockState::Off},
      {-4s, ClockState::Off},
      {2499ms, ClockState::Right},
      {60s, ClockState::Off},
      {-60001ms, ClockState::Uncertain},
      {31s, ClockState::Uncertain},
      {-30s, ClockState::Uncertain},
      {29s, ClockState::Off},
      {12h, ClockState::Uncertain},
      {0s, ClockState::Right},
  };
  ClockJudge judge;
  for (const auto& [ahead, state] : steps) {
    EXPECT_EQ(judge.judge(ahead), state) << ahead.count();
    EXPECT_EQ(judge.state(), state);
  }
}

class GatewayClocksTest : public ::testing::Test {
 protected:
  FakeMachineClock machine_;
};

TEST_F(GatewayClocksTest, AreUncertainWhileTheWallClockIsFarAway) {
  for (const nanoseconds step : {nanoseconds{12h}, nanoseconds{-12h}}) {
    GatewayClocks clocks{machine_, FakeMachineClock::kStart};
    EXPECT_TRUE(clocks.session.certain());
    machine_.step(step);
    EXPECT_EQ(clocks.session.look().state, ClockState::Uncertain);
    EXPECT_FALSE(clocks.session.certain());
    EXPECT_FALSE(clocks.exchange.certain());
    EXPECT_EQ(clocks.session.ahead_of_wall(), -step);

    machine_.step(-step);
    EXPECT_EQ(clocks.session.look().state, ClockState::Right);
    EXPECT_TRUE(clocks.session.certain());
    EXPECT_TRUE(clocks.exchange.certain());
  }
}

TEST_F(GatewayClocksTest, BothGoOnWhateverTheWallClockDoes) {
  const GatewayClocks clocks{machine_, FakeMachineClock::kStart};
  for (const nanoseconds step : {nanoseconds{12h}, nanoseconds{-24h}, nanoseconds{12h}}) {
    const auto session = clocks.session.now();
    const auto exchange = clocks.exchange.now();
    machine_.step(step);
    machine_.pass(10s);
    EXPECT_EQ(clocks.session.now() - session, matching::Timestamp{nanoseconds{10s}.count()});
    EXPECT_EQ(clocks.exchange.now() - exchange, matching::Timestamp{nanoseconds{10s}.count()});
  }
}

TEST_F(GatewayClocksTest, ExchangeTimeGoesOnFromALogThatIsAhead) {
  const matching::Timestamp last =
      FakeMachineClock::kStart + matching::Timestamp{nanoseconds{12h}.count()};
  const GatewayClocks clocks{machine_, last};
  EXPECT_EQ(clocks.exchange.now(), last);
  EXPECT_EQ(clocks.session.now(), FakeMachineClock::kStart);
  machine_.pass(20s);
  EXPECT_EQ(since_start(clocks.exchange.now()), 12h + 10s);
  EXPECT_TRUE(clocks.exchange.certain()) << "the operator has accepted it";
}

// All words are the same, so half of an old state would show.
TEST(Published, IsReadAsAWholeOrNotAtAll) {
  constexpr std::size_t kWords = 64;
  Published<kWords> published;
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    Published<kWords>::Words words{};
    for (std::int64_t value = 1; value <= 500'000; ++value) {
      words.fill(value);
      published.store(words);
    }
    done = true;
  }};
  std::int64_t last = 0;
  while (!done) {
    const auto words = published.load();
    EXPECT_EQ(std::count(words.begin(), words.end(), words.front()), std::ptrdiff_t{kWords});
    EXPECT_GE(words.front(), last);
    last = words.front();
  }
  writer.join();
  EXPECT_EQ(published.load().back(), 500'000);
}

TEST(KernelClock, TellsTimesThatGrow) {
  const KernelClock clock;
  const ClockReading first = clock.read();
  const ClockReading second = clock.read();
  EXPECT_GT(first.wall, matching::Timestamp{nanoseconds{24h * 365 * 50}.count()});
  EXPECT_GT(first.boottime, 0s);
  EXPECT_GE(second.boottime, first.boottime);
}

}  // namespace
}  // namespace betex::gateway::testing

// The writer is killed at random moments: what it had acknowledged is there, and nothing is torn.
#include <chrono>
#include <random>
#include <thread>

#include "tests/journal/child.h"
#include "tests/journal/wal_fixture.h"
#include "tests/support/environment.h"

namespace betex::journal {
namespace {

using test::Child;

class KillTest : public test::WalTest {
 protected:
  // Lets the child write for a while, kills it, and returns the last transaction that it
  // acknowledged, `before` if it acknowledged none.
  std::uint64_t write_and_kill(unsigned seed, std::uint64_t before) {
    std::mt19937 random{seed};
    const std::string how = random() % 2 == 0 ? "write" : "write-prepared";
    Child child{{BETEX_JOURNAL_CHILD, how, root().string(), std::to_string(seed)}};
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 60'000});
    child.kill();
    return child.last_acknowledged(before);
  }
};

TEST_F(KillTest, ReopeningGivesWhatWasAcknowledgedAndAtMostTheBatchInFlight) {
  const unsigned seed = test::seed_from_environment();
  SCOPED_TRACE("BETEX_SEED=" + std::to_string(seed));
  const int rounds = test::is_long_run() ? 1000 : 200;
  std::uint64_t last = 0;
  int while_writing = 0;  // so many kills came behind a commit
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t acknowledged = write_and_kill(seed + static_cast<unsigned>(round), last);
    ASSERT_GE(acknowledged, last);
    while_writing += acknowledged > last ? 1 : 0;
    last = recover_genuine();
    ASSERT_GE(last, acknowledged) << "round " << round;
    ASSERT_LE(last, acknowledged + 2000) << "round " << round;
    if (last > 100'000) {  // keeps recovery short
      std::filesystem::remove_all(root());
      last = 0;
    }
  }
  EXPECT_GT(while_writing, 0) << "each kill came before anything was acknowledged";
}

}  // namespace
}  // namespace betex::journal

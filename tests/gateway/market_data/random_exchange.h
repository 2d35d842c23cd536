// An engine that is given a stream of random commands (tests/matching/random_commands.h), a
// transaction at a time.
#pragma once

#include <cstdint>
#include <functional>

#include "matching/engine.h"
#include "matching/transaction.h"
#include "tests/matching/random_commands.h"
#include "tests/matching/reference_engine.h"

namespace betex::gateway::testing {

class RandomExchange {
 public:
  // Told of each transaction once the engine has it; the view is valid during the call.
  using Listener = std::function<void(const matching::TransactionView&)>;

  RandomExchange(std::uint64_t seed, Listener listener);

  // Markets, accounts and sessions; `far_orders` that rest, so that processes have several chunks.
  void set_up(std::uint64_t far_orders = 0);

  // The next command, what has become due before it, and a chunk of what runs.
  void step();

  [[nodiscard]] const matching::Engine& engine() const noexcept { return engine_; }

 private:
  void run(const matching::testing::Asked& asked);
  void decide(const matching::testing::Asked& asked);

  Listener listener_;
  matching::testing::RandomCommands commands_;
  matching::Engine engine_;
  matching::testing::ReferenceEngine reference_;  // what the commands are chosen by
  matching::Timestamp now_{1'700'000'000'000'000'000};
};

}  // namespace betex::gateway::testing

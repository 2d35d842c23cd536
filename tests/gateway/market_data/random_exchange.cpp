#include "tests/gateway/market_data/random_exchange.h"

#include <random>
#include <utility>

namespace betex::gateway::testing {

using matching::PendingBatch;
using matching::testing::Asked;

RandomExchange::RandomExchange(std::uint64_t seed, Listener listener)
    : listener_{std::move(listener)}, commands_{std::mt19937_64{seed}} {}

void RandomExchange::set_up(std::uint64_t far_orders) {
  for (const Asked& asked : commands_.setup(now_)) {
    run(asked);
  }
  for (std::uint64_t i = 0; i < far_orders; ++i) {
    run(commands_.far_order(now_, reference_));
  }
  if (far_orders != 0) {
    commands_.plan_process();
  }
}

void RandomExchange::step() {
  now_ += matching::Timestamp{commands_.pause_ns()};
  while (engine_.is_due(now_)) {
    decide({.body = matching::AdvanceTime{}});
  }
  reference_.run({.timestamp = now_, .body = matching::AdvanceTime{}});
  run(commands_.next(now_, reference_));
  const PendingBatch pending = engine_.batch_pending();
  if (pending != PendingBatch::None && commands_.continues(pending)) {
    run({.body = matching::ContinueBatch{}});
  }
}

void RandomExchange::run(const Asked& asked) {
  reference_.run(asked.at(now_));
  decide(asked);
}

void RandomExchange::decide(const Asked& asked) {
  const matching::TransactionView transaction = engine_.decide(asked.at(now_));
  if (transaction.header.event_count != 0) {
    listener_(transaction);
  }
}

}  // namespace betex::gateway::testing

// What a simulated gateway's parts do when they have a turn, and how they come to their end.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>

#include <spdlog/spdlog.h>

#include "matching/assert.h"
#include "tests/sim/gateway/simulated_gateway_inside.h"

namespace betex::sim {
namespace {

constexpr std::chrono::milliseconds kLogoutDeadline{2000};

bool patient() {
  return false;
}

}  // namespace

std::size_t SimulatedGateway::Inside::run(Part part) {
  switch (part) {
    case Part::Io:
      return io.run(io_turn());
    case Part::MarketDataIo:
      return run_market_data_io();
    case Part::Match:
      return match_turns.take();
    case Part::Journal:
      return journal_turns.take() + end_pipeline();
    case Part::Report:
      return report_turns.take() + end_pipeline();
    case Part::MarketData:
      return run_market_data();
    case Part::Replay:
      return run_replay() + run_earlier();
    case Part::Snapshot:
      return look_after_journal();
    case Part::DiskWatch:
      return look_at_disk();
  }
  BETEX_ASSERT(!"a part without a round");
}

// A thread is interrupted anywhere, between two handlers too.
std::size_t SimulatedGateway::Inside::io_turn() {
  constexpr std::int64_t kMost = 24;
  return static_cast<std::size_t>(random.between(1, kMost));
}

std::size_t SimulatedGateway::Inside::run_market_data_io() {
  try {
    return market_data_io.run(io_turn());
  } catch (...) {
    market_data.io_failed(std::current_exception());
    return 1;
  }
}

std::size_t SimulatedGateway::Inside::run_market_data() {
  try {
    return market_data_turns.take();
  } catch (...) {
    market_data_turns.fail();
    market_data.stage_failed(std::current_exception());
    return 1;
  }
}

std::size_t SimulatedGateway::Inside::run_replay() {
  try {
    return replay_turns.take();
  } catch (...) {
    replay_turns.fail();
    replay_is_lost = true;
    gateway::lose_replays(replay, std::current_exception());
    return 1;
  }
}

std::size_t SimulatedGateway::Inside::run_earlier() {
  try {
    return earlier_turns.take();
  } catch (...) {
    earlier_turns.fail();
    replay_is_lost = true;
    gateway::lose_earlier(earlier, std::current_exception());
    return 1;
  }
}

std::size_t SimulatedGateway::Inside::look_after_journal() {
  if (machine.clocks.now() < upkeep_due || upkeep.has_nothing_to_do() || is_stopped) {
    return 0;
  }
  const bool done = upkeep.look([] { return true; });
  upkeep_due = machine.clocks.now() + gateway::JournalUpkeep::kBetweenLooks;
  return done ? 1 : 0;
}

// As the gateway's DiskWatch, the journal's look last.
std::size_t SimulatedGateway::Inside::look_at_disk() {
  if (machine.clocks.now() < disk_look_due || is_stopped) {
    return 0;
  }
  disk_look_due = machine.clocks.now() + kDiskLookedAtEvery;
  try {
    cache->space().look_at_disk();
    journal.look_at_disk();
  } catch (const std::exception& error) {
    spdlog::error("how much is free on a disk is not known: {}", error.what());
  }
  return 1;
}

Clocks::Time SimulatedGateway::Inside::next_deadline() const {
  if (is_stopped) {
    return Clocks::kNever;
  }
  return std::min({match_turns.next_deadline(),
                   market_data_turns.next_deadline(),
                   replay_turns.next_deadline(),
                   earlier_turns.next_deadline(),
                   upkeep.has_nothing_to_do() ? Clocks::kNever : upkeep_due,
                   disk_look_due});
}

// ---- The end

// What waits for sessions and for clients; in a fiber of its own, for the I/O goes on meanwhile.
void SimulatedGateway::Inside::stop() {
  const auto reason = authority != nullptr ? matching::SessionDownReason::Restart
                                           : matching::SessionDownReason::Shutdown;
  fix::MarketDataServer* const prices = market_data.server();
  server.stop_reading();
  server.sessions_down(reason);
  if (prices != nullptr) {
    prices->stop_reading();
    prices->sessions_down(reason);
  }
  commands.close();  // match, journal and report come to their ends one after the other
  const std::function<bool()> closed = [this] { return journal_is_closed; };
  machine.wait(closed, Clocks::kNever);
  server.log_out(kLogoutDeadline, patient);
  if (prices != nullptr) {
    prices->log_out(kLogoutDeadline, patient);
  }
  is_stopped = true;
}

std::size_t SimulatedGateway::Inside::end_pipeline() {
  if (!is_stopping || journal_is_closed || !match_turns.over() || !journal_turns.over() ||
      !report_turns.over()) {
    return 0;
  }
  market_data_turns.close();
  journal.close();
  if (authority != nullptr) {  // whoever stands by need not wait for the rest
    authority->release();
  }
  journal_is_closed = true;
  return 1;
}

}  // namespace betex::sim

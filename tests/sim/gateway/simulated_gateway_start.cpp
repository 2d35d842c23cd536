// How a simulated gateway starts: the journal, the session cache, the clocks, and then its ports.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/pipeline/journal_link.h"
#include "gateway/start/startup.h"
#include "gateway/time/clock_at_start.h"
#include "journal/journal_reader.h"
#include "journal/segment_catalog.h"
#include "tests/sim/gateway/exchange_config.h"
#include "tests/sim/gateway/observed_log.h"
#include "tests/sim/gateway/simulated_gateway_inside.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {
namespace {

// The session cache's file: as small as the loader would not have it, so that it fills.
constexpr std::size_t kCacheBytes = 3U << 19U;
constexpr std::uint32_t kCacheBlockBytes = 36U << 10U;

// Waits as a program does whose time is the machine's.
bool pause(std::chrono::milliseconds time) {
  Machine& machine = *Machine::current();
  machine.wait([] { return false; }, machine.clocks.now() + time);
  return true;
}

// In place of the kernel's: in memory, so that another boot has another one.
std::string boot_id(const Machine& machine) {
  const std::filesystem::path file = machine.disk.memory() / "boot_id";
  std::string id;
  if (std::ifstream{file} >> id) {
    return id;
  }
  Random random{Machine::current()->entropy.next(), "boot"};
  id = std::to_string(random.next());
  std::ofstream{file} << id << '\n';
  return id;
}

}  // namespace

journal::JournalConfig SimulatedGateway::Inside::journal_settings() {
  journal::JournalConfig of_journal = gateway::journal_config(config, retention);
  of_journal.authority = authority;
  return of_journal;
}

gateway::TransactionLog& SimulatedGateway::Inside::become_writer() {
  log = std::make_unique<gateway::JournalLog>(journal);
  if (observer != nullptr) {
    tell_what_is_there();
    log = std::make_unique<ObservedLog>(std::move(log), *observer);
  }
  return *log;
}

void SimulatedGateway::Inside::tell_what_is_there() {
  const auto names = journal::list_segments(config.wal.root / journal::kSegmentsFolder);
  if (names.empty() || journal.durable_seq() == matching::EventSeq{}) {
    return;
  }
  journal::JournalReader reader{config.wal.root, segments, names.front().first_seq};
  while (const auto transaction = reader.next()) {
    observer->durable(*transaction);
  }
}

// Where the configuration leaves it to the gateway, the cache is in memory, with its folder: the
// path of memory is another one after a death.
void SimulatedGateway::Inside::open_cache(const matching::Engine& engine) {
  std::vector<matching::SessionInfo> known;
  engine.visit_sessions([&](const matching::SessionInfo& session) { known.push_back(session); });
  fix::CacheIdentity identity = gateway::cache_identity(journal);
  identity.boot_id = boot_id(machine);
  fix::CacheLimits of_cache = gateway::cache_limits(config);
  of_cache.file_bytes = kCacheBytes;
  of_cache.block_bytes = kCacheBlockBytes;
  of_cache.memory.clear();
  const bool in_memory = config.session_cache.place == gateway::CachePlacement::Auto;
  cache.emplace(
      in_memory ? cache_folder_in(machine.disk.memory()) : gateway::cache_folder(config),
      identity,
      fix::RecoveredSessions{.sessions = known, .last_seq = engine.last_seq(), .new_epochs = false},
      of_cache);
  if (planted == Planted::NumberUsedTwice) {
    forget_last_numbers(*cache, engine);
  }
}

const gateway::GatewayClocks& SimulatedGateway::Inside::start_clocks(matching::Timestamp last) {
  gateway::wait_for_clock(
      {.last = last,
       .rules = {.require_synchronised = config.clock.require_synchronised, .accept_clock = false}},
      machine_clock,
      {.pause = pause, .waiting = [this](const std::string& why) { machine.note(why); }});
  return clocks.emplace(machine_clock, last);
}

void SimulatedGateway::Inside::start() {
  upkeep.begin(retention.newest_snapshot());
  clock_watch.start();
  static_cast<void>(server.listen(config.fix.address, config.fix.port));
  if (market_data.server() != nullptr) {
    static_cast<void>(
        market_data.server()->listen(config.market_data.address, config.market_data.port));
  }
}

}  // namespace betex::sim

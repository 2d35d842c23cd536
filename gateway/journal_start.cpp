#include "gateway/journal_start.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>

#include <spdlog/spdlog.h>

#include "gateway/start/journal_upkeep.h"
#include "gateway/start/witness.h"
#include "gateway/wiring_settings.h"

namespace betex::gateway {
namespace {

// How far the log is, for the file that is held against it.
Witness witness_of(const journal::Journal& journal) {
  return {.wal_id = journal.wal_id(), .durable = journal.durable_seq()};
}

}  // namespace

Recovered start_from_journal(const RecoverySources& sources,
                             Retention& retention,
                             Epochs epochs,
                             const StartSteps& steps) {
  const Config& config = sources.config;
  if (const std::string warning = journal::sizing_warning(journal_config(config, retention));
      !warning.empty()) {
    spdlog::warn("{}", warning);
  }
  Recovered recovered = recover(sources, retention);
  const auto ask_witness = [&] {
    if (!config.wal.witness.empty() && epochs == Epochs::Kept) {
      check_against_witness(config.wal.witness, witness_of(sources.journal));
    }
  };
  if (!steps.catches_up) {
    ask_witness();
  }
  TransactionLog& log = steps.become_writer(recovered);
  if (steps.catches_up) {
    ask_witness();
  }
  steps.open_cache(recovered.engine);
  recovered.engine.reserve(config.engine);
  if (config.cluster.mode != ClusterMode::Replicated) {
    prepare_first_segment(snapshot_settings(config), sources.journal);
  }
  const GatewayClocks& clocks = steps.start_clocks(recovered.engine.last_timestamp());
  run_start_commands(
      recovered, log, config, {.exchange = clocks.exchange, .session = clocks.session}, epochs);
  retention.reports_taken(
      recovered.reports.cursors, recovered.engine.last_seq(), recovered.engine.last_timestamp());
  spdlog::info("recovered {}: {} events in {} transactions",
               config.wal.root.string(),
               recovered.engine.last_seq().value(),
               recovered.engine.last_tx_id().value());
  return recovered;
}

matching::ClOrdIdKey new_key() {
  std::random_device random;
  std::array<std::uint64_t, matching::ClOrdIdKey::kWords> words{};
  for (std::uint64_t& word : words) {
    word = std::uint64_t{random()} << 32 | random();
  }
  return matching::ClOrdIdKey{words};
}

std::vector<matching::SessionInfo> sessions_of(const Recovered& recovered) {
  std::vector<matching::SessionInfo> sessions;
  recovered.engine.visit_sessions([&](const matching::SessionInfo& session) {
    sessions.push_back(session);
    sessions.back().up = std::ranges::count(recovered.left_up, session.session) != 0;
  });
  return sessions;
}

}  // namespace betex::gateway

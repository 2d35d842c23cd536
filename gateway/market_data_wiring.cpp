#include "gateway/market_data_wiring.h"

#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "gateway/pipeline/journal_link.h"
#include "gateway/process/fail_stop.h"
#include "gateway/start/fix_settings.h"
#include "journal/recovery.h"
#include "journal/snapshot.h"

namespace betex::gateway {
namespace {

MarketDataLimits limits_of(const MarketDataSessionLimits& limits, std::size_t most_unsent) {
  return {.max_instruments = limits.instruments_per_session,
          .max_requests = limits.requests,
          .requests_per_second = limits.requests_a_second,
          .requests_at_once = limits.requests,
          .slow_bytes = limits.slow_bytes,
          .normal_bytes = limits.normal_bytes,
          .most_unsent = most_unsent};
}

}  // namespace

MarketDataStage::LoadState newest_state(std::filesystem::path wal_root,
                                        const journal::Journal& journal) {
  return [root = std::move(wal_root), id = journal.wal_id()] {
    std::vector<std::string> warnings;
    std::optional<journal::Snapshot> snapshot =
        journal::newest_snapshot({.wal_root = root, .wal_id = id, .warnings = warnings},
                                 matching::EventSeq{std::numeric_limits<std::uint64_t>::max()});
    for (const std::string& warning : warnings) {
      spdlog::warn("{}", warning);
    }
    if (!snapshot) {
      throw std::runtime_error{"there is no whole snapshot in " + root.string()};
    }
    return std::make_unique<const matching::Engine>(std::move(snapshot->engine));
  };
}

MarketDataWiring::MarketDataWiring(const Parts& parts,
                                   const fix::TransportLimits& limits,
                                   const std::vector<matching::SessionInfo>& sessions)
    : events_{parts.events.add_consumer(
          {.name = "md", .wait = wait_, .behind = {&parts.journal_events}, .may_leave = true})},
      stage_{{.events = events_,
              .ring_slots = parts.events.capacity(),
              .wait = wait_,
              .open_source = retiring_journal_sources(parts.config.wal.root, parts.segments),
              .load_state = newest_state(parts.config.wal.root, parts.journal)},
             parts.engine,
             limits_of(parts.config.market_data.limits, limits.outbound_queue_bytes)},
      server_{parts.config.market_data.enabled
                  ? std::make_unique<fix::MarketDataServer>(
                        fix::MarketDataServer::Parts{.io = parts.io,
                                                     .dictionaries = parts.dictionaries,
                                                     .commands = parts.commands,
                                                     .feed = stage_,
                                                     .authenticator = parts.authenticator,
                                                     .clock = parts.clock},
                        limits,
                        parts.config.market_data.limits.sessions,
                        session_settings(parts.config),
                        sessions)
                  : nullptr} {}

void MarketDataWiring::stage_failed(const std::exception_ptr& error) noexcept {
  stage_.fail();
  lose(stage_.name(), error);
}

void MarketDataWiring::io_failed(const std::exception_ptr& error) noexcept {
  lose("md-io", error);
  if (server_) {
    server_->close();  // what was under way in a session may be half done
  }
}

// Orders, their reports and the process go on.
void MarketDataWiring::lose(std::string_view what, const std::exception_ptr& error) noexcept {
  try {
    lost_.store(true, std::memory_order_relaxed);
    spdlog::critical(
        "{} failed: there is no market data from now on, everything else goes on; to have it "
        "again, start the gateway again when it suits: {}",
        what,
        text_of(error));
    if (server_) {
      server_->give_up("There is no market data: an internal error");
    }
  } catch (const std::exception& further) {
    spdlog::critical("market data sessions could not be told: {}", further.what());
  }
}

MarketDataSources MarketDataWiring::metrics() const noexcept {
  return {.stage = stage_.figures(),
          .lost = lost_,
          .sessions = server_ ? &server_->metrics() : nullptr};
}

}  // namespace betex::gateway

#include "tests/sim/gateway/simulated_gateway.h"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "gateway/pipeline/journal_link.h"
#include "gateway/start/fix_settings.h"
#include "tests/sim/gateway/book_comparison.h"
#include "tests/sim/gateway/simulated_gateway_inside.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {
namespace {

matching::ClOrdIdKey key_of(std::uint64_t seed) {
  Random random{seed, "key of the ids"};
  std::array<std::uint64_t, matching::ClOrdIdKey::kWords> words{};
  for (std::uint64_t& word : words) {
    word = random.next();
  }
  return matching::ClOrdIdKey{words};
}

}  // namespace

SimulatedGateway::Inside::Inside(const Settings& settings)
    : machine{*Machine::current()},
      process{Fiber::current()->process()},
      config{settings.config},
      planted{settings.planted},
      observer{settings.observer},
      authority{settings.authority},
      random{settings.seed, "gateway"},
      key{key_of(settings.seed)},
      limits{gateway::limits_that_fit(config)},
      retention{config.wal.retire, config.reports.replay_days},
      journal{journal_settings(), segments},
      upkeep{gateway::snapshot_settings(config), segments, journal, retention},
      recovered{gateway::start_from_journal(
          {.journal = journal,
           .wal_root = config.wal.root,
           .pool = segments,
           .config = config,
           .key = key},
          retention,
          gateway::Epochs::Kept,
          {.become_writer = [this](gateway::Recovered&) -> gateway::TransactionLog& {
             return become_writer();
           },
           .open_cache = [this](const matching::Engine& engine) { open_cache(engine); },
           .start_clocks = [this](matching::Timestamp last) -> const gateway::GatewayClocks& {
             return start_clocks(last);
           }})},
      clock_watch{io.context(), machine_clock, clocks->session},
      commands{config.rings.command_slots, wait},
      ring_port{commands, journal, key},
      forgetful_port{ring_port},
      events{{.capacity = config.rings.event_slots, .arena_size = config.rings.arena_bytes}, wait},
      journal_events{events.add_consumer({.name = "journal", .wait = wait})},
      report_events{
          events.add_consumer({.name = "report", .wait = wait, .behind = gate_of_reports()})},
      match{commands, recovered.engine, events, clocks->exchange},
      journal_stage{journal_events, *log},
      report{report_events,
             wait,
             std::move(recovered.reports),
             gateway::journal_sources(config.wal.root, segments)},
      replay{gateway::replay_parts(
          {.config = config, .journal = journal, .segments = segments, .retention = retention},
          replay_wait)},
      earlier{gateway::earlier_parts(
          {.config = config, .journal = journal, .segments = segments, .retention = retention},
          replay_wait)},
      authenticator{config.credentials, io.context()},
      sessions{gateway::sessions_of(recovered)},
      market_data{{.config = config,
                   .io = market_data_io.context(),
                   .events = events,
                   .journal_events = journal_events,
                   .journal = journal,
                   .segments = segments,
                   .engine = recovered.engine,
                   .dictionaries = settings.dictionaries,
                   .commands = command_port(),
                   .authenticator = authenticator,
                   .clock = clocks->session},
                  limits.market_data,
                  sessions},
      server{{.io = io.context(),
              .dictionaries = settings.dictionaries,
              .commands = command_port(),
              .reports = report.feed(),
              .authenticator = authenticator,
              .cache = *cache,
              .clock = clocks->session,
              .currency = recovered.engine.house().currency,
              .replays = &replay},
             limits.orders,
             gateway::session_settings(config),
             sessions},
      ports{server, market_data.server()},
      forgetful_sink{ports, recovered.engine.last_seq()},
      node{{.sessions = ports,
            .commands = commands,
            .events = events,
            .journal_stage = journal_events,
            .journal = journal,
            .retention = retention,
            .wal_root = config.wal.root}} {
  report.connect(planted == Planted::ReportDroppedAtStart
                     ? static_cast<gateway::SessionSink&>(forgetful_sink)
                     : ports);
  report.connect(node);
  report.connect(retention);
  report.connect(static_cast<gateway::ReplayPort&>(replay));
  replay.connect(server);
  report.connect_earlier(earlier, earlier);
  earlier.connect(report.earlier());
  start();
}

std::vector<gateway::EventConsumer*> SimulatedGateway::Inside::gate_of_reports() {
  return planted == Planted::NoGate ? std::vector<gateway::EventConsumer*>{}
                                    : std::vector<gateway::EventConsumer*>{&journal_events};
}

gateway::CommandPort& SimulatedGateway::Inside::command_port() {
  return planted == Planted::OldIdActs ? static_cast<gateway::CommandPort&>(forgetful_port)
                                       : ring_port;
}

bool SimulatedGateway::Inside::idle() const {
  const matching::Engine& engine = recovered.engine;
  return commands.fill() == 0 && journal_events.lag() == 0 && report_events.lag() == 0 &&
         journal.durable_seq() == engine.last_seq() &&
         engine.batch_pending() == matching::PendingBatch::None &&
         (market_data.lost() || (!market_data.events().away() && market_data.events().lag() == 0 &&
                                 books().last_seq() == engine.last_seq()));
}

// ---- What is seen of it

SimulatedGateway::SimulatedGateway(const Settings& settings) {
  keep_locks(settings.planted == Planted::LockNotReleased);
  inside_ = std::make_unique<Inside>(settings);
}

SimulatedGateway::~SimulatedGateway() = default;

std::size_t SimulatedGateway::run(Part part) {
  return inside_->run(part);
}

Clocks::Time SimulatedGateway::next_deadline() const {
  return inside_->next_deadline();
}

void SimulatedGateway::begin_stop() {
  if (!std::exchange(inside_->is_stopping, true)) {
    inside_->replay_turns.close();
    inside_->earlier_turns.close();
    inside_->machine.spawn("stop", inside_->process, [inside = inside_.get()] { inside->stop(); });
  }
}

bool SimulatedGateway::stopped() const {
  return inside_->is_stopped;
}

const matching::Engine& SimulatedGateway::engine() const {
  return inside_->recovered.engine;
}

matching::EventSeq SimulatedGateway::durable() const {
  return inside_->journal.durable_seq();
}

bool SimulatedGateway::market_data_lost() const {
  return inside_->market_data.lost();
}

bool SimulatedGateway::replay_lost() const {
  return inside_->replay_is_lost;
}

bool SimulatedGateway::idle() const {
  return inside_->idle();
}

std::string SimulatedGateway::why_books_differ() const {
  return inside_->market_data.lost()
             ? std::string{}
             : sim::why_books_differ(inside_->recovered.engine, inside_->books());
}

}  // namespace betex::sim

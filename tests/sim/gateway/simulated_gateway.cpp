#include "tests/sim/gateway/simulated_gateway.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include "gateway/journal_start.h"
#include "gateway/market_data_wiring.h"
#include "gateway/node.h"
#include "gateway/pipeline/journal_link.h"
#include "gateway/pipeline/journal_stage.h"
#include "gateway/pipeline/match_stage.h"
#include "gateway/pipeline/report_stage.h"
#include "gateway/pipeline/ring_command_port.h"
#include "gateway/replay_side.h"
#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "gateway/session/fix_server.h"
#include "gateway/session/session_cache.h"
#include "gateway/session/session_ports.h"
#include "gateway/start/fix_settings.h"
#include "gateway/start/journal_upkeep.h"
#include "gateway/start/retention.h"
#include "gateway/start/startup.h"
#include "gateway/time/clock_at_start.h"
#include "gateway/time/clock_watch.h"
#include "gateway/time/gateway_clocks.h"
#include "gateway/wiring_settings.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "journal/segment_catalog.h"
#include "matching/assert.h"
#include "tests/sim/gateway/agent_turns.h"
#include "tests/sim/gateway/book_comparison.h"
#include "tests/sim/gateway/exchange_config.h"
#include "tests/sim/gateway/observed_log.h"
#include "tests/sim/gateway/planted.h"
#include "tests/sim/gateway/posted_authenticator.h"
#include "tests/sim/machine/machine.h"

namespace betex::sim {
namespace {

using gateway::CommandPort;
using gateway::Config;

constexpr std::chrono::milliseconds kLogoutDeadline{2000};
constexpr std::chrono::milliseconds kDiskLookedAtEvery{500};

// The session cache's file: as small as the loader would not have it, so that it fills.
constexpr std::size_t kCacheBytes = 3U << 19U;
constexpr std::uint32_t kCacheBlockBytes = 36U << 10U;

bool patient() {
  return false;
}

// Waits as a program does whose time is the machine's.
bool pause(std::chrono::milliseconds time) {
  Machine& machine = *Machine::current();
  machine.wait([] { return false; }, machine.clocks.now() + time);
  return true;
}

matching::ClOrdIdKey key_of(std::uint64_t seed) {
  Random random{seed, "key of the ids"};
  std::array<std::uint64_t, matching::ClOrdIdKey::kWords> words{};
  for (std::uint64_t& word : words) {
    word = random.next();
  }
  return matching::ClOrdIdKey{words};
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

// A loop of one thread that comes to an end only when it is told to.
class Io {
 public:
  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }

  std::size_t run(std::size_t most) {
    std::size_t handlers = 0;
    while (handlers < most && context_.poll_one() != 0) {
      ++handlers;
    }
    return handlers;
  }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
};

}  // namespace

// As gateway::Gateway, whose order of members this is.
struct SimulatedGateway::Inside {
  explicit Inside(const Settings& settings)
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
        events{{.capacity = config.rings.event_slots, .arena_size = config.rings.arena_bytes},
               wait},
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

  // ---- The start

  journal::JournalConfig journal_settings() {
    journal::JournalConfig of_journal = gateway::journal_config(config, retention);
    of_journal.authority = authority;
    return of_journal;
  }

  gateway::TransactionLog& become_writer() {
    log = std::make_unique<gateway::JournalLog>(journal);
    if (observer != nullptr) {
      tell_what_is_there();
      log = std::make_unique<ObservedLog>(std::move(log), *observer);
    }
    return *log;
  }

  void tell_what_is_there() {
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
  void open_cache(const matching::Engine& engine) {
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
        fix::RecoveredSessions{
            .sessions = known, .last_seq = engine.last_seq(), .new_epochs = false},
        of_cache);
    if (planted == Planted::NumberUsedTwice) {
      forget_last_numbers(*cache, engine);
    }
  }

  const gateway::GatewayClocks& start_clocks(matching::Timestamp last) {
    gateway::wait_for_clock(
        {.last = last,
         .rules = {.require_synchronised = config.clock.require_synchronised,
                   .accept_clock = false}},
        machine_clock,
        {.pause = pause, .waiting = [this](const std::string& why) { machine.note(why); }});
    return clocks.emplace(machine_clock, last);
  }

  void start() {
    upkeep.begin(retention.newest_snapshot());
    clock_watch.start();
    static_cast<void>(server.listen(config.fix.address, config.fix.port));
    if (market_data.server() != nullptr) {
      static_cast<void>(
          market_data.server()->listen(config.market_data.address, config.market_data.port));
    }
  }

  std::vector<gateway::EventConsumer*> gate_of_reports() {
    return planted == Planted::NoGate ? std::vector<gateway::EventConsumer*>{}
                                      : std::vector<gateway::EventConsumer*>{&journal_events};
  }

  CommandPort& command_port() {
    return planted == Planted::OldIdActs ? static_cast<CommandPort&>(forgetful_port) : ring_port;
  }

  // ---- The parts

  std::size_t run(Part part) {
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
  std::size_t io_turn() {
    constexpr std::int64_t kMost = 24;
    return static_cast<std::size_t>(random.between(1, kMost));
  }

  std::size_t run_market_data_io() {
    try {
      return market_data_io.run(io_turn());
    } catch (...) {
      market_data.io_failed(std::current_exception());
      return 1;
    }
  }

  std::size_t run_market_data() {
    try {
      return market_data_turns.take();
    } catch (...) {
      market_data_turns.fail();
      market_data.stage_failed(std::current_exception());
      return 1;
    }
  }

  std::size_t run_replay() {
    try {
      return replay_turns.take();
    } catch (...) {
      replay_turns.fail();
      replay_is_lost = true;
      gateway::lose_replays(replay, std::current_exception());
      return 1;
    }
  }

  std::size_t run_earlier() {
    try {
      return earlier_turns.take();
    } catch (...) {
      earlier_turns.fail();
      replay_is_lost = true;
      gateway::lose_earlier(earlier, std::current_exception());
      return 1;
    }
  }

  std::size_t look_after_journal() {
    if (machine.clocks.now() < upkeep_due || upkeep.has_nothing_to_do() || is_stopped) {
      return 0;
    }
    const bool done = upkeep.look([] { return true; });
    upkeep_due = machine.clocks.now() + gateway::JournalUpkeep::kBetweenLooks;
    return done ? 1 : 0;
  }

  // As the gateway's DiskWatch, the journal's look last.
  std::size_t look_at_disk() {
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

  [[nodiscard]] Clocks::Time next_deadline() const {
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
  void stop() {
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

  std::size_t end_pipeline() {
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

  [[nodiscard]] bool idle() const {
    const matching::Engine& engine = recovered.engine;
    return commands.fill() == 0 && journal_events.lag() == 0 && report_events.lag() == 0 &&
           journal.durable_seq() == engine.last_seq() &&
           engine.batch_pending() == matching::PendingBatch::None &&
           (market_data.lost() ||
            (!market_data.events().away() && market_data.events().lag() == 0 &&
             books().last_seq() == engine.last_seq()));
  }

  [[nodiscard]] const gateway::MarketBooks& books() const { return market_data.stage().books(); }

  Machine& machine;
  const int process;
  const Config& config;
  const Planted planted;
  Observer* const observer;
  journal::WriterAuthority* const authority;
  Random random;
  const gateway::KernelClock machine_clock;
  std::optional<gateway::GatewayClocks> clocks;  // none until the journal is replayed

  journal::EnvironmentPool segments;
  const matching::ClOrdIdKey key;
  const gateway::PortLimits limits;
  Io io;
  Io market_data_io;

  gateway::Retention retention;
  journal::Journal journal;
  std::unique_ptr<gateway::TransactionLog> log;  // null until it may write
  std::optional<fix::SessionCache> cache;        // none until the journal is replayed
  gateway::JournalUpkeep upkeep;
  gateway::Recovered recovered;
  gateway::ClockWatch clock_watch;

  gateway::WaitStrategy wait;  // nobody sleeps on it, or on the next one
  gateway::WaitStrategy replay_wait;
  gateway::CommandRing<gateway::RingCommand> commands;
  gateway::RingCommandPort ring_port;
  ForgetfulPort forgetful_port;

  gateway::EventRing events;
  gateway::EventConsumer& journal_events;
  gateway::EventConsumer& report_events;

  gateway::MatchStage match;
  gateway::JournalStage journal_stage;
  gateway::ReportStage report;
  gateway::ReplayStage replay;
  gateway::ReplayStage earlier;

  PostedAuthenticator authenticator;
  std::vector<matching::SessionInfo> sessions;
  gateway::MarketDataWiring market_data;
  fix::FixServer server;
  fix::SessionPorts ports;
  ForgetfulSink forgetful_sink;
  const gateway::Node node;

  AgentTurns match_turns{match};
  AgentTurns journal_turns{journal_stage};
  AgentTurns report_turns{report};
  AgentTurns market_data_turns{market_data.stage()};
  AgentTurns replay_turns{replay};
  AgentTurns earlier_turns{earlier};
  Clocks::Time upkeep_due = machine.clocks.now() + gateway::JournalUpkeep::kBetweenLooks;
  Clocks::Time disk_look_due = machine.clocks.now() + kDiskLookedAtEvery;

  bool replay_is_lost = false;
  bool is_stopping = false;
  bool journal_is_closed = false;
  bool is_stopped = false;
};

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

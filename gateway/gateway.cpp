#include "gateway/gateway.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/agent/agent_runner.h"
#include "gateway/cluster_member.h"
#include "gateway/http/http_server.h"
#include "gateway/journal_start.h"
#include "gateway/link/session_link.h"
#include "gateway/market_data_side.h"
#include "gateway/node.h"
#include "gateway/page/page.h"
#include "gateway/pipeline/journal_link.h"
#include "gateway/pipeline/journal_stage.h"
#include "gateway/pipeline/match_stage.h"
#include "gateway/pipeline/report_stage.h"
#include "gateway/pipeline/ring_command_port.h"
#include "gateway/process/disk_watch.h"
#include "gateway/process/fail_stop.h"
#include "gateway/process/health.h"
#include "gateway/process/io_threads.h"
#include "gateway/process/metrics.h"
#include "gateway/process/port_reservation.h"
#include "gateway/process/service_manager.h"
#include "gateway/process/service_status.h"
#include "gateway/replay_side.h"
#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "gateway/ring/finally.h"
#include "gateway/session/dictionaries.h"
#include "gateway/session/fix_server.h"
#include "gateway/session/session_cache.h"
#include "gateway/session/session_ports.h"
#include "gateway/start/fix_settings.h"
#include "gateway/start/named_files.h"
#include "gateway/start/retention.h"
#include "gateway/start/snapshot_thread.h"
#include "gateway/start/startup.h"
#include "gateway/start/witness.h"
#include "gateway/time/clock_watch.h"
#include "gateway/time/gateway_clocks.h"
#include "gateway/transport/authenticator.h"
#include "gateway/transport/tls.h"
#include "gateway/wiring_settings.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"

namespace betex::gateway {
namespace {

constexpr std::chrono::milliseconds kLogoutDeadline{2000};
constexpr std::chrono::milliseconds kLeastLogoutDeadline{500};

}  // namespace

// The members are the pipeline: each is made from those before it. Who waits for whom stands where
// the event ring's consumers are declared.
class Gateway::Impl {
 public:
  Impl(const Config& config, const StartOptions& options)
      : config_{config},
        four_eyes_{config.exchange.four_eyes},
        shared_{share_one_thread(config.rings.stage_threads)},
        member_{member_parts(options)},
        // 1. Dictionaries, descriptors and ports: a wrong one, too few or an occupied one are found
        //    before anything on disk is touched.
        dictionaries_{config.fix.dictionaries},
        limits_{limits_that_fit(config)},
        io_{io_thread_count(config.fix.io_threads, std::thread::hardware_concurrency())},
        fix_port_{config.fix.address, config.fix.port, "--fix-port"},
        tls_port_{config.fix.tls ? std::make_unique<PortReservation>(
                                       config.fix.address, config.fix.tls->port, "--tls-port")
                                 : nullptr},
        market_data_ports_{config.market_data},
        page_{config.http.enabled && config.http.page
                  ? std::make_unique<Page>(market_data_ports_.io().context(),
                                           PageOptions{.hosts = config.http.page_hosts},
                                           health_,
                                           std::vector<const prometheus::Collectable*>{&metrics_})
                  : nullptr},
        http_{config.http.enabled
                  ? std::make_unique<HttpServer>(
                        io_.context(),
                        HttpServerOptions{.address = config.http.address, .port = config.http.port},
                        health_,
                        std::vector<const prometheus::Collectable*>{&metrics_},
                        page_.get())
                  : nullptr},
        service_status_{io_.context(), health_, ServiceManager::from_environment()},

        // 2. The journal, under its lock, and from it the engine: all that was ever promised.
        //    What it keeps is what snapshots and reports need. A member of a cluster stays here
        //    while another node leads. The log's time goes on where it stood. The session cache is
        //    opened before the start writes to it.
        retention_{config.wal.retire, config.reports.replay_days},
        journal_{member_.journal_settings(retention_), segments_},
        snapshots_{snapshot_settings(config),
                   segments_,
                   journal_,
                   retention_,
                   member_.told_of_snapshots()},
        recovered_{
            start_from_journal({journal_, config.wal.root, segments_, config, key_, member_.warm()},
                               retention_,
                               options.new_epochs ? Epochs::New : Epochs::Kept,
                               member_.start_steps({.journal = journal_,
                                                    .retention = retention_,
                                                    .snapshots = snapshots_,
                                                    .fix_port = fix_port_.port(),
                                                    .made = made_,
                                                    .clocks = clocks_}))},
        clock_watch_{io_.context(), machine_clock_, clocks_->session},

        // 3. Sessions produce commands; the match stage consumes them.
        match_wait_{wait_kind(config.rings.wait_strategy)},
        journal_wait_{wait_kind(config.rings.wait_strategy)},
        report_wait_{wait_kind(config.rings.wait_strategy)},
        commands_{config.rings.command_slots, match_wait_},
        command_port_{commands_, journal_, key_},

        // 4. The match stage produces events. The journal waits for it alone; the reports wait for
        //    the journal: the first gate. Slots are free again when both have passed. Market data
        //    stands behind the journal too (7), and nobody waits for it.
        events_{{.capacity = config.rings.event_slots, .arena_size = config.rings.arena_bytes},
                match_wait_},
        journal_events_{events_.add_consumer({.name = "journal", .wait = journal_wait()})},
        report_events_{events_.add_consumer(
            {.name = "report", .wait = report_wait(), .behind = {&journal_events_}})},

        // 5. The stages.
        match_{commands_, recovered_.engine, events_, clocks_->exchange},
        journal_stage_{journal_events_, *made_.log},
        report_{report_events_,
                report_wait(),
                std::move(recovered_.reports),
                journal_sources(config.wal.root, segments_)},
        replay_{{.config = config,
                 .journal = journal_,
                 .segments = segments_,
                 .retention = retention_}},

        // 6. The sessions: they take credits of the command ring before they read, and reports from
        //    the report stage. Their bytes go by way of the session cache: the second gate.
        authenticator_{config.credentials},
        sessions_{sessions_of(recovered_)},
        market_data_{{.config = config,
                      .ports = market_data_ports_,
                      .events = events_,
                      .journal_events = journal_events_,
                      .journal = journal_,
                      .segments = segments_,
                      .engine = recovered_.engine,
                      .dictionaries = dictionaries_,
                      .commands = command_port_,
                      .authenticator = authenticator_,
                      .clock = clocks_->session},
                     limits_.market_data,
                     sessions_},
        server_{{.io = io_.context(),
                 .dictionaries = dictionaries_,
                 .commands = command_port_,
                 .reports = report_.feed(),
                 .authenticator = authenticator_,
                 .cache = *made_.cache,
                 .clock = clocks_->session,
                 .currency = recovered_.engine.house().currency,
                 .replays = &replay_.feed()},
                limits_.orders,
                session_settings(config),
                sessions_},
        ports_{server_, market_data_.server()},
        node_{{.sessions = ports_,
               .commands = commands_,
               .events = events_,
               .journal_stage = journal_events_,
               .journal = journal_,
               .retention = retention_,
               .wal_root = config.wal.root}} {
    for (const AccountConfig& account : config.accounts()) {
      accounts_.insert(account.name);
    }
    if (config.fix.tls && config.fix.tls->demo) {
      fix::make_demo_certificate(config.fix.tls->certificate);
    }
    report_.connect(ports_);
    report_.connect(node_);
    report_.connect(retention_);
    report_.connect([asked = options.stop_requested](const matching::StopAnnounced& event) {
      if (!event.request_id.empty()) {  // not this process's own
        asked(std::chrono::seconds{event.notice_s});
      }
    });
    report_.connect(replay_.port());
    report_.connect_earlier(replay_.earlier(), replay_.earlier());
    make_runners();
    metrics_.read_from({.commands = commands_,
                        .events = events_,
                        .journal_stage = journal_events_,
                        .report_stage = report_events_,
                        .journal = journal_,
                        .sessions = server_.metrics(),
                        .retention = retention_,
                        .clocks = *clocks_,
                        .cache = *made_.cache,
                        .backlog = match_.backlog(),
                        .commit_times = journal_stage_.commit_times(),
                        .answer_times = report_.answers().times(),
                        .counts = report_.counts(),
                        .market_data = market_data_.metrics(),
                        .replays = replay_.figures(),
                        .earlier_reports = replay_.earlier_figures()});
    if (page_) {
      page_->connect(market_data_.pictures(), node_);
    }
  }

  // Ends like a crash, but for the threads: nothing is drained.
  ~Impl() {
    member_.end_questions();  // about the threads that end here
    replay_.stop();
    replay_.join();
    for (const auto& runner : runners_) {
      runner->stop();
    }
    runners_.clear();
    market_data_.stop();
    market_data_ports_.io().stop();
    io_.stop();
  }

  Ports start() {
    for (const auto& runner : runners_) {
      runner->start();
    }
    market_data_.start(health_);
    replay_.start(server_, report_.earlier());
    if (!member_.takes_snapshots()) {
      snapshots_.start(retention_.newest_snapshot());
    }
    if (!config_.wal.witness.empty()) {
      witness_.emplace(
          config_.wal.witness, journal_.wal_id(), [this] { return journal_.durable_seq(); });
    }
    // The probes go by the journal's look, so it comes last: when they say that there is room, no
    // order is refused any more.
    disk_watch_.emplace(std::vector<DiskWatch::Look>{
        [this] { made_.cache->space().look_at_disk(); }, [this] { journal_.look_at_disk(); }});
    std::vector<const AgentRunner*> watched;
    for (const auto& runner : runners_) {
      watched.push_back(runner.get());
    }
    health_.watch(std::move(watched));
    health_.watch(command_port_);
    health_.watch(clocks_->session);
    member_.watch();
    clock_watch_.start();
    Ports ports{.fix = server_.listen(config_.fix.address, fix_port_.port()),
                .tls = listen_tls(),
                .http = http_port()};
    fix_port_.release();
    const MarketDataSide::Listening market_data = market_data_.listen();
    ports.market_data = market_data.plain;
    ports.market_data_tls = market_data.tls;
    health_.enter(Phase::Accepting);
    if (member_.is_told()) {
      service_status_.tell();
    } else {
      service_status_.start();
    }
    return ports;
  }

  void reload(const Config& config) {
    const PortLimits limits = limits_that_fit(config);
    server_.reload(limits.orders, session_settings(config), tls_files(config));
    market_data_.reload(config, limits.market_data);
    tell_expiry(config);
    authenticator_.replace(config.credentials);
    member_.agree(config);
    for (const AccountConfig& account : config.accounts()) {
      if (accounts_.insert(account.name).second) {
        operate(creation_of(account));
      }
    }
    if (std::exchange(four_eyes_, config.exchange.four_eyes) != config.exchange.four_eyes) {
      operate(matching::RequireApproval{.classes = config.exchange.four_eyes});
    }
  }

  void operate(matching::CommandBody body) {
    if (!command_port_.try_reserve(1, RingShare::Operators)) {
      throw std::runtime_error{"the command ring is full: try again"};
    }
    matching::Command command;
    command.body = std::move(body);
    command_port_.submit(std::move(command));
  }

  void expect_stop(std::chrono::steady_clock::time_point time) {
    health_.stops_at(time);
    service_status_.tell();
  }

  void stop(const Impatient& impatient) {
    health_.enter(Phase::Stopping);
    service_status_.tell();
    replay_.stop();
    // In a cluster the next leader ends them once more, and their graces run from then on.
    const auto reason = member_.has_others() ? matching::SessionDownReason::Restart
                                             : matching::SessionDownReason::Shutdown;
    server_.stop_reading();
    server_.sessions_down(reason);
    market_data_.stop_reading(reason);
    commands_.close();  // match, journal and report come to their ends one after the other
    for (const auto& runner : runners_) {
      runner->join();
    }
    member_.give_back();  // that was the last commit
    market_data_.stop();
    journal_.close();
    member_.release();
    log_out(impatient);
    replay_.join();    // it may be at a large snapshot, which is no reason to log nobody out
    witness_.reset();  // it has the last event then
    market_data_ports_.io().stop();
    io_.stop();
    snapshots_.stop();  // whoever logs ends before the log does
    member_.end_board();
  }

 private:
  ClusterMember::Parts member_parts(const StartOptions& options) {
    return {.config = config_,
            .options = options,
            .health = health_,
            .metrics = metrics_,
            .clock = machine_clock_,
            .segments = segments_,
            .key = key_,
            .start_telling = [this] { service_status_.start(); },
            .tell = [this] { service_status_.tell(); },
            .http_port = [this] { return http_port(); }};
  }

  std::optional<std::uint16_t> http_port() const {
    return http_ ? std::optional{http_->port()} : std::nullopt;
  }

  // Brokers first: they may wait for the end of something. All together have one deadline.
  void log_out(const Impatient& impatient) {
    using Steady = std::chrono::steady_clock;
    const Steady::time_point end = Steady::now() + kLogoutDeadline;
    server_.log_out(kLogoutDeadline, impatient);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now());
    market_data_.log_out(std::max(left, kLeastLogoutDeadline), impatient);
  }

  std::optional<std::uint16_t> listen_tls() {
    if (!config_.fix.tls) {
      return std::nullopt;
    }
    const auto port =
        server_.listen_tls(config_.fix.address, tls_port_->port(), *tls_files(config_));
    tls_port_->release();
    tell_expiry(config_);  // the demo certificate is new, or a file is, since this node stood by
    return port;
  }

  // Of the TLS ports' certificate, which is taken over while it runs. Where either configuration
  // has none it stays as it was, and that which etcd is shown stays until the next start.
  void tell_expiry(const Config& config) {
    if (config_.fix.tls && config.fix.tls) {
      certificates_.fix = certificate_expiries(config).fix;
      metrics_.set_certificates(certificates_);
    }
  }

  // With one thread there is one wait strategy for all that it does.
  WaitStrategy& journal_wait() { return shared_ ? match_wait_ : journal_wait_; }

  WaitStrategy& report_wait() { return shared_ ? match_wait_ : report_wait_; }

  void make_runners() {
    const auto add = [this](std::string name, std::vector<Agent*> agents, WaitStrategy& wait) {
      runners_.push_back(std::make_unique<AgentRunner>(
          AgentRunnerConfig{.thread_name = std::move(name), .agents = std::move(agents)},
          wait,
          fail_stop));
    };
    if (shared_) {
      add("pipeline", {&match_, &journal_stage_, &report_}, match_wait_);
    } else {
      add("match", {&match_}, match_wait_);
      add("journal", {&journal_stage_}, journal_wait_);
      add("report", {&report_}, report_wait_);
    }
  }

  const Config& config_;
  std::set<std::string> accounts_;  // that the engine has or is to create
  std::uint32_t four_eyes_;         // as it has or is to have them
  const bool shared_;
  Health health_;
  CertificateExpiries certificates_{certificate_expiries(config_)};
  GatewayMetrics metrics_{health_, certificates_};
  const KernelClock machine_clock_;
  std::optional<GatewayClocks> clocks_;  // none until the journal is replayed

  journal::EnvironmentPool segments_;
  const matching::ClOrdIdKey key_{new_key()};
  ClusterMember member_;  // before the threads that ask for its figures

  const fix::Dictionaries dictionaries_;
  const PortLimits limits_;
  IoThreads io_;
  PortReservation fix_port_;
  std::unique_ptr<PortReservation> tls_port_;  // null: no TLS
  MarketDataPorts market_data_ports_;
  std::unique_ptr<Page> page_;  // null: there is none, or no HTTP
  std::unique_ptr<HttpServer> http_;
  ServiceStatus service_status_;
  // Also where the constructor throws: what runs on these threads is still there.
  const Finally<std::function<void()>> stop_io_{[this] { io_.stop(); }};

  Retention retention_;
  journal::Journal journal_;
  ClusterMember::Made made_;
  SnapshotThread snapshots_;
  Recovered recovered_;
  ClockWatch clock_watch_;
  std::optional<WitnessThread> witness_;  // none until it listens

  WaitStrategy match_wait_;
  WaitStrategy journal_wait_;
  WaitStrategy report_wait_;
  CommandRing<RingCommand> commands_;
  RingCommandPort command_port_;

  EventRing events_;
  EventConsumer& journal_events_;
  EventConsumer& report_events_;

  MatchStage match_;
  JournalStage journal_stage_;
  ReportStage report_;
  ReplaySide replay_;

  fix::PasswordAuthenticator authenticator_;
  std::vector<matching::SessionInfo> sessions_;
  MarketDataSide market_data_;
  fix::FixServer server_;
  fix::SessionPorts ports_;
  const Node node_;

  std::vector<std::unique_ptr<AgentRunner>> runners_;
  std::optional<DiskWatch> disk_watch_;  // none until it listens
};

Gateway::Gateway(const Config& config, const StartOptions& options)
    : impl_{std::make_unique<Impl>(config, options)} {}

Gateway::~Gateway() = default;

Ports Gateway::start() {
  return impl_->start();
}

void Gateway::reload(const Config& config) {
  impl_->reload(config);
}

void Gateway::expect_stop(std::chrono::steady_clock::time_point time) {
  impl_->expect_stop(time);
}

void Gateway::operate(matching::CommandBody command) {
  impl_->operate(std::move(command));
}

void Gateway::stop(const Impatient& impatient) {
  impl_->stop(impatient);
}

}  // namespace betex::gateway

// What a SimulatedGateway is made of, for its own parts: the wiring (simulated_gateway.cpp), its
// start (simulated_gateway_start.cpp), and its parts' turns up to their end
// (simulated_gateway_turns.cpp).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "gateway/journal_start.h"
#include "gateway/market_data_wiring.h"
#include "gateway/node.h"
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
#include "gateway/start/journal_upkeep.h"
#include "gateway/start/retention.h"
#include "gateway/time/clock_watch.h"
#include "gateway/time/gateway_clocks.h"
#include "gateway/wiring_settings.h"
#include "journal/environment_pool.h"
#include "journal/journal.h"
#include "tests/sim/gateway/agent_turns.h"
#include "tests/sim/gateway/planted.h"
#include "tests/sim/gateway/posted_authenticator.h"
#include "tests/sim/gateway/simulated_gateway.h"
#include "tests/sim/machine/machine.h"

namespace betex::sim {

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

// As gateway::Gateway, whose order of members this is.
struct SimulatedGateway::Inside {
  static constexpr std::chrono::milliseconds kDiskLookedAtEvery{500};

  explicit Inside(const Settings& settings);

  // ---- The start

  journal::JournalConfig journal_settings();
  gateway::TransactionLog& become_writer();
  void tell_what_is_there();
  void open_cache(const matching::Engine& engine);
  const gateway::GatewayClocks& start_clocks(matching::Timestamp last);
  void start();

  // ---- What is wired otherwise where a fault is planted

  std::vector<gateway::EventConsumer*> gate_of_reports();
  gateway::CommandPort& command_port();

  // ---- The parts

  std::size_t run(Part part);
  std::size_t io_turn();
  std::size_t run_market_data_io();
  std::size_t run_market_data();
  std::size_t run_replay();
  std::size_t run_earlier();
  std::size_t look_after_journal();
  std::size_t look_at_disk();
  [[nodiscard]] Clocks::Time next_deadline() const;

  // ---- The end

  void stop();
  std::size_t end_pipeline();

  [[nodiscard]] bool idle() const;

  [[nodiscard]] const gateway::MarketBooks& books() const { return market_data.stage().books(); }

  Machine& machine;
  const int process;
  const gateway::Config& config;
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

}  // namespace betex::sim

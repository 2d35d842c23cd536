#include "tests/bench/servers.h"

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "gateway/config/credentials.h"
#include "tests/bench/loopback.h"
#include "tests/bench/session_name.h"

namespace betex::bench {
namespace {

// A copy of the shipped configuration in `folder` with these sessions instead of the demo's.
std::filesystem::path config_with(const std::filesystem::path& folder,
                                  int brokers,
                                  Desk desk,
                                  int readers) {
  const auto file = test::changed_config(
      folder, "connections_per_address = 100\n", "connections_per_address = 1_000\n");
  write_sessions(file.parent_path(), brokers, desk, readers);
  return file;
}

std::filesystem::path created(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

void write_sessions(const std::filesystem::path& config, int brokers, Desk desk, int readers) {
  const auto hash = gateway::hash_password("demo", gateway::kMinPasswordIterations);
  std::ofstream settings{config / "sessions.cfg"};
  std::ofstream credentials{config / "credentials"};
  settings << "[DEFAULT]\nConnectionType=acceptor\nSenderCompID=BETEX\nBeginString=FIXT.1.1\n"
              "DefaultApplVerID=9\nRole=Broker\nResetAllowed=Y\nAllowFrom=127.0.0.1\n"
              "MaxHeartBtInt=3600\n";
  for (int i = 0; i < brokers; ++i) {
    const std::string name = session_name(i);
    settings << "[SESSION]\nTargetCompID=" << name << "\nAccounts=" << name << "\n";
    credentials << gateway::credential_line(name, hash) << "\n";
  }
  if (desk == Desk::Ops1) {
    settings << "[SESSION]\nTargetCompID=OPS1\nRole=Ops\n";
    credentials << gateway::credential_line("OPS1", hash) << "\n";
  }
  for (int i = 0; i < readers; ++i) {
    const std::string name = reader_name(i);
    settings << "[SESSION]\nTargetCompID=" << name << "\nRole=MarketData\n";
    credentials << gateway::credential_line(name, hash) << "\n";
  }
}

Gateway::Gateway(const std::filesystem::path& folder, int brokers, Desk desk, int readers)
    : process_{folder / "wal",
               {"--config", config_with(created(folder), brokers, desk, readers).string()}} {}

Baseline::Baseline(const std::filesystem::path& folder, int sessions)
    : port_{Listener{}.port()},
      process_{{BETEX_BASELINE_PROGRAM,
                std::to_string(port_),
                std::to_string(sessions),
                created(folder).string()}} {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (process_.standard_output() != "listening\n") {
    if (process_.ended() || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error{"the baseline does not listen: " + process_.standard_error()};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

}  // namespace betex::bench

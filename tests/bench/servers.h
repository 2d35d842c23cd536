// The two servers of the end-to-end benchmark, each a process of its own with the same sessions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

#include "tests/support/gateway_process.h"

namespace betex::bench {

// An operator's session beside the brokers.
enum class Desk : std::uint8_t { None, Ops1 };

// sessions.cfg and credentials in `config`, those of Gateway.
void write_sessions(const std::filesystem::path& config,
                    int brokers,
                    Desk desk = Desk::None,
                    int readers = 0);

// betex-gateway as shipped, but for its sessions: `brokers` of FIXT.1.1 from "S0001" on, where
// asked for the operator "OPS1", and `readers` of market data from "P0001" on. The password of all
// is "demo", and HeartBtInt(108) may be an hour: for sessions that do not read for a while.
class Gateway {
 public:
  Gateway(const std::filesystem::path& folder,
          int brokers,
          Desk desk = Desk::None,
          int readers = 0);

  [[nodiscard]] std::uint16_t port() const noexcept { return process_.fix_port(); }

  [[nodiscard]] std::uint16_t market_data_port() const noexcept {
    return process_.market_data_port();
  }

  [[nodiscard]] std::uint16_t http_port() const noexcept { return process_.http_port(); }

  [[nodiscard]] pid_t pid() noexcept { return process_.process().pid(); }

  [[nodiscard]] std::string log() { return process_.process().standard_error(); }

 private:
  test::GatewayProcess process_;
};

// baseline_server.
class Baseline {
 public:
  Baseline(const std::filesystem::path& folder, int sessions);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  [[nodiscard]] pid_t pid() const noexcept { return process_.pid(); }

  [[nodiscard]] std::string log() const { return process_.standard_error(); }

 private:
  std::uint16_t port_;
  test::ChildProcess process_;
};

}  // namespace betex::bench

// The two servers of the end-to-end benchmark, each a process of its own with the same sessions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

#include "tests/support/gateway_process.h"

namespace betex::bench {

// betex-gateway as shipped, but for its sessions: `sessions` FIXT.1.1 brokers from "S0001" on.
class Gateway {
 public:
  Gateway(const std::filesystem::path& folder, int sessions);

  [[nodiscard]] std::uint16_t port() const noexcept { return process_.fix_port(); }

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

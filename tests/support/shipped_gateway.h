// The gateway in the test's own process, with the repository's configuration, free ports and a WAL
// of the test's choice. BETEX_SOURCE_DIR must be defined.
#pragma once

#include <filesystem>
#include <utility>

#include "gateway/config/config.h"
#include "gateway/gateway.h"
#include "matching/commands.h"

namespace betex::test {

struct ShippedGateway {
  // Returns when it accepts connections. Throws what gateway::Gateway throws.
  explicit ShippedGateway(const std::filesystem::path& wal)
      : config{gateway::load_config(std::filesystem::path{BETEX_SOURCE_DIR} / "config/gateway.toml",
                                    {.wal_root = wal,
                                     .fix_port = 0,
                                     .tls_port = 0,
                                     .market_data_port = 0,
                                     .http_port = 0})},
        gateway{config},
        ports{gateway.start()} {}

  // As Gateway::operate().
  void operate(matching::CommandBody command) { gateway.operate(std::move(command)); }

  // Orderly, without waiting for clients.
  void stop() {
    gateway.stop([] { return true; });
  }

  const gateway::Config config;
  gateway::Gateway gateway;
  const gateway::Ports ports;
};

}  // namespace betex::test

// A gateway as a process, brokers who trade, and sessions that look on.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/broker.h"
#include "tests/support/gateway_process.h"
#include "tests/support/price_watcher.h"
#include "tests/support/temp_folder.h"

namespace betex::test {

constexpr const char* kHome = "EPL-ARS-CHE.HOME";
constexpr const char* kDraw = "EPL-ARS-CHE.DRAW";
constexpr const char* kRain = "RAIN-LON";

class MarketDataFixture : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  void start(const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> all = arguments;
    if (!config_.empty()) {
      all.insert(all.end(), {"--config", config_.string()});
    }
    gateway_ = std::make_unique<GatewayProcess>(wal(), all);
  }

  // Before the start: the shipped configuration with these changes, and as many more market data
  // sessions, MDX1, MDX2 and so on, with the demo's password.
  void configure(const std::vector<ConfigChange>& changes, int more_sessions = 0) {
    config_ = changed_config(folder_.path() / "config", changes);
    const std::filesystem::path folder = config_.parent_path();
    const std::string hash = hash_of_demo(folder / "credentials");
    std::ofstream credentials{folder / "credentials", std::ios::binary | std::ios::app};
    std::ofstream sessions{folder / "sessions.cfg", std::ios::binary | std::ios::app};
    for (int i = 1; i <= more_sessions; ++i) {
      const std::string name = "MDX" + std::to_string(i);
      credentials << name << hash << '\n';
      sessions << "\n[SESSION]\nBeginString=FIXT.1.1\nTargetCompID=" << name
               << "\nRole=MarketData\n";
    }
  }

  // What stands behind the name of MD1.
  static std::string hash_of_demo(const std::filesystem::path& credentials) {
    std::ifstream file{credentials};
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("MD1:")) {
        return line.substr(3);
      }
    }
    throw std::runtime_error{"there is no MD1 in " + credentials.string()};
  }

  // As after a power cut: whoever was on has to log on again.
  void kill_and_start() {
    gateway_->kill();
    start();
  }

  [[nodiscard]] std::uint16_t md_port() const { return gateway_->market_data_port(); }

  // An order that is not due to end by itself; its report is read, and must say that it is new.
  std::string rest(Broker& broker,
                   client::Side side,
                   const std::string& symbol,
                   const std::string& quantity,
                   const std::string& price) {
    const std::string id = send(broker, side, symbol, quantity, price);
    const client::ExecutionReport report = broker.next_execution();
    EXPECT_EQ(report.cl_ord_id, id);
    EXPECT_EQ(report.exec_type, '0') << report.text;
    return id;
  }

  std::string send(Broker& broker,
                   client::Side side,
                   const std::string& symbol,
                   const std::string& quantity,
                   const std::string& price) {
    std::string id = "o-" + std::to_string(++orders_);
    broker.send(client::NewOrder{.cl_ord_id = id,
                                 .symbol = symbol,
                                 .side = side,
                                 .quantity = quantity,
                                 .price = price,
                                 .time_in_force = client::TimeInForce::GoodTillCancel});
    return id;
  }

  void cancel(Broker& broker, client::Side side, const std::string& symbol, const std::string& id) {
    broker.send(client::CancelRequest{.cl_ord_id = "c-" + std::to_string(++orders_),
                                      .orig_cl_ord_id = id,
                                      .symbol = symbol,
                                      .side = side});
    EXPECT_EQ(broker.next_execution().exec_type, '4');
  }

  // One broker's order rests, another's takes it whole. Returns the trade's event, as TradeID has
  // it.
  std::string trade(Broker& maker,
                    Broker& taker,
                    const std::string& symbol,
                    const std::string& quantity,
                    const std::string& price) {
    rest(maker, client::Side::LayOrSell, symbol, quantity, price);
    rest(taker, client::Side::BackOrBuy, symbol, quantity, price);
    const std::string exec_id = maker.next_execution().exec_id;
    EXPECT_EQ(taker.next_execution().exec_type, 'F');
    return exec_id.substr(0, exec_id.find('-'));
  }

  TempFolder folder_;
  std::filesystem::path config_;  // gateway.toml; empty: the shipped one
  std::unique_ptr<GatewayProcess> gateway_;
  int orders_ = 0;
};

}  // namespace betex::test

// A gateway on a machine whose clocks the test moves, with a broker and a look at its log and
// probes.
#pragma once

#include <chrono>
#include <cstddef>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "tests/e2e/machine_clocks.h"
#include "tests/support/gateway_process.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

// Status line and body.
inline std::string http_get(std::uint16_t port, const std::string& path) {
  boost::asio::ip::tcp::iostream stream{"127.0.0.1", std::to_string(port)};
  stream << "GET " << path << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  stream.flush();
  return {std::istreambuf_iterator<char>{stream}, {}};
}

// A UTCTimestamp so far from now.
inline std::string utc_in(std::chrono::seconds time) {
  const std::time_t when =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + time);
  std::tm utc{};
  gmtime_r(&when, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H:%M:%S", &utc);
  return text;
}

inline std::string order(const std::string& id, const std::string& time_in_force = "59=1|") {
  return "11=" + id + "|38=10|40=2|44=0.60|54=1|55=RAIN-LON|" + time_in_force + "60=" + fix_now() +
         "|";
}

inline std::string cancel(const std::string& id, const std::string& orig) {
  return "11=" + id + "|41=" + orig + "|54=1|55=RAIN-LON|60=" + fix_now() + "|";
}

class ClockTest : public testing::Test {
 protected:
  // The command line of a gateway with these settings of [clock], whose BROKER1 has its orders
  // cancelled when it has been gone for a second.
  [[nodiscard]] std::vector<std::string> options(std::vector<std::string> more = {}) {
    if (config_.empty()) {
      config_ = changed_config(
          folder_.path(),
          "require_synchronised = false",
          require_synchronised_ ? "require_synchronised = true" : "require_synchronised = false");
      replace_in("sessions.cfg",
                 "CancelOnDisconnect=N",
                 "CancelOnDisconnect=N\nCancelOnDisconnectGrace=1");
    }
    std::vector<std::string> all{"--config", config_.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  void replace_in(const std::string& name, const std::string& from, const std::string& to) const {
    const auto file = config_.parent_path() / name;
    std::ifstream in{file, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    const auto found = text.find(from);
    ASSERT_NE(found, std::string::npos) << from;
    std::ofstream{file, std::ios::binary} << text.replace(found, from.size(), to);
  }

  std::unique_ptr<GatewayProcess> start(const std::vector<std::string>& more = {}) {
    return std::make_unique<GatewayProcess>(wal(), options(more), clocks_.environment());
  }

  // A gateway that is not expected to listen soon.
  std::unique_ptr<ChildProcess> start_that_waits() {
    std::vector<std::string> command = clocks_.environment();
    command.insert(command.begin(), "/usr/bin/env");
    const auto gateway = gateway_command(wal(), options());
    command.insert(command.end(), gateway.begin(), gateway.end());
    auto process = std::make_unique<ChildProcess>(command);
    wait_for_log(*process, "waiting for the clock to be corrected");
    EXPECT_EQ(process->standard_output(), "") << "it does not listen";
    return process;
  }

  static void wait_for_output(const ChildProcess& process) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (process.standard_output().find("listening") == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << process.standard_error();
      std::this_thread::sleep_for(10ms);
    }
  }

  static void wait_for_log(const ChildProcess& process, const std::string& what) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (process.standard_error().find(what) == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << process.standard_error();
      std::this_thread::sleep_for(10ms);
    }
  }

  static std::unique_ptr<RawFixPeer> log_on(const GatewayProcess& gateway,
                                            int number,
                                            const std::string& fields = "108=30|",
                                            const std::string& comp_id = "BROKER1") {
    auto peer = std::make_unique<RawFixPeer>(
        gateway.fix_port(),
        RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = comp_id, .target = "BETEX"});
    peer->next_out = number;
    peer->send("A", "98=0|553=" + comp_id + "|554=demo|1137=9|" + fields);
    EXPECT_EQ(peer->read().type(), "A");
    return peer;
  }

  // Waits until the drop copy has told of so many orders that were cancelled for a lost connection.
  static void wait_for_lost_orders(const GatewayProcess& gateway, int count) {
    const auto drop_copy = log_on(gateway, 1, "108=60|", "DROP1");
    while (count > 0) {
      count -= drop_copy->read_type("8").value(378) == "12" ? 1 : 0;
    }
  }

  static void expect_alive(RawFixPeer& peer, const std::string& id) {
    peer.send("1", "112=" + id + "|");
    std::string got;
    while (got != id) {
      got = peer.read_type("0").value(112);
    }
  }

  static void expect_refused_for_the_clock(RawFixPeer& peer, const std::string& id) {
    peer.send("D", order(id));
    const RawFixMessage refused = peer.read_type("j");
    EXPECT_EQ(refused.value(380) + " " + refused.value(20001), "4 145") << refused.text();
  }

  // The log's times never go back.
  void expect_times_go_on() const {
    journal::EnvironmentPool pool;
    journal::JournalReader reader{wal(), pool, matching::EventSeq{1}};
    matching::Timestamp last;
    std::size_t count = 0;
    while (const auto transaction = reader.next()) {
      EXPECT_GE(transaction->header.timestamp, last);
      last = transaction->header.timestamp;
      ++count;
    }
    EXPECT_GT(count, 5U);
  }

  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  TempFolder folder_;
  MachineClocks clocks_{folder_.path() / "clocks"};
  std::filesystem::path config_;
  bool require_synchronised_ = false;
};

}  // namespace betex::test

// A gateway on a machine whose clocks the test moves, with a broker and a look at its log and
// probes.
#pragma once

#include <chrono>
#include <cstddef>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "tests/e2e/machine_clocks.h"
#include "tests/e2e/raw_logon.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/http_get.h"
#include "tests/support/patience.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

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
      replace_in(config_.parent_path() / "sessions.cfg",
                 "CancelOnDisconnect=N",
                 "CancelOnDisconnect=N\nCancelOnDisconnectGrace=1");
    }
    std::vector<std::string> all{"--config", config_.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
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
    ASSERT_TRUE(comes_to([&] {
      return process.standard_output().find("listening") != std::string::npos;
    })) << process.standard_error();
  }

  static void wait_for_log(const ChildProcess& process, const std::string& what) {
    ASSERT_TRUE(comes_to_say(process, what)) << process.standard_error();
  }

  static std::unique_ptr<RawFixPeer> log_on(const GatewayProcess& gateway,
                                            int number,
                                            const std::string& fields = "108=30|",
                                            const std::string& comp_id = "BROKER1") {
    return test::log_on(gateway, comp_id, number, fields);
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

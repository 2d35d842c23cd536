// A gateway whose limits stand at either end of what they may be, and one that the system lets open
// few files: each takes orders.
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/e2e/raw_logon.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/http_get.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class LimitsTest : public testing::Test {
 protected:
  // The shipped configuration with other values: each a key of gateway.toml and its value.
  void configure(const std::vector<std::pair<std::string, std::string>>& values) {
    const auto file = changed_config(folder_.path(), "[wal]", "[wal]");
    config_ = file.parent_path();
    std::string text = content_of(file);
    for (const auto& [key, value] : values) {
      const std::regex line{"(^|\n)" + key + " = [^\n]*"};
      ASSERT_TRUE(std::regex_search(text, line)) << key;
      text = std::regex_replace(text, line, "$1" + key + " = " + value);
    }
    std::ofstream{file, std::ios::binary} << text;
  }

  // All sessions may come from all of loopback.
  void allow_all_of_loopback() const {
    std::string text = content_of(config_ / "sessions.cfg");
    text = std::regex_replace(text, std::regex{"AllowFrom=127.0.0.1"}, "AllowFrom=127.0.0.0/8");
    std::ofstream{config_ / "sessions.cfg", std::ios::binary} << text;
  }

  // With `nofile` as prlimit takes it: soft:hard.
  void start(const std::string& nofile = {}, const std::vector<std::string>& arguments = {}) {
    std::vector<std::string> all{"--config", (config_ / "gateway.toml").string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    // What it is given for an environment is for env(1), which runs what is no variable.
    const std::vector<std::string> prlimit{"prlimit", "--nofile=" + nofile};
    gateway_ = std::make_unique<GatewayProcess>(
        folder_.path() / "wal", all, nofile.empty() ? std::vector<std::string>{} : prlimit);
  }

  [[nodiscard]] std::unique_ptr<RawFixPeer> connect(const std::string& from = "127.0.0.1") const {
    return std::make_unique<RawFixPeer>(
        gateway_->fix_port(),
        RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = "BROKER1", .target = "BETEX"},
        from);
  }

  // The gateway may not have noticed yet that the connection before has gone.
  [[nodiscard]] std::unique_ptr<RawFixPeer> log_on() const {
    for (int attempt = 0; attempt < 200; ++attempt) {
      auto peer = connect();
      try {
        peer->send("A", "98=0|108=60|553=BROKER1|554=demo|1137=9|141=Y|");
        if (peer->read().type() == "A") {
          return peer;
        }
      } catch (const std::exception&) {
        std::this_thread::sleep_for(20ms);
      }
    }
    throw std::runtime_error{"no logon: " + gateway_->process().standard_error()};
  }

  // Of as many orders.
  void expect_news(RawFixPeer& peer, int orders) {
    for (int i = 0; i < orders; ++i) {
      const std::string id = "A" + std::to_string(++orders_);
      peer.send("D", order_fields(id));
      const RawFixMessage report = peer.read_type("8");
      ASSERT_EQ(report.value(11), id) << report.text();
      ASSERT_EQ(report.value(39), "0") << report.text();
    }
  }

  // Of the gateway.
  [[nodiscard]] std::size_t resident_bytes() const {
    const auto pid = std::to_string(gateway_->process().pid());
    std::size_t pages_in_all = 0;
    std::size_t resident = 0;
    std::ifstream{"/proc/" + pid + "/statm"} >> pages_in_all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }

  [[nodiscard]] std::string log() { return gateway_->process().standard_error(); }

  void wait_for_log(const std::string& what) {
    ASSERT_TRUE(comes_to_say(gateway_->process(), what)) << log();
  }

  TempFolder folder_;
  std::filesystem::path config_;
  std::unique_ptr<GatewayProcess> gateway_;
  int orders_ = 0;
};

TEST_F(LimitsTest, EachAtItsLeast) {
  configure({{"max_segment_events", "1"},
             {"segment_map_size_bytes", "1_048_576"},
             {"snapshot_every_events", "0"},
             {"low_disk_bytes", "0"},
             {"size_bytes", "16_777_216"},
             {"command_slots", "512"},
             {"event_slots", "64"},
             {"arena_bytes", "1_048_576"},
             {"live_orders", "0"},
             {"finished_orders", "0"},
             {"cl_ord_ids", "0"},
             {"message_bytes", "1024"},
             {"fields", "32"},
             {"outbound_queue_bytes", "65_536"},
             {"connections", "1"},
             {"connections_per_address", "1"},
             {"connections_before_logon", "1"}});
  start();
  const auto peer = log_on();
  expect_news(*peer, 3);
  EXPECT_TRUE(connect()->wait_for_end());
}

// These two are too short to log on in time by for certain.
TEST_F(LimitsTest, TheTimesAtTheirLeast) {
  configure({{"logon_deadline_ms", "100"}, {"sending_time_tolerance_s", "1"}});
  start();
  EXPECT_TRUE(connect()->wait_for_end());
  EXPECT_EQ(gateway_->terminate(), 0);
}

TEST_F(LimitsTest, EachAtItsMost) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "TSan leaves no room for a map of so many bytes";
#endif
  configure({{"max_segment_events", "1_000_000_000_000"},
             {"segment_map_size_bytes", "17_592_186_044_416"},
             {"snapshot_every_events", "1_000_000_000_000"},
             {"message_bytes", "1_048_576"},
             {"fields", "512"},
             {"outbound_queue_bytes", "1_073_741_824"},
             {"logon_deadline_ms", "60_000"},
             {"connections", "100_000"},
             {"connections_per_address", "100_000"},
             {"connections_before_logon", "100_000"},
             {"sending_time_tolerance_s", "86_400"}});
  start();
  const auto peer = log_on();
  expect_news(*peer, 3);
  const auto many_fields = connect();
  std::string fields;
  for (int i = 0; i < 600; ++i) {
    fields += "58=x|";
  }
  many_fields->send("A", fields);
  EXPECT_TRUE(many_fields->wait_for_end());
  expect_news(*peer, 1);
  EXPECT_EQ(gateway_->terminate(), 0);
}

TEST_F(LimitsTest, TheRingsAtTheirMost) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "TSan takes a minute to prepare so much memory";
#endif
  configure({{"command_slots", "1_048_576"},
             {"event_slots", "1_048_576"},
             {"arena_bytes", "1_073_741_824"}});
  start();
  expect_news(*log_on(), 3);
}

// The engine's memory is there before the first order.
TEST_F(LimitsTest, TheEngineAtItsMost) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "TSan takes a minute to prepare so much memory";
#endif
  configure({{"live_orders", "5_000_000"},
             {"finished_orders", "5_000_000"},
             {"cl_ord_ids", "5_000_000"}});
  start();
  EXPECT_GT(resident_bytes(), std::size_t{3} << 29);
  expect_news(*log_on(), 3);
}

TEST_F(LimitsTest, MoreDiskThanThereIsToBeKeptFreeRefusesOrdersAndNothingElse) {
  configure({{"low_disk_bytes", "1_125_899_906_842_624"}});
  start();
  const auto peer = log_on();
  peer->send("D", "11=A|38=10|40=2|44=0.60|54=1|55=RAIN-LON|59=1|60=" + fix_now() + "|");
  EXPECT_EQ(peer->read_type("j").value(379), "A");
}

// What the configuration lets pass, the engine takes.
TEST_F(LimitsTest, MarketsAtTheirMost) {
  configure({});
  std::string runners = "\"R0\"";
  for (int i = 1; i < 100; ++i) {
    runners += ", \"R" + std::to_string(i) + "\"";
  }
  std::ofstream{config_ / "accounts.toml"}
      << "[[account]]\nname = \"BROKER1\"\nkind = \"unlimited\"\n";
  const std::string rest = "commission_bp = 10_000\nbet_delay_ms = 60_000\n";
  std::ofstream{config_ / "markets.toml"}
      << "[[market]]\nname = \"RACE\"\nkind = \"odds\"\nladder = \"Classic\"\ninstruments = ["
      << runners << "]\nwinners = 8\nmin_quantity = \"1000000000.00\"\n"
      << "quantity_step = \"1000000000.00\"\n"
      << rest << "[[market]]\nname = \"RAIN-LON\"\nkind = \"binary\"\nladder = \"LinearCent\"\n"
      << "min_quantity = \"1000000000000\"\nquantity_step = \"1000000000000\"\n"
      << rest;
  start();
  const auto peer = log_on();
  peer->send("D", "11=A|38=1000000000000|40=2|44=0.60|54=1|55=RAIN-LON|59=1|60=" + fix_now() + "|");
  EXPECT_EQ(peer->read_type("8").value(39), "0");
}

// Thirteen addresses, and more connections than the process may open files. Each order begins a new
// segment, for which the journal opens some.
TEST_F(LimitsTest, StrangersNeverTakeTheDescriptorsOfTheJournal) {
  configure({{"max_segment_events", "1"}});
  allow_all_of_loopback();
  start("450:450");
  EXPECT_THAT(log(), HasSubstr("130 connections are let in; raise the hard limit"));
  const auto peer = log_on();
  std::vector<std::unique_ptr<RawFixPeer>> silent;
  for (int address = 2; address < 15; ++address) {
    for (int i = 0; i < 40; ++i) {
      silent.push_back(connect("127.0.0." + std::to_string(address)));
    }
  }
  expect_news(*peer, 20);
  EXPECT_THAT(log(), testing::Not(HasSubstr("cannot accept")));
  EXPECT_EQ(gateway_->terminate(), 0);
}

TEST_F(LimitsTest, TheSoftLimitOfOpenFilesIsRaised) {
  configure({});
  start("1024:3000");
  const std::string limits =
      content_of("/proc/" + std::to_string(gateway_->process().pid()) + "/limits");
  EXPECT_THAT(limits, testing::ContainsRegex("Max open files +3000 +3000 "));
}

TEST_F(LimitsTest, WithTooFewFilesForTheJournalThereIsNoStart) {
  configure({});
  std::vector<std::string> command{"/usr/bin/env", "prlimit", "--nofile=300:300"};
  for (const std::string& word :
       gateway_command(folder_.path() / "wal", {"--config", (config_ / "gateway.toml").string()})) {
    command.push_back(word);
  }
  ChildProcess process{command};
  EXPECT_EQ(process.wait(kPatience), 78);
  EXPECT_THAT(process.standard_error(),
              HasSubstr("the system lets this process open 300 files, 320 of which are for the "
                        "journal and everything else; raise its hard limit"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "wal"));
}

TEST_F(LimitsTest, TheLogNamesWhatComesToTheWrongPort) {
  configure({});
  start();
  RawFixPeer tls{gateway_->fix_port(), {}};
  tls.send_bytes("\x16\x03\x01\x02");
  wait_for_log("connection from 127.0.0.1: speaks TLS on the plain FIX port; FIX over TLS is on");
  RawFixPeer http{gateway_->fix_port(), {}};
  http.send_bytes("GET /livez HTTP/1.1\r\n\r\n");
  wait_for_log("connection from 127.0.0.1: speaks HTTP on a FIX port; probes and metrics are on");
  RawFixPeer plain{gateway_->tls_port(),
                   {.begin_string = "FIXT.1.1", .sender = "BROKER1", .target = "BETEX"}};
  plain.send("A", "98=0|108=60|553=BROKER1|554=demo|1137=9|");
  wait_for_log("connection from 127.0.0.1: speaks plain FIX on the TLS port; connect with TLS");
  EXPECT_TRUE(tls.wait_for_end());
  EXPECT_TRUE(http.wait_for_end());
  EXPECT_TRUE(plain.wait_for_end());
}

// And the metrics tell each session's end by how it was.
TEST_F(LimitsTest, TheMetricsTellHowSessionsHaveEnded) {
  configure({});
  start();
  const auto peer = log_on();
  peer->send("5");
  EXPECT_EQ(peer->read_type("5").type(), "5");
  EXPECT_TRUE(peer->wait_for_end());
  const std::string all = http_get(gateway_->http_port(), "/metrics");
  EXPECT_THAT(all, HasSubstr("betex_fix_sessions_ended_total{how=\"client_logout\"} 1\n"));
  EXPECT_THAT(all, HasSubstr("betex_fix_sessions_ended_total{how=\"no_heartbeat\"} 0\n"));
}

}  // namespace
}  // namespace betex::test

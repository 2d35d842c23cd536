// What an operator, the clock and the machine do to the sessions of a running gateway: scheduled
// resets, another boot, new settings by SIGHUP, a stop that somebody is in a hurry for.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include "tests/e2e/raw_logon.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_certificates.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

class OperationsTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path wal() const { return folder_->path() / "wal"; }

  // A configuration of the test's own. Returns gateway.toml.
  std::filesystem::path own_config() {
    const auto file = changed_config(
        folder_->path(), "message_bytes = 16_384", "message_bytes = 16_383  # the test's own");
    config_ = file.parent_path();
    return file;
  }

  void replace_in(const std::string& name, const std::string& from, const std::string& to) const {
    test::replace_in(config_ / name, from, to);
  }

  std::unique_ptr<GatewayProcess> start() const {
    return config_.empty()
               ? std::make_unique<GatewayProcess>(wal())
               : std::make_unique<GatewayProcess>(
                     wal(),
                     std::vector<std::string>{"--config", (config_ / "gateway.toml").string()});
  }

  // SIGHUP, and waits until the log says `what`.
  static void reload(GatewayProcess& gateway, const std::string& what) {
    const std::size_t before = gateway.process().standard_error().size();
    gateway.process().signal(SIGHUP);
    wait_for_log(gateway, what, before);
  }

  static void wait_for_log(GatewayProcess& gateway, const std::string& what, std::size_t from = 0) {
    ASSERT_TRUE(comes_to_say(gateway.process(), what, from)) << gateway.process().standard_error();
  }

  struct Traded {
    std::unique_ptr<GatewayProcess> gateway;
    std::unique_ptr<RawFixPeer> peer;
    std::string exec_id;
  };

  // Every session is reset once a day, and soon for the first time. Before that time, BROKER1 has
  // logged on and got a report, and has not answered the TestRequest that asks for proof of it. On
  // a machine that is too busy for that, the time is put further off.
  Traded trade_before_the_reset() {
    for (const std::chrono::seconds ahead : {8s, 30s, 60s}) {
      folder_.emplace();
      schedule_resets(ahead);
      Traded traded{.gateway = start(), .peer = nullptr, .exec_id = {}};
      try {
        traded.peer = knock(*traded.gateway, "BROKER1", 1);
        const bool on = traded.peer->read().type() == "A";
        traded.peer->send("D", order_fields("A1"));
        traded.exec_id = traded.peer->read_type("8").value(17);
        if (on && traded.peer->read().type() == "1" && now() < reset_at_) {
          return traded;
        }
      } catch (const std::runtime_error&) {
        EXPECT_GE(now(), reset_at_) << "nothing else ends the conversation";
      }
    }
    throw std::runtime_error{"no order was answered within a minute"};
  }

  void schedule_resets(std::chrono::seconds ahead) {
    own_config();
    reset_at_ = now() + ahead;
    const std::chrono::hh_mm_ss time{reset_at_ - std::chrono::floor<std::chrono::days>(reset_at_)};
    const auto two_digits = [](long number) {
      return std::to_string(number / 10) + std::to_string(number % 10);
    };
    replace_in("sessions.cfg",
               "ResetAllowed=Y",
               "ResetAllowed=Y\nResetTime=" + two_digits(time.hours().count()) + ":" +
                   two_digits(time.minutes().count()) + ":" + two_digits(time.seconds().count()));
  }

  static std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }

  // When the certificate of its TLS port runs out, as it tells whoever scrapes it.
  static std::chrono::sys_seconds certificate_expiry(const GatewayProcess& gateway) {
    constexpr std::string_view kSeries =
        "\nbetex_tls_certificate_expiry_timestamp_seconds{certificate=\"fix\"} ";
    boost::asio::ip::tcp::iostream stream{"127.0.0.1", std::to_string(gateway.http_port())};
    stream << "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" << std::flush;
    const std::string scrape{std::istreambuf_iterator<char>{stream}, {}};
    const auto found = scrape.find(kSeries);
    if (found == std::string::npos) {
      throw std::runtime_error{"it does not tell when its certificate runs out: " + scrape};
    }
    const double since_1970 = std::stod(scrape.substr(found + kSeries.size()));
    return std::chrono::sys_seconds{
        std::chrono::seconds{static_cast<std::chrono::seconds::rep>(since_1970)}};
  }

  std::optional<TempFolder> folder_{std::in_place};
  std::filesystem::path config_;
  std::chrono::sys_seconds reset_at_;
};

// ---- Scheduled resets ---------------------------------------------------------------------------

TEST_F(OperationsTest, AtItsTimeASessionIsLoggedOutAndBeginsAgainAtOne) {
  auto [gateway, peer, exec_id] = trade_before_the_reset();
  RawFixMessage message = peer->read_type("5");
  EXPECT_EQ(message.value(58), "Scheduled reset: both sides begin at MsgSeqNum 1");
  EXPECT_GE(now(), reset_at_);
  peer->send("5");
  EXPECT_TRUE(peer->wait_for_end());

  peer = knock(*gateway, "BROKER1", 1);
  EXPECT_EQ(peer->read().number(), 1);
  message = peer->read_type("8");
  EXPECT_EQ(message.value(17), exec_id);
  EXPECT_EQ(message.value(97), "Y");
}

TEST_F(OperationsTest, AResetThatWasMissedIsMadeUpForByTheStartAndOnlyByTheFirst) {
  auto [gateway, peer, exec_id] = trade_before_the_reset();
  gateway->kill();
  std::this_thread::sleep_until(reset_at_ + 1s);

  gateway = start();
  peer = knock(*gateway, "BROKER1", 1);
  EXPECT_EQ(peer->read().number(), 1);
  EXPECT_EQ(peer->read_type("8").value(17), exec_id);
  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read_type("8").value(11), "A2");
  gateway->kill();

  gateway = start();
  peer = knock(*gateway, "BROKER1", 3);
  EXPECT_GE(peer->read().number(), 4) << "the numbers go on, behind a TestRequest if there was one";
}

// ---- Another boot -------------------------------------------------------------------------------

TEST_F(OperationsTest, AfterAnotherBootReportsThatAreNotProvenAreToldAgainByTheirExecIds) {
  auto gateway = start();
  auto peer = log_on(*gateway, "BROKER1");
  std::vector<std::string> exec_ids;
  for (const char* id : {"A1", "A2", "A3"}) {
    peer->send("D", order_fields(id));
    exec_ids.push_back(peer->read_type("8").value(17));
  }
  gateway->kill();
  // As a power cut leaves it: what the page cache had of another boot is not to be trusted.
  const std::filesystem::path identity = wal() / "cache" / "identity";
  std::string text = content_of(identity);
  const auto boot_id = text.find(' ') + 1;
  text.replace(boot_id, text.find(' ', boot_id) - boot_id, "another-boot");
  std::ofstream{identity, std::ios::binary} << text;

  gateway = start();
  EXPECT_TRUE(std::filesystem::exists(wal() / "cache.void"));
  peer = knock(*gateway, "BROKER1", 5);
  EXPECT_EQ(peer->read().number(), 10'001) << "above the reservation";
  for (const std::string& exec_id : exec_ids) {
    const RawFixMessage again = peer->read_type("8");
    EXPECT_EQ(again.value(17), exec_id);
    EXPECT_EQ(again.value(97), "Y");
  }
  peer->send("D", order_fields("A4"));
  EXPECT_TRUE(peer->read_type("8").value(97).empty()) << "what is new is not marked";
  peer->send("2", "7=5|16=0|");
  const RawFixMessage fill = peer->read_type("4");
  EXPECT_EQ(fill.value(34) + "-" + fill.value(36), "5-10002") << fill.text();
  EXPECT_EQ(peer->read_type("8").value(17), exec_ids.front());
}

// ---- Cancel on disconnect, over the end of the process ------------------------------------------

class CancelOnDisconnectTest : public OperationsTest {
 protected:
  void SetUp() override {
    own_config();
    replace_in(
        "sessions.cfg", "CancelOnDisconnect=N", "CancelOnDisconnect=Y\nCancelOnDisconnectGrace=1");
    gateway_ = start();
    peer_ = log_on(*gateway_, "BROKER1");
    peer_->send("D", order_fields("A1"));
    EXPECT_EQ(peer_->read_type("8").value(150), "0");
  }

  std::unique_ptr<GatewayProcess> gateway_;
  std::unique_ptr<RawFixPeer> peer_;
};

TEST_F(CancelOnDisconnectTest, AfterAKillTheGraceBeginsAnewAtTheStart) {
  gateway_->kill();
  gateway_ = start();
  // The drop copy is told when it is over.
  const auto drop_copy = log_on(*gateway_, "DROP1");
  while (drop_copy->read_type("8").value(378) != "12") {
  }
  const auto peer = log_on(*gateway_, "BROKER1", 3);
  const RawFixMessage cancelled = peer->read_type("8");
  EXPECT_EQ(cancelled.value(150), "4");
  EXPECT_EQ(cancelled.value(378), "12");
}

TEST_F(CancelOnDisconnectTest, ACleanStopCancelsNothing) {
  gateway_->process().signal(SIGTERM);
  EXPECT_EQ(peer_->read_type("5").type(), "5");
  peer_->send("5");
  EXPECT_EQ(gateway_->process().wait(kPatience), 0);
  gateway_ = start();
  std::this_thread::sleep_for(3s);  // nobody comes back for longer than a grace
  peer_ = log_on(*gateway_, "BROKER1", 3);
  peer_->send("H", "11=A1|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer_->read_type("8").value(39), "0");
}

// ---- SIGHUP -------------------------------------------------------------------------------------

TEST_F(OperationsTest, SighupTakesOverTheLogLevel) {
  own_config();
  replace_in("gateway.toml", "level = \"info\"", "level = \"warn\"");
  auto gateway = start();
  log_on(*gateway, "BROKER1");
  replace_in("gateway.toml", "level = \"warn\"", "level = \"info\"");
  reload(*gateway, "reloaded");
  EXPECT_EQ(gateway->process().standard_error().find("session BROKER1: on"), std::string::npos);

  log_on(*gateway, "BROKER2");
  wait_for_log(*gateway, "session BROKER2: on");
}

TEST_F(OperationsTest, SighupAddsASessionWhichTradesAtOnce) {
  own_config();
  auto gateway = start();
  EXPECT_TRUE(knock(*gateway, "BROKER9", 1)->wait_for_end());
  std::ofstream{config_ / "sessions.cfg", std::ios::app}
      << "\n[SESSION]\nBeginString=FIXT.1.1\nTargetCompID=BROKER9\nUsername=BROKER1\n"
         "Role=Broker\nAccounts=BROKER9\n";
  reload(*gateway, "reloaded");

  RawFixPeer peer{gateway->fix_port(), {"FIXT.1.1", "BROKER9", "BETEX"}};
  peer.send("A", "98=0|108=30|553=BROKER1|554=demo|1137=9|");
  EXPECT_EQ(peer.read().type(), "A");
  peer.send("D", order_fields("A1"));
  EXPECT_EQ(peer.read_type("8").value(1), "BROKER9");
}

TEST_F(OperationsTest, SighupTakesOverThrottleAddressesAndHowManyConnections) {
  own_config();
  auto gateway = start();
  const auto peer = log_on(*gateway, "BROKER1");
  replace_in("sessions.cfg",
             "AllowFrom=127.0.0.1, ::1",
             "AllowFrom=127.0.0.1, ::1\nMaxMessagesPerSecond=1\nMessageBurst=1");
  replace_in("sessions.cfg", "TargetCompID=BROKER2", "TargetCompID=BROKER2\nAllowFrom=10.0.0.1");
  reload(*gateway, "reloaded");

  peer->send("D", order_fields("A1"));
  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  EXPECT_EQ(peer->read_type("j").value(380), "8");
  EXPECT_TRUE(knock(*gateway, "BROKER2", 1)->wait_for_end()) << "not from here any more";

  replace_in("gateway.toml", "connections_per_address = 100", "connections_per_address = 1");
  reload(*gateway, "reloaded");
  EXPECT_TRUE(knock(*gateway, "OPS1", 1)->wait_for_end()) << "one connection is there";
  peer->send("1", "112=T|");
  EXPECT_EQ(peer->read_type("0").value(112), "T");
}

TEST_F(OperationsTest, SighupTakesOverCredentials) {
  own_config();
  auto gateway = start();
  const auto there = log_on(*gateway, "BROKER1");
  ChildProcess hash{{gateway_command(wal(), {}).front(), "--hash-password", "BROKER2"},
                    "changed\n"};
  ASSERT_EQ(hash.wait(kPatience), 0);
  const std::string all = content_of(config_ / "credentials");
  const auto line = all.find("\nBROKER2:") + 1;
  replace_in(
      "credentials", all.substr(line, all.find('\n', line) + 1 - line), hash.standard_output());
  reload(*gateway, "reloaded");

  EXPECT_TRUE(knock(*gateway, "BROKER2", 1)->wait_for_end());
  RawFixPeer peer{gateway->fix_port(), {"FIXT.1.1", "BROKER2", "BETEX"}};
  peer.send("A", "98=0|108=30|553=BROKER2|554=changed|1137=9|");
  EXPECT_EQ(peer.read().type(), "A");
  there->send("1", "112=T|");
  EXPECT_EQ(there->read_type("0").value(112), "T");
}

TEST_F(OperationsTest, SighupTellsWhenTheNewCertificateRunsOut) {
  own_config();
  auto gateway = start();
  const auto in_two_days = now() + 48h;
  EXPECT_GT(certificate_expiry(*gateway), in_two_days) << "the demo certificate's";
  const TestAuthority authority{folder_->path(), "ca"};
  std::filesystem::copy_file(authority.issue("gateway"),  // for a day
                             wal() / "tls-demo.pem",
                             std::filesystem::copy_options::overwrite_existing);
  reload(*gateway, "reloaded");
  EXPECT_GT(certificate_expiry(*gateway), now());
  EXPECT_LT(certificate_expiry(*gateway), in_two_days);
}

TEST_F(OperationsTest, SighupWithWrongFilesChangesNothing) {
  own_config();
  auto gateway = start();
  const auto peer = log_on(*gateway, "BROKER1");
  replace_in("gateway.toml", "level = \"info\"", "level = \"loud\"");
  reload(*gateway, "not reloaded, nothing has changed");

  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  EXPECT_EQ(log_on(*gateway, "BROKER2")->next_out, 2);
}

// ---- The end ------------------------------------------------------------------------------------

TEST_F(OperationsTest, ASecondSigtermWaitsForNoLogoutAndLosesNothing) {
  auto gateway = start();
  auto peer = log_on(*gateway, "BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  gateway->process().signal(SIGTERM);
  EXPECT_EQ(peer->read_type("5").type(), "5");  // and is not answered
  gateway->process().signal(SIGTERM);
  EXPECT_EQ(gateway->process().wait(kPatience), 0) << gateway->process().standard_error();
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_NE(gateway->process().standard_error().find("asked to stop again"), std::string::npos);

  gateway = start();
  peer = knock(*gateway, "BROKER1", 3);
  EXPECT_EQ(peer->read().type(), "A");
  peer->send("H", "11=A1|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "0");
}

}  // namespace
}  // namespace betex::test

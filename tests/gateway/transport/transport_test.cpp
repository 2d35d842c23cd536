// Connections that are not what they should be.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

class TransportTest : public testing::Test {
 protected:
  void start(const fix::TransportLimits& limits) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.limits = limits});
  }

  [[nodiscard]] std::unique_ptr<RawFixPeer> from(const std::string& address) const {
    return std::make_unique<RawFixPeer>(
        gateway_->port(),
        RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = "BROKER1", .target = "BETEX"},
        address);
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_F(TransportTest, ClosesAConnectionThatSaysNothing) {
  start({.logon_deadline = 50ms});
  EXPECT_TRUE(gateway_->connect("BROKER1")->wait_for_end());
  EXPECT_EQ(gateway_->server().metrics().logon_deadlines.value(), 1U);
}

TEST_F(TransportTest, ForgetsTheDeadlineOnceLoggedOn) {
  start({.logon_deadline = 300ms});
  const auto peer = gateway_->log_on("BROKER1");
  EXPECT_FALSE(peer->wait_for_end(600ms));
}

TEST_F(TransportTest, DoesNotBlameTheClientForASlowDisk) {
  start({.logon_deadline = 300ms});
  pipeline_.hold();
  const auto peer = gateway_->connect("BROKER1");
  peer->send("A", logon_fields("BROKER1"));
  EXPECT_FALSE(peer->wait_for_end(600ms));
  pipeline_.go_on();
  EXPECT_EQ(peer->read().type(), "A");
  EXPECT_EQ(gateway_->server().metrics().logon_deadlines.value(), 0U);
}

TEST_F(TransportTest, ClosesWhatIsNoLogon) {
  start({});
  const auto order = gateway_->connect("BROKER1");
  order->send("D", order_fields("A1"));
  EXPECT_TRUE(order->wait_for_end());

  const auto http = gateway_->connect("BROKER1");
  http->send_bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + std::string(40'000, 'x'));
  EXPECT_TRUE(http->wait_for_end());
  EXPECT_TRUE(pipeline_.sessions().empty());
}

TEST_F(TransportTest, ClosesALogonOfNobody) {
  start({});
  const auto unknown = gateway_->connect("NOBODY");
  unknown->send("A", logon_fields("NOBODY"));
  EXPECT_TRUE(unknown->wait_for_end());
}

TEST_F(TransportTest, ClosesALogonForSomebodyElse) {
  start({});
  RawFixPeer peer{gateway_->port(),
                  {.begin_string = "FIXT.1.1", .sender = "BROKER1", .target = "OTHER"}};
  peer.send("A", logon_fields("BROKER1"));
  EXPECT_TRUE(peer.wait_for_end());

  RawFixPeer old{gateway_->port(),
                 {.begin_string = "FIX.4.4", .sender = "BROKER1", .target = "BETEX"}};
  old.send("A", logon_fields("BROKER1"));
  EXPECT_TRUE(old.wait_for_end());
  EXPECT_TRUE(pipeline_.sessions().empty());
}

TEST_F(TransportTest, ClosesALogonFromWhereItMayNotCome) {
  start({});
  auto settings = test_sessions()[0];
  settings.comp_id = "FARAWAY";
  settings.allow_from = {*gateway::AddressRange::parse("10.0.0.0/8")};
  gateway_->server().add_session(settings, std::nullopt);
  const auto peer = gateway_->connect("FARAWAY");
  peer->send("A", logon_fields("BROKER1"));
  EXPECT_TRUE(peer->wait_for_end());
}

// Before anybody has said a word.
TEST_F(TransportTest, ClosesAConnectionFromWhereNoSessionMayComeAtOnce) {
  start({.logon_deadline = 10min});
  auto settings = test_sessions()[0];
  settings.allow_from = {*gateway::AddressRange::parse("127.0.0.1")};
  std::vector<fix::SessionSettings> sessions;
  for (auto session : test_sessions()) {
    session.allow_from = settings.allow_from;
    sessions.push_back(session);
  }
  gateway_->server().reload({}, sessions, std::nullopt);
  EXPECT_TRUE(from("127.0.0.2")->wait_for_end());
  EXPECT_EQ(gateway_->server().metrics().connections_refused.value(), 1U);
  EXPECT_NO_THROW((void)gateway_->log_on("BROKER1"));

  sessions.back().allow_from.push_back(*gateway::AddressRange::parse("127.0.0.2"));
  gateway_->server().reload({}, sessions, std::nullopt);
  EXPECT_FALSE(from("127.0.0.2")->wait_for_end(100ms)) << "the union of all sessions'";
}

// As many as the limits let in, from more addresses than the limit of one makes up for.
TEST_F(TransportTest, SilentConnectionsKeepOutNobodyWhoseAddressIsKnown) {
  start({.connections = 40,
         .connections_per_address = 10,
         .connections_before_logon = 20,
         .logon_deadline = 10min});
  (void)gateway_->log_on("BROKER1");  // from 127.0.0.1
  std::vector<std::unique_ptr<RawFixPeer>> silent;
  for (int address = 2; address < 12; ++address) {
    for (int i = 0; i < 10; ++i) {
      silent.push_back(from("127.0.0." + std::to_string(address)));
    }
  }
  EXPECT_TRUE(from("127.0.0.20")->wait_for_end()) << "or the strangers are too few";
  for (int i = 0; i < 20; ++i) {
    EXPECT_NO_THROW((void)gateway_->log_on("BROKER2", i + 1));
  }
}

TEST_F(TransportTest, TellsWhatIsNoFix) {
  start({.logon_deadline = 10min});
  const auto plain = gateway_->connect("BROKER1");
  plain->send_bytes("\x16\x03\x01");  // a TLS ClientHello's begin
  EXPECT_TRUE(plain->wait_for_end()) << "TLS on the plain port";
  const auto http = gateway_->connect("BROKER1");
  http->send_bytes("GET /");
  EXPECT_TRUE(http->wait_for_end());
  EXPECT_EQ(gateway_->server().metrics().connections_refused.value(), 2U);
}

TEST_F(TransportTest, LimitsTheConnectionsOfAnAddress) {
  start({.connections_per_address = 2});
  const auto first = gateway_->log_on("BROKER1");
  auto second = gateway_->log_on("BROKER2");
  EXPECT_TRUE(gateway_->connect("BROKER3")->wait_for_end());

  second->close();
  std::unique_ptr<RawFixPeer> third;
  for (int attempt = 0; attempt < 1000 && !third; ++attempt) {
    try {
      third = gateway_->log_on("BROKER3");
    } catch (const std::exception&) {
      // The connection before has not ended yet.
    }
  }
  EXPECT_TRUE(third);
}

TEST_F(TransportTest, TakesAMessageByteByByte) {
  start({});
  const auto peer = gateway_->connect("BROKER1");
  for (const char c : peer->message("A", logon_fields("BROKER1"), 1)) {
    peer->send_bytes(std::string_view{&c, 1});
  }
  EXPECT_EQ(peer->read().type(), "A");
}

TEST_F(TransportTest, DisconnectsAPeerThatDoesNotReadWithoutLosingItsReports) {
  start({.outbound_queue_bytes = 100'000, .slow_reader_grace = 200ms});
  auto peer = gateway_->log_on("BROKER1");
  auto other = gateway_->log_on("BROKER2");
  const auto session = pipeline_.sessions()[0].session;
  constexpr int kReports = 50'000;
  pipeline_.make_reports(session, kReports);
  other->send("D", order_fields("B1"));
  EXPECT_EQ(other->read_type("8").value(11), "B1") << "nobody else waits";
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  EXPECT_EQ(gateway_->server().metrics().slow_readers.value(), 1U);

  int received = 1;
  while (const auto report = peer->try_read(0ms)) {
    received = report->number();
  }
  ASSERT_LT(received, kReports) << "or it was no slow reader";
  gateway_.reset();
  start({});  // more patient: this machine may be busy
  peer = gateway_->connect("BROKER1");
  peer->next_out = 2;
  peer->send("A", logon_fields("BROKER1"));
  const int logon = peer->read().number();
  peer->send("2", "7=" + std::to_string(received + 1) + "|16=" + std::to_string(logon - 1) + "|");
  for (int left = kReports + 1 - received; left > 0;) {
    left -= peer->read().type() == "8" ? 1 : 0;
  }
}

}  // namespace
}  // namespace betex::test

// What hostile, broken and dead peers do, one test each. Every time somebody else trades on, and
// the process goes on.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::SessionInfo;

constexpr char kSoh = '\001';

// A port, with those who are on there and what they ask.
struct AbusedPort {
  std::string name;
  std::string attacker;
  std::string bystander;
  std::string third;
  std::string request;  // MsgType, as the answer's
  std::string answer;
  int answer_id = 0;  // tag
  bool market_data = false;
};

const AbusedPort kOrderPort{.name = "Orders",
                            .attacker = "BROKER1",
                            .bystander = "BROKER2",
                            .third = "BROKER3",
                            .request = "D",
                            .answer = "8",
                            .answer_id = 11};
const AbusedPort kMarketDataPort{.name = "MarketData",
                                 .attacker = "MD1",
                                 .bystander = "MD2",
                                 .third = "MD3",
                                 .request = "V",
                                 .answer = "W",
                                 .answer_id = 262,
                                 .market_data = true};

class Abuse {
 protected:
  explicit Abuse(AbusedPort port) : port_{std::move(port)} {}

  void start(fix::TransportLimits limits = {}) {
    if (port_.market_data) {
      limits.logon_interval = 0ms;  // its logons wait for each other
    }
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.limits = limits});
    bystander_ = gateway_->log_on(port_.bystander);
    if (port_.market_data) {
      broker_ = gateway_->log_on(kOrderPort.bystander);
    }
  }

  [[nodiscard]] std::string fields(const std::string& id) const {
    return port_.market_data ? market_data_fields(id) : order_fields(id);
  }

  // The peer's request is answered.
  void expect_answer(RawFixPeer& peer, const std::string& id) const {
    peer.send(port_.request, fields(id));
    EXPECT_EQ(peer.read_type(port_.answer).value(port_.answer_id), id);
  }

  // Somebody else's request is answered, and whoever it is: a broker's order.
  void expect_business_as_usual() {
    const std::string id = "B" + std::to_string(++requests_);
    expect_answer(*bystander_, id);
    if (broker_ != nullptr) {
      broker_->send("D", order_fields(id));
      EXPECT_EQ(broker_->read_type("8").value(11), id);
    }
    EXPECT_EQ(gateway_->failure(), "");
  }

  // A connection that says this before it has logged on is closed. There is no answer, but where it
  // has shown the right password: the sessions for market data have a number for a Logout, those
  // for orders none before the journal knows them.
  void expect_closed(std::string_view bytes) {
    const auto peer = gateway_->connect(port_.attacker);
    try {
      peer->send_bytes(bytes);
    } catch (const std::exception&) {
      // It was closed while it was still sending.
    }
    const auto answer = peer->try_read(kPatience);
    EXPECT_TRUE(!answer || (port_.market_data && answer->type() == "5")) << bytes;
    EXPECT_TRUE(peer->wait_for_end()) << bytes;
    expect_business_as_usual();
  }

  // Requests that were taken on the port.
  [[nodiscard]] std::size_t taken() const {
    return port_.market_data ? gateway_->feed().requests().size()
                             : pipeline_.submitted_bodies<matching::PlaceOrder>().size();
  }

  // The attacker, after so many logons with nothing behind them.
  [[nodiscard]] std::unique_ptr<RawFixPeer> log_on(int logons_before = 0) const {
    return gateway_->log_on(port_.attacker, port_.market_data ? 1 : 1 + logons_before);
  }

  [[nodiscard]] std::string header(const std::string& type, const std::string& number) const {
    return "35=" + type + "|34=" + number + "|49=" + port_.attacker + "|52=" + fix_now() +
           "|56=BETEX|";
  }

  const AbusedPort port_;
  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
  std::unique_ptr<RawFixPeer> bystander_;
  std::unique_ptr<RawFixPeer> broker_;  // on the other port; null: that is the bystander's
  int requests_ = 0;                    // the bystander's
};

class SessionAbuseTest : public Abuse, public testing::TestWithParam<AbusedPort> {
 protected:
  SessionAbuseTest() : Abuse{GetParam()} {}
};

INSTANTIATE_TEST_SUITE_P(Ports,
                         SessionAbuseTest,
                         testing::Values(kOrderPort, kMarketDataPort),
                         [](const auto& test) { return test.param.name; });

// What only one of the ports has.
class OrderAbuseTest : public Abuse, public testing::Test {
 protected:
  OrderAbuseTest() : Abuse{kOrderPort} {}
};

class MarketDataAbuseTest : public Abuse, public testing::Test {
 protected:
  MarketDataAbuseTest() : Abuse{kMarketDataPort} {}
};

TEST_P(SessionAbuseTest, TwoThousandIdleConnections) {
  constexpr rlim_t kConnections = 2000;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < 2 * kConnections + 200) {
    GTEST_SKIP() << "no more than " << files.rlim_max << " files may be open here";
  }
  start({.connections = kConnections + 100,
         .connections_per_address = kConnections + 100,
         .connections_before_logon = kConnections + 100,
         .logon_deadline = 60s});
  std::vector<std::unique_ptr<RawFixPeer>> idle;
  for (rlim_t i = 0; i < kConnections; ++i) {
    idle.push_back(gateway_->connect(port_.attacker));
  }
  expect_business_as_usual();
  EXPECT_EQ(gateway_->log_on(port_.third)->next_out, 2)
      << "there is room for who knows what he wants";
  idle.clear();
  expect_business_as_usual();
}

TEST_P(SessionAbuseTest, MoreConnectionsThanAllowed) {
  start({.connections = 5});
  std::vector<std::unique_ptr<RawFixPeer>> some;
  for (int i = 0; i < 4; ++i) {
    some.push_back(gateway_->connect(port_.attacker));
  }
  EXPECT_TRUE(gateway_->connect(port_.attacker)->wait_for_end());
  expect_business_as_usual();
}

TEST_P(SessionAbuseTest, BytesOneAtATime) {
  start();
  const auto peer = gateway_->connect(port_.attacker);
  const std::string logon = peer->message("A", logon_fields(port_.attacker), 1);
  for (std::size_t i = 0; i < logon.size(); ++i) {
    peer->send_bytes(logon.substr(i, 1));
    if (i % 40 == 0) {
      expect_business_as_usual();
    }
  }
  EXPECT_EQ(peer->read().type(), "A");
}

TEST_P(SessionAbuseTest, AMessageOfAMillionBytes) {
  start();
  expect_closed(fix_message(
      "FIXT.1.1",
      header("A", "1") + logon_fields(port_.attacker) + "58=" + std::string(1'000'000, 'x') + "|"));
  const auto peer = log_on();
  try {
    peer->send(port_.request, fields("A1") + "58=" + std::string(1'000'000, 'x') + "|");
  } catch (const std::exception&) {
    // It was closed while it was still sending.
  }
  EXPECT_TRUE(peer->wait_for_end());
  expect_business_as_usual();
}

TEST_P(SessionAbuseTest, WrongLengthsAndChecksums) {
  start();
  const auto peer = log_on();
  const std::string good = peer->message(port_.request, fields("A1"), 2);
  std::string shorter = good;
  shorter.replace(shorter.find("9="), 5, "9=010");
  std::string checksum = good;
  checksum.replace(
      checksum.size() - 4, 3, checksum.substr(checksum.size() - 4, 3) == "000" ? "001" : "000");
  for (const std::string& bad : {shorter, checksum}) {
    peer->send_bytes(bad);
  }
  peer->send_bytes(good);
  EXPECT_EQ(peer->read_type(port_.answer).value(port_.answer_id), "A1")
      << "what is garbled uses up no number";
  expect_business_as_usual();
  for (const auto* length : {"99999999999", "-1", "abc", "", "999999999"}) {
    expect_closed("8=FIXT.1.1" + std::string{kSoh} + "9=" + length + kSoh + "35=A" + kSoh +
                  std::string(40'000, 'x'));
  }
}

TEST_P(SessionAbuseTest, NumbersThatWrap) {
  start();
  for (const auto* number :
       {"4294967297", "18446744073709551617", "0", "-1", "99999999999999999999"}) {
    expect_closed(fix_message("FIXT.1.1", header("A", number) + logon_fields(port_.attacker)));
  }
  int logons = 0;
  for (const auto* number : {"4294967298", "18446744073709551618", "-1"}) {
    const auto bad = log_on(logons++);
    bad->send_bytes(fix_message("FIXT.1.1", header(port_.request, number) + fields("A1")));
    EXPECT_EQ(bad->read_type("5").type(), "5") << number;
    EXPECT_TRUE(bad->wait_for_end());
  }
  const auto peer = log_on(logons);
  expect_answer(*peer, "A2");
  EXPECT_EQ(taken(), static_cast<std::size_t>(requests_) + 1);
  expect_business_as_usual();
}

TEST_P(SessionAbuseTest, DataFieldsWithAnyLength) {
  start();
  for (const auto* length : {"3", "-1", "999999999", "4294967295"}) {
    expect_closed(fix_message(
        "FIXT.1.1", header("A", "1") + logon_fields(port_.attacker) + "95=" + length + "|96=abc|"));
  }
  const auto peer = log_on();
  for (const auto* field :
       {"95=999999999|96=abc|", "90=4|91=abcd|", "354=5|355=abcde|", "348=2|"}) {
    peer->send(port_.request, fields("A1") + field);
    EXPECT_EQ(peer->read().type(), "3") << field;
    expect_business_as_usual();
  }
}

TEST_P(SessionAbuseTest, OtherApplicationVersions) {
  start();
  const std::string logon = logon_fields(port_.attacker);
  const std::string without_version = logon.substr(0, logon.find("1137="));
  for (const auto* version : {"8", "2", "10", "", "x"}) {
    expect_closed(
        fix_message("FIXT.1.1", header("A", "1") + without_version + "1137=" + version + "|"));
  }
  const auto peer = log_on();
  peer->send_bytes(fix_message("FIXT.1.1", header(port_.request, "2") + "1128=6|" + fields("A1")));
  EXPECT_EQ(peer->read().value(373), "18");
  expect_business_as_usual();
}

TEST_P(SessionAbuseTest, AFloodOfLogonsWithoutCredentials) {
  start({.connections = 1000, .connections_per_address = 1000});
  std::vector<std::unique_ptr<RawFixPeer>> flood;
  for (int i = 0; i < 300; ++i) {
    flood.push_back(gateway_->connect(port_.attacker));
    flood.back()->send("A", logon_fields(port_.attacker, "wrong") + (i % 2 == 0 ? "141=Y|" : ""));
    if (i % 50 == 0) {
      expect_business_as_usual();
    }
  }
  for (const auto& peer : flood) {
    EXPECT_TRUE(peer->wait_for_end());
  }
  EXPECT_NO_THROW((void)log_on()) << "no number was used up, nothing was reset";
  EXPECT_EQ(pipeline_.sessions().size(), port_.market_data ? 3U : 2U);
}

TEST_F(OrderAbuseTest, AResetFlagWithoutCredentialsResetsNothing) {
  start();
  gateway_->log_on("BROKER1")->send("D", order_fields("A1"));
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) {
    return !s.up && s.next_in == matching::MsgSeqNum{3};
  }));
  const auto peer = gateway_->connect("BROKER1");
  peer->send("A", logon_fields("BROKER1", "wrong") + "141=Y|");
  EXPECT_TRUE(peer->wait_for_end());
  EXPECT_NO_THROW((void)gateway_->log_on("BROKER1", 3));
  expect_business_as_usual();
}

TEST_F(OrderAbuseTest, AResetFlagInMidSessionResetsNothing) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  peer->send("A", logon_fields("BROKER1") + "141=Y|");
  EXPECT_TRUE(peer->wait_for_end());
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) {
    return !s.up && s.epoch == matching::SessionEpoch{1} && s.next_in == matching::MsgSeqNum{3};
  }));
  EXPECT_NO_THROW((void)gateway_->log_on("BROKER1", 3));
  expect_business_as_usual();
}

TEST_P(SessionAbuseTest, ConnectionsThatAreResetInMidMessage) {
  constexpr int kTimes = 10;
  start();
  for (int i = 0; i < kTimes; ++i) {
    const auto peer = log_on(2 * i);
    expect_answer(*peer, "A" + std::to_string(i));
    peer->send_bytes(peer->message(port_.request, fields("half"), peer->next_out).substr(0, 60));
    peer->reset();
    ASSERT_TRUE(pipeline_.wait_for_session(port_.attacker, [&](const SessionInfo& s) {
      const auto next_in = static_cast<std::uint32_t>(port_.market_data ? 3 : 2 * i + 3);
      return !s.up && s.next_in == matching::MsgSeqNum{next_in};
    }));
  }
  expect_business_as_usual();
}

TEST_F(OrderAbuseTest, OneThatNeverReadsWhileTwentyOthersTrade) {
  constexpr int kOthers = 20;
  start({.outbound_queue_bytes = 100'000, .slow_reader_grace = 300ms});
  std::vector<std::unique_ptr<RawFixPeer>> others;
  for (int i = 0; i < kOthers; ++i) {
    auto settings = test_sessions()[0];
    settings.comp_id = "OTHER" + std::to_string(i);
    gateway_->server().add_session(settings, std::nullopt);
    others.push_back(gateway_->connect(settings.comp_id));
    others.back()->send("A", logon_fields("BROKER1"));
    ASSERT_EQ(others.back()->read().type(), "A");
  }
  const auto deaf = gateway_->log_on("BROKER1");
  const auto session = pipeline_.sessions().back().session;
  pipeline_.make_reports(session, 50'000);
  for (int round = 0; round < 20; ++round) {
    for (const auto& other : others) {
      const std::string id = "R" + std::to_string(round);
      other->send("D", order_fields(id));
      ASSERT_EQ(other->read_type("8").value(11), id);
    }
  }
  EXPECT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
  EXPECT_EQ(gateway_->server().metrics().slow_readers.value(), 1U);
  expect_business_as_usual();
}

TEST_F(MarketDataAbuseTest, OneThatNeverReadsWhileOthersDo) {
  start({.outbound_queue_bytes = 100'000, .slow_reader_grace = 300ms});
  const auto deaf = gateway_->log_on("MD1");
  const auto outlet = gateway_->feed().outlet();
  const std::string entries(16'000, 'x');
  for (int round = 0; round < 500; ++round) {
    outlet->send({market_data_body('X', "58=" + entries + "|")});
    if (round % 50 == 0) {
      expect_business_as_usual();
    }
  }
  EXPECT_TRUE(pipeline_.wait_for_session("MD1", [](const SessionInfo& s) { return !s.up; }));
  EXPECT_EQ(gateway_->market_data().metrics().slow_readers.value(), 1U);
  expect_business_as_usual();
}

TEST_F(OrderAbuseTest, OneThatSendsMoreThanItMay) {
  start();
  auto settings = test_sessions()[0];
  settings.comp_id = "EAGER";
  settings.throttle = {.messages_per_second = 10, .burst = 10, .refusals_before_a_pause = 20};
  gateway_->server().add_session(settings, std::nullopt);
  const auto peer = gateway_->connect("EAGER");
  peer->send("A", logon_fields("BROKER1"));
  ASSERT_EQ(peer->read().type(), "A");
  constexpr int kOrders = 200;
  std::string burst;
  for (int i = 0; i < kOrders; ++i) {
    burst += peer->message("D", order_fields("E" + std::to_string(i)), peer->next_out++);
  }
  burst +=
      peer->message("F", "11=C1|41=E0|54=1|55=RAIN-LON|60=" + fix_now() + "|", peer->next_out++);
  peer->send_bytes(burst);
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < 30; ++i) {
    const RawFixMessage answer = peer->read();
    accepted += answer.type() == "8" ? 1 : 0;
    refused += answer.value(380) == "8" ? 1 : 0;
  }
  EXPECT_GE(accepted, 10);
  EXPECT_GE(refused, 15);
  expect_business_as_usual();
}

// What takes risk away is never too much.
TEST_F(OrderAbuseTest, CancelsOfOneThatSendsMoreThanItMay) {
  constexpr std::size_t kCancels = 20;
  start();
  auto settings = test_sessions()[0];
  settings.comp_id = "EAGER";
  settings.throttle = {.messages_per_second = 1, .burst = 1, .refusals_before_a_pause = 20};
  gateway_->server().add_session(settings, std::nullopt);
  const auto peer = gateway_->connect("EAGER");
  peer->send("A", logon_fields("BROKER1"));
  ASSERT_EQ(peer->read().type(), "A");
  peer->send("D", order_fields("E0"));
  EXPECT_EQ(peer->read().type(), "8");
  peer->send("D", order_fields("E1"));
  EXPECT_EQ(peer->read().value(380), "8");
  for (std::size_t i = 0; i < kCancels; ++i) {
    peer->send("F", "11=C" + std::to_string(i) + "|41=E0|54=1|55=RAIN-LON|60=" + fix_now() + "|");
  }
  EXPECT_TRUE(pipeline_.wait_for_submitted(2 + kCancels));
  EXPECT_EQ(pipeline_.submitted_bodies<matching::CancelOrder>().size(), kCancels);
}

}  // namespace
}  // namespace betex::test

// What hostile, broken and dead peers do, one test each. Every time somebody else trades on, and
// the process goes on.
#include <string>
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

class SessionAbuseTest : public testing::Test {
 protected:
  void start(const fix::TransportLimits& limits = {}) {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.limits = limits});
    bystander_ = gateway_->log_on("BROKER2");
  }

  // Somebody else's order is answered.
  void expect_business_as_usual() {
    const std::string id = "B" + std::to_string(++orders_);
    bystander_->send("D", order_fields(id));
    EXPECT_EQ(bystander_->read_type("8").value(11), id);
    EXPECT_EQ(gateway_->failure(), "");
  }

  // A connection that says this before it has logged on is closed, without an answer.
  void expect_closed(std::string_view bytes) {
    const auto peer = gateway_->connect("BROKER1");
    peer->send_bytes(bytes);
    EXPECT_FALSE(peer->try_read(kPatience).has_value()) << bytes;
    EXPECT_TRUE(peer->wait_for_end()) << bytes;
    expect_business_as_usual();
  }

  [[nodiscard]] static std::string header(const std::string& type, const std::string& number) {
    return "35=" + type + "|34=" + number + "|49=BROKER1|52=" + fix_now() + "|56=BETEX|";
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
  std::unique_ptr<RawFixPeer> bystander_;
  int orders_ = 0;
};

TEST_F(SessionAbuseTest, TwoThousandIdleConnections) {
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
    idle.push_back(gateway_->connect("BROKER1"));
  }
  expect_business_as_usual();
  EXPECT_EQ(gateway_->log_on("BROKER3")->next_out, 2)
      << "there is room for who knows what he wants";
  idle.clear();
  expect_business_as_usual();
}

TEST_F(SessionAbuseTest, MoreConnectionsThanAllowed) {
  start({.connections = 5});
  std::vector<std::unique_ptr<RawFixPeer>> some;
  for (int i = 0; i < 4; ++i) {
    some.push_back(gateway_->connect("BROKER1"));
  }
  EXPECT_TRUE(gateway_->connect("BROKER1")->wait_for_end());
  expect_business_as_usual();
}

TEST_F(SessionAbuseTest, BytesOneAtATime) {
  start();
  const auto peer = gateway_->connect("BROKER1");
  const std::string logon = peer->message("A", logon_fields("BROKER1"), 1);
  for (std::size_t i = 0; i < logon.size(); ++i) {
    peer->send_bytes(logon.substr(i, 1));
    if (i % 40 == 0) {
      expect_business_as_usual();
    }
  }
  EXPECT_EQ(peer->read().type(), "A");
}

TEST_F(SessionAbuseTest, AMessageOfAMillionBytes) {
  start();
  expect_closed(fix_message(
      "FIXT.1.1",
      header("A", "1") + logon_fields("BROKER1") + "58=" + std::string(1'000'000, 'x') + "|"));
  const auto peer = gateway_->log_on("BROKER1");
  try {
    peer->send("D", order_fields("A1") + "58=" + std::string(1'000'000, 'x') + "|");
  } catch (const std::exception&) {
    // It was closed while it was still sending.
  }
  EXPECT_TRUE(peer->wait_for_end());
  expect_business_as_usual();
}

TEST_F(SessionAbuseTest, WrongLengthsAndChecksums) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  const std::string good = peer->message("D", order_fields("A1"), 2);
  std::string longer = good;
  longer.replace(longer.find("9="), 5, "9=999");
  std::string shorter = good;
  shorter.replace(shorter.find("9="), 5, "9=010");
  std::string checksum = good;
  checksum.replace(
      checksum.size() - 4, 3, checksum.substr(checksum.size() - 4, 3) == "000" ? "001" : "000");
  for (const std::string& bad : {shorter, checksum}) {
    peer->send_bytes(bad);
  }
  peer->send_bytes(good);
  EXPECT_EQ(peer->read_type("8").value(11), "A1") << "what is garbled uses up no number";
  expect_business_as_usual();
  for (const auto* length : {"99999999999", "-1", "abc", "", "999999999"}) {
    expect_closed("8=FIXT.1.1" + std::string{kSoh} + "9=" + length + kSoh + "35=A" + kSoh +
                  std::string(40'000, 'x'));
  }
}

TEST_F(SessionAbuseTest, NumbersThatWrap) {
  start();
  for (const auto* number :
       {"4294967297", "18446744073709551617", "0", "-1", "99999999999999999999"}) {
    expect_closed(fix_message("FIXT.1.1", header("A", number) + logon_fields("BROKER1")));
  }
  int next_in = 1;
  for (const auto* number : {"4294967298", "18446744073709551618", "-1"}) {
    const auto bad = gateway_->log_on("BROKER1", next_in++);
    bad->send_bytes(fix_message("FIXT.1.1", header("D", number) + order_fields("A1")));
    EXPECT_EQ(bad->read_type("5").type(), "5") << number;
    EXPECT_TRUE(bad->wait_for_end());
  }
  const auto peer = gateway_->log_on("BROKER1", next_in);
  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read_type("8").value(11), "A2");
  EXPECT_EQ(pipeline_.submitted_bodies<matching::PlaceOrder>().size(),
            static_cast<std::size_t>(orders_) + 1);
  expect_business_as_usual();
}

TEST_F(SessionAbuseTest, DataFieldsWithAnyLength) {
  start();
  for (const auto* length : {"3", "-1", "999999999", "4294967295"}) {
    expect_closed(fix_message(
        "FIXT.1.1", header("A", "1") + logon_fields("BROKER1") + "95=" + length + "|96=abc|"));
  }
  const auto peer = gateway_->log_on("BROKER1");
  for (const auto* field :
       {"95=999999999|96=abc|", "90=4|91=abcd|", "354=5|355=abcde|", "348=2|"}) {
    peer->send("D", order_fields("A1") + field);
    EXPECT_EQ(peer->read().type(), "3") << field;
    expect_business_as_usual();
  }
}

TEST_F(SessionAbuseTest, OtherApplicationVersions) {
  start();
  for (const auto* version : {"8", "2", "10", "", "x"}) {
    expect_closed(fix_message(
        "FIXT.1.1", header("A", "1") + "98=0|108=30|553=BROKER1|554=secret|1137=" + version + "|"));
  }
  const auto peer = gateway_->log_on("BROKER1");
  peer->send_bytes(fix_message(
      "FIXT.1.1",
      "35=D|34=2|49=BROKER1|52=" + fix_now() + "|56=BETEX|1128=6|" + order_fields("A1")));
  EXPECT_EQ(peer->read().value(373), "18");
  expect_business_as_usual();
}

TEST_F(SessionAbuseTest, AFloodOfLogonsWithoutCredentials) {
  start({.connections = 1000, .connections_per_address = 1000});
  std::vector<std::unique_ptr<RawFixPeer>> flood;
  for (int i = 0; i < 300; ++i) {
    flood.push_back(gateway_->connect("BROKER1"));
    flood.back()->send("A", logon_fields("BROKER1", "wrong") + (i % 2 == 0 ? "141=Y|" : ""));
    if (i % 50 == 0) {
      expect_business_as_usual();
    }
  }
  for (const auto& peer : flood) {
    EXPECT_TRUE(peer->wait_for_end());
  }
  EXPECT_NO_THROW((void)gateway_->log_on("BROKER1")) << "no number was used up, nothing was reset";
  EXPECT_EQ(pipeline_.sessions().size(), 2U);
}

TEST_F(SessionAbuseTest, AResetFlagWithoutCredentialsResetsNothing) {
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

TEST_F(SessionAbuseTest, AResetFlagInMidSessionResetsNothing) {
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

TEST_F(SessionAbuseTest, ConnectionsThatAreResetInMidMessage) {
  constexpr int kTimes = 10;
  start();
  for (int i = 0; i < kTimes; ++i) {
    const auto peer = gateway_->log_on("BROKER1", 2 * i + 1);
    const std::string id = "A" + std::to_string(i);
    peer->send("D", order_fields(id));
    EXPECT_EQ(peer->read_type("8").value(11), id);
    peer->send_bytes(peer->message("D", order_fields("half"), peer->next_out).substr(0, 60));
    peer->reset();
    ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [&](const SessionInfo& s) {
      return !s.up && s.next_in == matching::MsgSeqNum{static_cast<std::uint32_t>(2 * i + 3)};
    }));
  }
  expect_business_as_usual();
}

TEST_F(SessionAbuseTest, OneThatNeverReadsWhileTwentyOthersTrade) {
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

TEST_F(SessionAbuseTest, OneThatSendsMoreThanItMay) {
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
TEST_F(SessionAbuseTest, CancelsOfOneThatSendsMoreThanItMay) {
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

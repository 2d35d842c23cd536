// What one client may cost the others: the journal, the log and the session cache have bounds, and
// what is kept for a client that it does not prove to have has one too.
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "gateway/session/refusal_share.h"
#include "tests/gateway/session/test_gateway.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

std::string cancel_fields(const std::string& cl_ord_id) {
  return "11=" + cl_ord_id + "|41=A1|54=1|55=RAIN-LON|60=" + fix_now() + "|";
}

std::string mass_cancel_fields(const std::string& cl_ord_id) {
  return "11=" + cl_ord_id + "|530=7|60=" + fix_now() + "|";
}

class SessionCostTest : public testing::Test {
 protected:
  void start(const TestGatewayOptions& options = {}) {
    gateway_.reset();
    gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path(), options);
  }

  [[nodiscard]] std::size_t refusals() const {
    return pipeline_.submitted_bodies<matching::RefuseInbound>().size();
  }

  [[nodiscard]] const fix::SessionMetrics& metrics() { return gateway_->server().metrics(); }

  // How many seconds have begun since then.
  [[nodiscard]] static std::size_t seconds_since(std::chrono::steady_clock::time_point begin) {
    const auto passed = std::chrono::steady_clock::now() - begin;
    return static_cast<std::size_t>(std::chrono::floor<std::chrono::seconds>(passed).count()) + 1;
  }

  // The next one of this type that is sent for the first time, or again.
  [[nodiscard]] static RawFixMessage read_next(RawFixPeer& peer,
                                               const std::string& type,
                                               const std::string& poss_dup = "") {
    for (;;) {
      RawFixMessage message = peer.read();
      if (message.type() == type && message.value(43) == poss_dup) {
        return message;
      }
    }
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

// ---- Refusals are journaled ---------------------------------------------------------------------

class RefusalCostTest : public SessionCostTest {
 protected:
  // Sends more than a second's messages that are refused: the journal is given no more of them than
  // the seconds allow that have begun meanwhile, and in the end all.
  void flood(RawFixPeer& peer, const std::function<std::string(int number)>& message) {
    constexpr std::uint32_t kSent = fix::RefusalShare::kOfASession * 3 / 2;
    const auto begin = std::chrono::steady_clock::now();
    std::string bytes;
    for (std::uint32_t i = 0; i < kSent; ++i) {
      bytes += message(peer.next_out++);
    }
    peer.send_bytes(bytes);
    ASSERT_TRUE(comes_to([&] { return refusals() >= fix::RefusalShare::kOfASession; }));
    const std::size_t refused = refusals();
    EXPECT_LE(refused, fix::RefusalShare::kOfASession * seconds_since(begin));
    ASSERT_TRUE(comes_to([&] { return refusals() == kSent; })) << "what waited comes in its turn";
  }
};

TEST_F(RefusalCostTest, OrdersWithoutRoomOnTheDisk) {
  start();
  pipeline_.set_disk_low(true);
  const auto peer = gateway_->log_on("BROKER1");
  flood(*peer, [&](int number) { return peer->message("D", order_fields("A1"), number); });
  EXPECT_EQ(peer->read_type("j").value(380), "4");
}

TEST_F(RefusalCostTest, MessagesThatTheGuardRefuses) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  flood(*peer, [&](int number) {
    return peer->message("D", order_fields("A1") + "999=x|999=y|", number);
  });
  EXPECT_EQ(peer->read_type("3").type(), "3");
}

TEST_F(RefusalCostTest, MessagesThatTheDecoderRefuses) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  flood(*peer, [&](int number) { return peer->message("D", "11=A1|", number); });
}

TEST_F(RefusalCostTest, MessagesThatAreTooMany) {
  start();
  auto settings = test_sessions()[0];
  settings.comp_id = "EAGER";
  settings.throttle = {.messages_per_second = 1, .burst = 1, .refusals_before_a_pause = 100'000};
  gateway_->server().add_session(settings, std::nullopt);
  const auto peer = gateway_->connect("EAGER");
  peer->send("A", logon_fields("BROKER1"));
  ASSERT_EQ(peer->read().type(), "A");
  peer->send("D", order_fields("A0"));
  std::string bytes;
  for (std::uint32_t i = 0; i < 10 * fix::RefusalShare::kOfASession; ++i) {
    bytes += peer->message("D", order_fields("A1"), peer->next_out++);
  }
  const auto begin = std::chrono::steady_clock::now();
  peer->send_bytes(bytes);
  ASSERT_TRUE(comes_to([&] { return refusals() >= fix::RefusalShare::kOfASession; }));
  const std::size_t refused = refusals();
  EXPECT_LE(refused, fix::RefusalShare::kOfASession * seconds_since(begin));
}

// Orders that the engine refuses, and cancels, are no refusals of this kind: a suspension must not
// hold up cancels.
TEST_F(RefusalCostTest, CancelsAreNotHeldUp) {
  constexpr std::size_t kCancels = 5 * fix::RefusalShare::kOfASession;
  start();
  const auto peer = gateway_->log_on("BROKER1");
  std::string bytes;
  for (std::size_t i = 0; i < kCancels; ++i) {
    bytes += peer->message("F", cancel_fields("C" + std::to_string(i)), peer->next_out++);
  }
  peer->send_bytes(bytes);
  EXPECT_TRUE(pipeline_.wait_for_submitted(kCancels));
  EXPECT_EQ(refusals(), 0U);
}

// ---- Mass cancels -------------------------------------------------------------------------------

TEST_F(SessionCostTest, AMassCancelBeyondItsRateWaitsAndIsNeverRefused) {
  constexpr std::size_t kMassCancels = 3 * fix::kMassCancels.burst;
  start();
  const auto peer = gateway_->log_on("BROKER1");
  std::string bytes;
  for (std::size_t i = 0; i < kMassCancels; ++i) {
    bytes += peer->message("q", mass_cancel_fields("Q" + std::to_string(i)), peer->next_out++);
  }
  const auto begin = std::chrono::steady_clock::now();
  peer->send_bytes(bytes);
  constexpr std::size_t kSome = fix::kMassCancels.burst + 5;
  ASSERT_TRUE(pipeline_.wait_for_submitted(kSome));
  const std::size_t taken = pipeline_.submitted().size();
  EXPECT_LE(taken,
            fix::kMassCancels.burst + fix::kMassCancels.messages_per_second * seconds_since(begin));
  ASSERT_TRUE(pipeline_.wait_for_submitted(taken + 5)) << "what waits comes in its turn";
  EXPECT_EQ(refusals(), 0U);
}

// ---- The log ------------------------------------------------------------------------------------

class LogCostTest : public SessionCostTest {
 protected:
  LogCostTest() { spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink_)); }

  ~LogCostTest() override {
    gateway_.reset();
    spdlog::set_default_logger(before_);
  }

  LogCostTest(const LogCostTest&) = delete;
  LogCostTest& operator=(const LogCostTest&) = delete;
  LogCostTest(LogCostTest&&) = delete;
  LogCostTest& operator=(LogCostTest&&) = delete;

  // When nobody writes any more.
  [[nodiscard]] std::string log() {
    gateway_.reset();
    return text_.str();
  }

 private:
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream text_;
  spdlog::sink_ptr sink_ = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
};

TEST_F(LogCostTest, WhatAClientSaysOfOurMessagesCannotForgeALine) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("j", "45=7\n[critical] all is lost\x1b[2J|372=8|380=0|58=so\n\x1b[31m \"yes\"|");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  const std::string text = log();
  EXPECT_EQ(text.find("[critical]"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  EXPECT_NE(text.find(R"("so\x0a\x1b[31m \"yes\"")"), std::string::npos) << text;
}

TEST_F(LogCostTest, AFloodOfRefusalsOfOurMessagesIsNoFloodOfLines) {
  constexpr int kMessages = 2000;
  start();
  const auto peer = gateway_->log_on("BROKER1");
  std::string bytes;
  for (int i = 0; i < kMessages; ++i) {
    bytes +=
        peer->message("j", "45=7|372=8|380=0|58=" + std::string(4000, 'x') + "|", peer->next_out++);
  }
  peer->send_bytes(bytes);
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  EXPECT_LT(log().size(), std::size_t{kMessages} * 100) << "cut, and ten a second";
}

// ---- What is kept for a client ------------------------------------------------------------------

// Answers to a client that is asked for proof, and gives none.
class KeptCostTest : public SessionCostTest {
 protected:
  static constexpr std::size_t kBound = 100'000;  // bytes

  void start_bounded(std::chrono::milliseconds patience = 30s) {
    TestGatewayOptions options;
    options.limits.proof_patience = patience;
    options.delivery_proof_interval = 10ms;
    options.cache.bounds.of_a_session = kBound;
    start(options);
  }

  [[nodiscard]] matching::SessionId session() const { return pipeline_.sessions().back().session; }

  void make_reports() {
    for (std::size_t made = 0; made < kReports; made += kAtOnce) {
      pipeline_.make_reports(session(), kAtOnce);
    }
  }

  // Counts the reports up to the next TestRequest, whose id it returns.
  static std::string read_to_question(RawFixPeer& peer, std::size_t& reports) {
    for (;;) {
      const RawFixMessage message = peer.read();
      reports += message.type() == "8" ? 1U : 0U;
      if (message.type() == "1") {
        return message.value(112);
      }
    }
  }

  // So many bytes of reports as the session may have without proof are in the cache, and it gets no
  // further one.
  [[nodiscard]] bool is_at_bound() {
    return metrics().reports_held.value() != 0 && gateway_->cache().kept_bytes() > kBound;
  }

  static constexpr std::size_t kAtOnce = 100;  // in a delivery
  static constexpr std::size_t kReports = 20 * kAtOnce;
};

TEST_F(KeptCostTest, AtItsBoundASessionGetsNoFurtherReportUntilItProves) {
  start_bounded();
  const auto peer = gateway_->log_on("BROKER1");
  make_reports();
  std::size_t reports = 0;
  std::string question = read_to_question(*peer, reports);
  ASSERT_TRUE(comes_to([&] { return is_at_bound(); }));
  while (const auto message = peer->try_read(100ms)) {
    reports += message->type() == "8" ? 1U : 0U;
  }
  EXPECT_LT(reports, kReports);
  EXPECT_LT(gateway_->cache().kept_bytes(), 2 * kBound);
  while (reports < kReports) {
    const std::size_t before = reports;
    peer->send("0", "112=" + question + "|");
    question = read_to_question(*peer, reports);
    ASSERT_GT(reports, before) << "each proof brings more";
  }
  EXPECT_EQ(reports, kReports) << "none is lost";
}

TEST_F(KeptCostTest, WhatIsNotProvenIsNeverDroppedAlsoOverARestart) {
  start_bounded();
  {
    const auto peer = gateway_->log_on("BROKER1");
    make_reports();
    ASSERT_TRUE(comes_to([&] { return is_at_bound(); }));
    gateway_.reset();  // it must not see the peer go
  }
  pipeline_.crash();
  start_bounded();
  const auto peer = gateway_->connect("BROKER1");
  peer->send("A", logon_fields("BROKER1"));
  ASSERT_EQ(peer->read().type(), "A");
  std::size_t reports = 0;
  (void)read_to_question(*peer, reports);
  EXPECT_EQ(reports, 0U) << "it has to prove first, and is asked to";
  peer->send("2", "7=1|16=0|");
  const std::string question = read_to_question(*peer, reports);
  EXPECT_GT(reports, kAtOnce) << "all that it may lack is there";
  peer->send("0", "112=" + question + "|");
  (void)read_next(*peer, "8");
}

TEST_F(KeptCostTest, OneThatProvesNothingIsLoggedOut) {
  start_bounded(1ms);
  const auto peer = gateway_->log_on("BROKER1");
  make_reports();
  const RawFixMessage logout = read_next(*peer, "5");
  EXPECT_NE(logout.value(58).find("not proven"), std::string::npos) << logout.text();
  peer->send("5");
  EXPECT_TRUE(peer->wait_for_end());
  const auto how = static_cast<std::size_t>(fix::SessionEnd::NothingProven);
  EXPECT_TRUE(comes_to([&] { return metrics().sessions_ended.at(how).value() == 1; }));
}

// The bounds of all together are half of the file; what blocks waste is more here than they leave.
TEST_F(KeptCostTest, WhereTheFileIsFullASessionGetsNoFurtherReportUntilSomebodyProves) {
  constexpr std::size_t kOfTheFirst = 2000;
  constexpr std::size_t kOfTheOthers = 600;
  TestGatewayOptions options;
  options.delivery_proof_interval = 10ms;
  options.cache.file_bytes = 590'000;  // eight blocks, of which three sessions need more
  start(options);
  ASSERT_EQ(gateway_->cache().capacity(), std::size_t{8} * 65536);
  const auto first = gateway_->log_on("BROKER1");
  const auto second = gateway_->log_on("BROKER2");
  const auto third = gateway_->log_on("STRICT");
  const auto make_for = [&](const std::string& comp_id, std::size_t count) {
    for (const auto& session : pipeline_.sessions()) {
      for (std::size_t made = 0; session.comp_id.view() == comp_id && made < count;
           made += kAtOnce) {
        pipeline_.make_reports(session.session, kAtOnce);
      }
    }
  };
  make_for("BROKER1", kOfTheFirst);
  ASSERT_TRUE(comes_to([&] { return metrics().reports_held.value() == 1; }));
  make_for("BROKER2", kOfTheOthers);
  ASSERT_TRUE(comes_to([&] { return metrics().reports_held.value() == 2; }));
  make_for("STRICT", kOfTheOthers);
  ASSERT_TRUE(comes_to([&] { return metrics().reports_held.value() == 3; }));
  EXPECT_FALSE(gateway_->cache().make_room(session(), false, {})) << "no block is free";

  std::size_t of_the_first = 0;
  while (of_the_first < kOfTheFirst) {
    const std::string asked = read_to_question(*first, of_the_first);
    first->send("0", "112=" + asked + "|");
  }
  std::size_t of_the_third = 0;
  while (of_the_third < kOfTheOthers) {
    const std::string asked = read_to_question(*third, of_the_third);
    third->send("0", "112=" + asked + "|");
  }
  EXPECT_EQ(of_the_third, kOfTheOthers) << "none is lost";
}

TEST_F(KeptCostTest, AnswersDoNotFillTheCacheWhateverIsUnproven) {
  constexpr int kRequests = 2000;
  start_bounded();
  const auto peer = gateway_->log_on("BROKER1");
  pipeline_.make_reports(session(), 1);  // and is not proven
  for (int i = 0; i < kRequests; ++i) {
    peer->send("AF", "584=S" + std::to_string(i) + "|585=7|");
    if (i % 100 == 99) {
      std::size_t reports = 0;
      while (reports < 90) {
        reports += peer->read_type("8").value(150) == "I" ? 1U : 0U;
      }
    }
  }
  EXPECT_LT(gateway_->cache().kept_bytes(), kBound + kBound / 2);
  peer->send("2", "7=1|16=0|");
  const RawFixMessage first = read_next(*peer, "8", "Y");
  EXPECT_NE(first.value(17), "0") << "the report is still there: " << first.text();
}

TEST_F(KeptCostTest, WithoutRoomOnTheDiskRequestsThatAreAnsweredAtLengthAreRefused) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  pipeline_.set_disk_low(true);
  for (const auto& [type, fields] : {std::pair{"AF", "584=S1|585=7|"},
                                     std::pair{"H", "11=A1|54=1|55=RAIN-LON|"},
                                     std::pair{"x", "320=S1|559=4|"}}) {
    peer->send(type, fields);
    const RawFixMessage refused = peer->read_type("j");
    EXPECT_EQ(refused.value(380), "4") << type;
    EXPECT_EQ(refused.value(372), type);
  }
  peer->send("F", cancel_fields("C1"));
  EXPECT_TRUE(pipeline_.wait_for_submitted(4)) << "cancels work";
  EXPECT_EQ(pipeline_.submitted_bodies<matching::CancelOrder>().size(), 1U);
}

}  // namespace
}  // namespace betex::test

// What a client may rely on, whatever is killed at whatever moment.
#include <fstream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "gateway/session/cache_place.h"
#include "gateway/session/cache_scan.h"
#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::MsgSeqNum;
using matching::PlaceOrder;
using matching::SessionId;

constexpr auto kNothing = 150ms;

// Fields that a resend may change: BodyLength, CheckSum, PossDupFlag, SendingTime, OrigSendingTime,
// LastMsgSeqNumProcessed.
const std::vector<int> kChangedByResend{9, 10, 43, 52, 122, 369};

class ExactlyOnceTest : public testing::Test {
 protected:
  void start(TestGatewayOptions options = {}) {
    gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path(), options);
  }

  // kill -9, and what was not durable is gone.
  void kill() {
    gateway_.reset();
    pipeline_.crash();
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

// Looked at from outside, as the start after a kill would: what it has read is there.
TEST_F(ExactlyOnceTest, NoByteLeavesBeforeItIsInTheCache) {
  constexpr int kOrders = 200;
  start();
  const auto peer = gateway_->log_on("BROKER1");
  const auto place =
      fix::find_cache(folder_.path() / "cache", {.boot_id = "boot-1", .wal_id = "wal-1"});
  ASSERT_TRUE(place.has_value());
  EXPECT_EQ(place->file, gateway_->cache().file());
  const journal::FileDescriptor file{place->file, O_RDONLY};
  for (int i = 0; i < kOrders; ++i) {
    peer->send("D", order_fields("A" + std::to_string(i)));
    const RawFixMessage report = peer->read_type("8");
    std::uint32_t newest = 0;
    const fix::ScannedCache found =
        fix::scan_cache(file, place->key, [&](const auto&, const fix::cache::Record& record) {
          newest = record.number;
        });
    ASSERT_EQ(found.sessions.size(), 1U);
    ASSERT_EQ(newest, static_cast<std::uint32_t>(report.number()));
    ASSERT_EQ(found.sessions[0].value.value.last_number, newest);
  }
}

// It is damaged behind the gateway's back: what was sent is not known any more.
TEST_F(ExactlyOnceTest, NothingIsSentAfterTheCacheHasFailed) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").number(), 2);
  {
    std::string bytes;
    std::ifstream file{gateway_->cache().file(), std::ios::binary};
    bytes.assign(std::istreambuf_iterator<char>{file}, {});
    const auto at = bytes.find("11=A1");
    ASSERT_NE(at, std::string::npos);
    std::fstream{gateway_->cache().file(), std::ios::in | std::ios::out | std::ios::binary}.seekp(
        static_cast<std::streamoff>(at))
        << "11=A2";
  }
  peer->send("2", "7=2|16=2|");

  EXPECT_FALSE(peer->try_read(kNothing).has_value());
  EXPECT_NE(gateway_->failure().find("is damaged"), std::string::npos)
      << "it ends the I/O thread: fail-stop";
}

TEST_F(ExactlyOnceTest, ResendsWhatWasSent) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  std::vector<std::string> sent;
  for (int i = 0; i < 5; ++i) {
    peer->send("D", order_fields("A" + std::to_string(i)));
    sent.push_back(peer->read_type("8").text_without(kChangedByResend));
  }
  peer->send("2", "7=1|16=0|");

  const RawFixMessage fill = peer->read();
  EXPECT_EQ(fill.type(), "4") << "the Logon is not sent again";
  EXPECT_EQ(fill.number(), 1);
  EXPECT_EQ(fill.value(36), "2");
  for (const std::string& original : sent) {
    const RawFixMessage again = peer->read();
    EXPECT_EQ(again.value(43), "Y");
    EXPECT_FALSE(again.value(122).empty());
    EXPECT_EQ(again.text_without(kChangedByResend), original);
  }
}

TEST_F(ExactlyOnceTest, FillsTheNumbersOfAdministrativeMessages) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").number(), 2);
  for (int i = 0; i < 3; ++i) {
    peer->send("1", "112=T|");
    EXPECT_EQ(peer->read().value(112), "T");
  }
  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read_type("8").number(), 6);
  peer->send("1", "112=T|");
  EXPECT_EQ(peer->read().number(), 7);
  peer->send("2", "7=2|16=0|");

  EXPECT_EQ(peer->read().value(11), "A1");
  const RawFixMessage between = peer->read();
  EXPECT_EQ(between.value(34) + "-" + between.value(36), "3-6");
  EXPECT_EQ(peer->read().value(11), "A2");
  const RawFixMessage behind = peer->read();
  EXPECT_EQ(behind.value(34) + "-" + behind.value(36), "7-8") << behind.text();
}

TEST_F(ExactlyOnceTest, AnOrderThatWasNotDurableIsAskedForAgain) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  pipeline_.hold();
  peer->send("D", order_fields("A2"));
  ASSERT_TRUE(pipeline_.wait_for_submitted(2));
  kill();

  start();
  peer = gateway_->log_on("BROKER1", 4);
  const RawFixMessage request = peer->read();
  EXPECT_EQ(request.type(), "2");
  EXPECT_EQ(request.value(7), "3") << "just after what the journal has";
  peer->send_bytes(peer->message("D", "43=Y|122=" + fix_now() + "|" + order_fields("A2"), 3));
  EXPECT_EQ(peer->read_type("8").value(11), "A2");
  EXPECT_EQ(pipeline_.submitted_bodies<PlaceOrder>().size(), 1U);
}

TEST_F(ExactlyOnceTest, ADurableOrderIsNotTakenAgain) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  kill();

  start();
  peer = gateway_->log_on("BROKER1", 3);
  peer->send_bytes(peer->message("D", "43=Y|122=" + fix_now() + "|" + order_fields("A1"), 2));
  peer->send("1", "112=T|");
  EXPECT_EQ(peer->read().value(112), "T");
  EXPECT_TRUE(pipeline_.submitted().empty());
}

TEST_F(ExactlyOnceTest, NumbersAndReportsGoOnAfterAKill) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").number(), 2);
  kill();
  const SessionId session = pipeline_.sessions()[0].session;
  pipeline_.make_reports(session, 3);  // happens while nobody is there

  start();
  EXPECT_FALSE(gateway_->cache().was_void());
  peer = gateway_->log_on("BROKER1", 3);
  for (int number = 4; number <= 6; ++number) {
    const RawFixMessage report = peer->read_type("8");
    EXPECT_EQ(report.number(), number) << "the Logon was 3";
    EXPECT_NE(report.value(11), "A1") << "it was sent before";
    EXPECT_TRUE(report.value(97).empty());
  }
}

TEST_F(ExactlyOnceTest, WhatWasSentBeforeAKillIsResentAfterIt) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  const std::string original = peer->read_type("8").text_without(kChangedByResend);
  kill();

  start();
  peer = gateway_->log_on("BROKER1", 3);
  peer->send("2", "7=2|16=2|");
  EXPECT_EQ(peer->read().text_without(kChangedByResend), original);
}

TEST_F(ExactlyOnceTest, WithoutTheCacheNumbersGoAboveTheReservationAndReportsComeAgain) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  const std::string exec_id = peer->read_type("8").value(17);
  kill();

  start({.boot_id = "boot-2"});
  EXPECT_TRUE(gateway_->cache().was_void());
  peer = gateway_->connect("BROKER1");
  peer->next_out = 3;
  peer->send("A", logon_fields("BROKER1"));
  const RawFixMessage logon = peer->read();
  EXPECT_EQ(logon.number(), 10'001);
  const RawFixMessage again = peer->read_type("8");
  EXPECT_EQ(again.value(97), "Y");
  EXPECT_EQ(again.value(17), exec_id);

  peer->send("2", "7=3|16=0|");
  const RawFixMessage fill = peer->read();
  EXPECT_EQ(fill.value(34) + "-" + fill.value(36), "3-10002") << fill.text();
  EXPECT_EQ(peer->read().value(17), exec_id);
  peer->send("D", order_fields("A2"));
  EXPECT_TRUE(peer->read_type("8").value(97).empty()) << "what is new is not marked";
}

TEST_F(ExactlyOnceTest, ReportsOfOneLogonAreNotSentInTheNext) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  peer->close();
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  peer = gateway_->log_on("BROKER1", 2);
  fix::ExecutionReport stale;
  stale.cl_ord_id = matching::ClOrdId{"STALE"};
  gateway_->server().deliver(pipeline_.sessions()[0].session,
                             {.subscription = gateway::SubscriptionId{1},
                              .reports = {{.id = {.event = matching::EventSeq{1}}, .body = stale}},
                              .complete_to = {},
                              .epoch = {},
                              .durable_in = {}});
  peer->send("D", order_fields("A1"));

  EXPECT_EQ(peer->read_type("8").value(11), "A1");
}

TEST_F(ExactlyOnceTest, ReportsWaitForReservedNumbers) {
  constexpr int kReports = 12'000;
  start();
  const auto peer = gateway_->log_on("BROKER1");
  pipeline_.hold();
  pipeline_.make_reports(pipeline_.sessions()[0].session, kReports);
  for (int number = 2; number <= 9900; ++number) {
    ASSERT_EQ(peer->read_type("8").number(), number);
  }
  peer->send("1", "112=T|");
  const RawFixMessage heartbeat = peer->read();
  EXPECT_EQ(heartbeat.value(112), "T") << heartbeat.text();
  EXPECT_EQ(heartbeat.number(), 9901) << "the last 100 numbers are for administrative messages";

  pipeline_.go_on();
  for (int number = 9902; number <= kReports + 2; ++number) {
    ASSERT_EQ(peer->read_type("8").number(), number);
  }
  EXPECT_GE(pipeline_.sessions()[0].reserved_to, MsgSeqNum{20'000});
}

// ---- A Reject(3) of an application message is a report ------------------------------------------

TEST_F(ExactlyOnceTest, ARejectThatAKillHasKeptBackComesAtTheNextLogon) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  pipeline_.hold();
  peer->send("D", order_fields("A1") + "9999=unknown|");
  ASSERT_TRUE(pipeline_.wait_for_submitted(1));
  gateway_.reset();  // it is durable, and nobody was there to tell of it
  pipeline_.go_on();
  pipeline_.crash();

  start();
  peer = gateway_->log_on("BROKER1", 3);
  const RawFixMessage reject = peer->read_type("3");
  EXPECT_EQ(reject.value(45), "2");
  EXPECT_EQ(reject.value(371), "9999");
  EXPECT_EQ(reject.value(97), "") << "it was never sent";
  peer->send("D", order_fields("A2"));
  EXPECT_EQ(peer->read_type("8").value(11), "A2") << "and it comes once";
  EXPECT_TRUE(pipeline_.submitted_bodies<matching::RefuseInbound>().empty());
}

TEST_F(ExactlyOnceTest, ARejectIsSentAgainAsItWas) {
  start();
  for (const char* const comp_id : {"BROKER1", "BROKER3"}) {  // of either dialect
    auto peer = gateway_->log_on(comp_id);
    peer->send("D", order_fields("A1") + "9999=unknown|");
    const RawFixMessage reject = peer->read_type("3");
    EXPECT_EQ(reject.number(), 2);
    peer->send("D", order_fields("A2"));
    EXPECT_EQ(peer->read_type("8").value(11), "A2");
    peer->send("2", "7=1|16=0|");
    EXPECT_EQ(peer->read().value(36), "2") << "the Logon is filled over";
    const RawFixMessage again = peer->read();
    EXPECT_EQ(again.value(43), "Y");
    EXPECT_FALSE(again.value(122).empty());
    EXPECT_EQ(again.text_without(kChangedByResend), reject.text_without(kChangedByResend));
    EXPECT_EQ(peer->read().value(11), "A2");
  }
}

TEST_F(ExactlyOnceTest, ARejectOfTheNumbersBeforeAResetIsMarked) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1") + "9999=unknown|");
  EXPECT_EQ(peer->read_type("3").value(45), "2");
  peer->close();
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  peer = gateway_->log_on("BROKER1", 1, "141=Y|");
  const RawFixMessage again = peer->read_type("3");
  EXPECT_EQ(again.value(45), "2");
  EXPECT_EQ(again.value(97), "Y");
}

TEST_F(ExactlyOnceTest, ALogoutWaitsForItsRejectForATimeOnly) {
  start({.limits = {.logout_grace = 50ms}});
  auto peer = gateway_->log_on("BROKER1");
  pipeline_.hold();
  peer->send("D", "43=Y|122=20991231-00:00:00|" + order_fields("A1"));
  EXPECT_EQ(peer->read_type("5").value(58), "OrigSendingTime(122) is later than SendingTime(52)");
  peer->close();
  pipeline_.go_on();
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const auto& s) { return !s.up; }));
  peer = gateway_->log_on("BROKER1", 3);
  const RawFixMessage reject = peer->read_type("3");
  EXPECT_EQ(reject.value(45), "2");
  EXPECT_EQ(reject.value(97), "");
}

TEST_F(ExactlyOnceTest, ARefusalThatWasNotDurableIsDecidedAgain) {
  start();
  auto peer = gateway_->log_on("BROKER1");
  pipeline_.hold();
  peer->send("D", order_fields("A1") + "9999=unknown|");
  ASSERT_TRUE(pipeline_.wait_for_submitted(1));
  kill();

  start();
  EXPECT_EQ(pipeline_.sessions()[0].next_in, MsgSeqNum{1}) << "nothing durable used a number";
  peer = gateway_->log_on("BROKER1", 3);
  EXPECT_EQ(peer->read().value(7), "1");
}

}  // namespace
}  // namespace betex::test

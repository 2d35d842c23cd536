// What a session is told again, beside what is new: numbered and kept like an answer, and no proof
// of anything.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::EventSeq;
using matching::SessionInfo;

constexpr auto kNothing = 150ms;

class SessionReplayTest : public testing::Test {
 protected:
  void start(const TestGatewayOptions& options = {}) {
    gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path(), options);
    peer_ = gateway_->log_on("BROKER1");
    session_ = pipeline_.sessions()[0].session;
  }

  void ask(const std::string& id) {
    peer_->send("BW", "1346=" + id + "|1347=0|1351=1|1355=BETEX|1182=1|1183=0|");
  }

  void expect_promise(const std::string& id) {
    const RawFixMessage answer = peer_->read_type("BX");
    EXPECT_EQ(answer.value(1346), id) << answer.text();
    EXPECT_EQ(answer.value(1348), "0") << answer.text();
  }

  // Reports of events from `first` on that the client has had before.
  void tell_again(std::uint32_t number,
                  std::uint64_t first,
                  std::uint64_t count,
                  bool last = false) {
    gateway::ReplayPortion portion{
        .subscription = gateway::SubscriptionId{1}, .number = number, .reports = {}, .last = last};
    for (std::uint64_t i = 0; i < count; ++i) {
      fix::ExecutionReport body;
      body.order_id = matching::OrderId{first + i};
      body.cl_ord_id = matching::ClOrdId{"R" + std::to_string(first + i)};
      portion.reports.push_back(
          {.id = {.event = EventSeq{first + i}, .leg = 1}, .body = body, .told_again = true});
    }
    gateway_->server().tell_again(session_, std::move(portion));
  }

  void expect_told_again(std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      const RawFixMessage report = peer_->read_type("8");
      ASSERT_EQ(report.value(11), "R" + std::to_string(i)) << report.text();
      ASSERT_EQ(report.value(97), "Y") << report.text();
      ASSERT_EQ(report.value(17), std::to_string(i) + "-1") << report.text();
    }
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
  std::unique_ptr<RawFixPeer> peer_;
  matching::SessionId session_;
};

TEST_F(SessionReplayTest, ComesBehindItsPromiseInPortionsThatAreTaken) {
  start();
  tell_again(1, 1, 3);  // before the promise has been sent
  EXPECT_FALSE(peer_->try_read(kNothing));
  ask("R");
  expect_promise("R");
  expect_told_again(1, 3);
  ASSERT_TRUE(gateway_->replays().wait_for_taken(1));
  EXPECT_EQ(gateway_->replays().taken()[0].number, 1U);
  tell_again(1, 4, 2, true);
  expect_told_again(4, 2);
  EXPECT_EQ(gateway_->replays().taken().size(), 1U) << "behind the last one nothing comes";
}

TEST_F(SessionReplayTest, WhatIsNewComesBetween) {
  start();
  ask("R");
  expect_promise("R");
  tell_again(1, 1, 2);
  expect_told_again(1, 2);
  pipeline_.make_reports(session_, 1);
  const RawFixMessage fresh = peer_->read_type("8");
  EXPECT_EQ(fresh.value(97), "");
  tell_again(1, 3, 2);
  expect_told_again(3, 2);
}

TEST_F(SessionReplayTest, ProvesNothingAndIsNoReportThatWasSent) {
  start();
  pipeline_.make_reports(session_, 2);
  const EventSeq made = pipeline_.last_seq();
  const fix::OutboundState before = [&] {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(peer_->read().type(), "8");
    }
    return gateway_->cache().state(session_).value();
  }();
  const std::size_t unproven = gateway_->cache().space().unproven();
  ask("R");
  expect_promise("R");
  tell_again(1, 1, 5);
  expect_told_again(1, 5);
  ASSERT_TRUE(gateway_->replays().wait_for_taken(1));
  const fix::OutboundState after = gateway_->cache().state(session_).value();
  EXPECT_EQ(after.sent, before.sent);
  EXPECT_EQ(after.last_number.value(), before.last_number.value() + 6);
  EXPECT_EQ(gateway_->cache().space().unproven(), unproven) << "what is told again is not kept so";
  peer_->send("0", "369=" + std::to_string(after.last_number.value()) + "|");
  EXPECT_TRUE(pipeline_.wait_for_session(
      "BROKER1", [made](const SessionInfo& s) { return s.delivered == made; }));
  EXPECT_LE(pipeline_.consumed(), 3U) << "of the feed's: two reports and the promise";
}

TEST_F(SessionReplayTest, AResendBringsItAgainAsItWas) {
  start();
  ask("R");
  expect_promise("R");
  tell_again(1, 1, 3);
  expect_told_again(1, 3);
  peer_->send("2", "7=3|16=5|");
  for (int number = 3; number <= 5; ++number) {
    const RawFixMessage report = peer_->read_type("8");
    EXPECT_EQ(report.number(), number);
    EXPECT_EQ(report.value(43), "Y");
    EXPECT_EQ(report.value(97), "Y");
  }
}

TEST_F(SessionReplayTest, WaitsForTheEndOfAResend) {
  constexpr int kReports = 1500;
  start({.limits = {.outbound_queue_bytes = 40'000}});
  pipeline_.make_reports(session_, kReports);
  for (int i = 0; i < kReports; ++i) {
    ASSERT_EQ(peer_->read_type("8").value(97), "");
  }
  ask("R");
  expect_promise("R");
  peer_->send("2", "7=2|16=0|");
  ASSERT_EQ(peer_->read_type("8").value(43), "Y");  // it has begun
  tell_again(1, 1, 3);
  for (int i = 1; i < kReports; ++i) {
    ASSERT_EQ(peer_->read_type("8").value(43), "Y");
  }
  EXPECT_EQ(peer_->read_type("BX").value(43), "Y");
  expect_told_again(1, 3);
}

TEST_F(SessionReplayTest, WhoDoesNotReadIsToldNoMoreThanAPartOfTheQueue) {
  start({.limits = {.outbound_queue_bytes = 400'000}});
  ask("R");
  expect_promise("R");
  constexpr std::uint64_t kMany = 40'000;
  tell_again(1, 1, kMany);  // no stage hands over so many
  std::this_thread::sleep_for(kNothing);
  EXPECT_TRUE(gateway_->replays().taken().empty());
  expect_told_again(1, kMany);
  EXPECT_TRUE(gateway_->replays().wait_for_taken(1));
  EXPECT_EQ(gateway_->server().metrics().slow_readers.value(), 0U);
}

TEST_F(SessionReplayTest, ALaterOneReplacesIt) {
  start();
  ask("R");
  expect_promise("R");
  tell_again(1, 1, 1);
  expect_told_again(1, 1);
  ask("S");
  expect_promise("S");
  tell_again(1, 2, 3);
  tell_again(2, 1, 2);
  expect_told_again(1, 2);
}

TEST_F(SessionReplayTest, EndsWithTheLogonAndWhatComesLaterIsGivenBack) {
  start();
  ask("R");
  expect_promise("R");
  peer_->send("5");
  EXPECT_EQ(peer_->read_type("5").type(), "5");
  ASSERT_TRUE(gateway_->replays().wait_for_left(1));
  EXPECT_EQ(gateway_->replays().left()[0], gateway::SubscriptionId{1});
  tell_again(1, 1, 3);
  ASSERT_TRUE(gateway_->replays().wait_for_left(2)) << "nobody's portion";
  EXPECT_TRUE(gateway_->replays().taken().empty());
  const auto again = gateway_->log_on("BROKER1", peer_->next_out);
  tell_again(1, 1, 3);
  EXPECT_FALSE(again->try_read(kNothing));
}

TEST_F(SessionReplayTest, OperatorsAskLikeOthers) {
  start();
  peer_ = gateway_->log_on("OPS1");
  for (const SessionInfo& info : pipeline_.sessions()) {
    session_ = info.comp_id.view() == "OPS1" ? info.session : session_;
  }
  ask("R");
  expect_promise("R");
  tell_again(1, 1, 2);
  expect_told_again(1, 2);
}

}  // namespace
}  // namespace betex::test

// How sessions stand, as an operator is told who asks.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/session/session_ports.h"
#include "tests/gateway/session/test_gateway.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using fix::CounterpartyState;
using fix::CounterpartyStatus;
using matching::MsgSeqNum;
using matching::Name;
using testing::ElementsAre;

class SessionStandingTest : public testing::Test {
 protected:
  [[nodiscard]] fix::SessionPorts ports() { return {gateway_->server(), nullptr}; }

  [[nodiscard]] CounterpartyState standing(const std::string& comp_id) {
    const Name name{comp_id};
    return ports().counterparties({&name, 1}).at(0);
  }

  // What is told is a moment old.
  [[nodiscard]] bool comes_to(const std::string& comp_id,
                              const std::function<bool(const CounterpartyState&)>& wanted) {
    return test::comes_to([&] { return wanted(standing(comp_id)); });
  }

  [[nodiscard]] bool comes_to(const std::string& comp_id, CounterpartyStatus status) {
    return comes_to(comp_id,
                    [&](const CounterpartyState& state) { return state.status == status; });
  }

  void start() { gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path()); }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path());
};

std::vector<std::string> names_of(const std::vector<CounterpartyState>& states) {
  std::vector<std::string> names;
  for (const CounterpartyState& state : states) {
    names.emplace_back(state.comp_id.view());
  }
  return names;
}

TEST_F(SessionStandingTest, AllAreToldInTheirOrderOrThoseThatAreNamed) {
  EXPECT_THAT(names_of(ports().counterparties({})),
              ElementsAre("BROKER1", "BROKER2", "BROKER3", "STRICT", "OPS1"));
  const std::vector<Name> named{Name{"OPS1"}, Name{"NOBODY"}, Name{"BROKER2"}};
  EXPECT_THAT(names_of(ports().counterparties(named)), ElementsAre("OPS1", "BROKER2"));
}

TEST_F(SessionStandingTest, OneThatAReloadHasTakenAwayIsNotTold) {
  auto sessions = test_sessions();
  std::erase_if(sessions, [](const auto& settings) { return settings.comp_id == "BROKER2"; });
  gateway_->server().reload({}, sessions, std::nullopt);
  EXPECT_THAT(names_of(ports().counterparties({})),
              ElementsAre("BROKER1", "BROKER3", "STRICT", "OPS1"));
}

TEST_F(SessionStandingTest, OneThatWasNeverOnHasNoNumbers) {
  const CounterpartyState state = standing("OPS1");
  EXPECT_EQ(state.status, CounterpartyStatus::DownExpected);
  EXPECT_EQ(state.words, "off since the start");
  EXPECT_EQ(state.role, fix::SessionRole::Ops);
  EXPECT_EQ(state.epoch, matching::SessionEpoch{0});
}

TEST_F(SessionStandingTest, OneThatIsOnIsToldWithItsNumbers) {
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read().type(), "8");
  ASSERT_TRUE(comes_to("BROKER1", [](const CounterpartyState& state) {
    return state.next_in == MsgSeqNum{3} && state.last_out == MsgSeqNum{2} &&
           state.queue_bytes == 0;
  }));
  const CounterpartyState state = standing("BROKER1");
  EXPECT_EQ(state.status, CounterpartyStatus::Connected);
  EXPECT_EQ(state.words, "on");
  EXPECT_EQ(state.epoch, matching::SessionEpoch{1});
  EXPECT_EQ(state.reserved_to, MsgSeqNum{10'000});
  EXPECT_EQ(state.peer, "127.0.0.1");
  EXPECT_GT(state.last_heard, matching::Timestamp{0});
}

TEST_F(SessionStandingTest, OneThatHasLoggedOutIsOffInOrderAndALostOneIsNot) {
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("5");
  EXPECT_EQ(peer->read_type("5").type(), "5");
  ASSERT_TRUE(comes_to("BROKER1", CounterpartyStatus::DownExpected));
  EXPECT_EQ(standing("BROKER1").words, "off: the client has logged out");
  EXPECT_EQ(standing("BROKER1").peer, "");

  gateway_->log_on("BROKER2")->close();
  ASSERT_TRUE(comes_to("BROKER2", CounterpartyStatus::DownUnexpected));
  EXPECT_EQ(standing("BROKER2").words, "off: its connection has ended without a Logout");
}

TEST_F(SessionStandingTest, OneThatWaitsForTheJournalIsOnItsWay) {
  pipeline_.hold();
  const auto peer = gateway_->connect("BROKER1");
  peer->send("A", logon_fields("BROKER1"));
  EXPECT_TRUE(comes_to("BROKER1", CounterpartyStatus::InProcess));
  EXPECT_EQ(standing("BROKER1").words, "logs on");
  pipeline_.go_on();
  EXPECT_TRUE(comes_to("BROKER1", CounterpartyStatus::Connected));
}

TEST_F(SessionStandingTest, WhatTheJournalKnowsIsToldAfterAStartToo) {
  const auto peer = gateway_->log_on("BROKER1");
  gateway_.reset();
  pipeline_.crash();
  start();
  const CounterpartyState state = standing("BROKER1");
  EXPECT_EQ(state.epoch, matching::SessionEpoch{1});
  EXPECT_EQ(state.next_in, MsgSeqNum{1}) << "of a Logon the journal is told by the end alone";
  EXPECT_EQ(state.reserved_to, MsgSeqNum{10'000});
}

// As a gateway does: it knows from before its own SessionDown who was on.
TEST_F(SessionStandingTest, OneThatACrashHasCutOffIsOffUnexpectedly) {
  matching::SessionInfo known{.session = matching::SessionId{9},
                              .comp_id = Name{"OTHER"},
                              .epoch = matching::SessionEpoch{1},
                              .up = true};
  auto settings = test_sessions()[0];
  settings.comp_id = "OTHER";
  gateway_->server().add_session(settings, known);
  EXPECT_EQ(standing("OTHER").status, CounterpartyStatus::DownUnexpected);
  EXPECT_EQ(standing("OTHER").words, "off since the start: the gateway ended while it was on");
}

}  // namespace
}  // namespace betex::test

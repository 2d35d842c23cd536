// Who is on: what the sessions know, as an operator is told it.
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/link/network_view.h"
#include "tests/gateway/reports/operators_fixture.h"

namespace betex::gateway::testing {
namespace {

// So many sessions, S1 and so on, and those of the fixture's that are asked for.
class FakeNetwork final : public NetworkView {
 public:
  [[nodiscard]] std::vector<fix::CounterpartyState> counterparties(
      std::span<const Name> comp_ids) const override {
    std::vector<fix::CounterpartyState> found;
    for (const Name& comp_id : comp_ids) {
      found.push_back({.comp_id = comp_id, .status = fix::CounterpartyStatus::Connected});
    }
    for (std::size_t i = 1; comp_ids.empty() && i <= sessions; ++i) {
      found.push_back({.comp_id = Name{"S" + std::to_string(i)}});
    }
    return found;
  }

  [[nodiscard]] fix::NodeState node() const override {
    return {.durable = matching::EventSeq{77}, .segments = 3};
  }

  std::size_t sessions = 0;
};

class NetworkStatusTest : public OperatorsTest {
 protected:
  void SetUp() override {
    pipeline.report.connect(network);
    OperatorsTest::SetUp();
  }

  std::vector<fix::NetworkStatus> ask_who_is_on(std::vector<Name> comp_ids = {}) {
    sink.reports.clear();
    pipeline.ask(NetworkStatusQuery{.session = kOps1,
                                    .msg_seq_num = matching::MsgSeqNum{5},
                                    .network_request_id = Name{"N1"},
                                    .comp_ids = std::move(comp_ids)});
    pipeline.run();
    std::vector<fix::NetworkStatus> answers;
    for (const fix::Report& report : reports_of(kOps1)) {
      EXPECT_EQ(report.id, fix::ReportId{});
      answers.push_back(std::get<fix::NetworkStatus>(report.body));
    }
    return answers;
  }

  FakeNetwork network;
};

TEST_F(NetworkStatusTest, AMessageTellsOfFiftySessionsAndTheLastOfTheNode) {
  for (const auto& [sessions, messages] :
       {std::pair<std::size_t, std::size_t>{0, 1}, {1, 1}, {50, 1}, {51, 2}, {120, 3}}) {
    network.sessions = sessions;
    const std::vector<fix::NetworkStatus> answers = ask_who_is_on();
    ASSERT_EQ(answers.size(), messages) << sessions;
    std::size_t told_of = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      EXPECT_EQ(answers[i].request_id, Name{"N1"});
      EXPECT_EQ(answers[i].number, i + 1);
      EXPECT_EQ(answers[i].last, i + 1 == messages);
      EXPECT_EQ(answers[i].node.has_value(), answers[i].last);
      for (const fix::CounterpartyState& session : answers[i].sessions) {
        EXPECT_EQ(session.comp_id, Name{"S" + std::to_string(++told_of)});
      }
    }
    EXPECT_EQ(told_of, sessions);
    EXPECT_EQ(answers.back().node->durable, matching::EventSeq{77});
  }
}

TEST_F(NetworkStatusTest, TheLogSaysWhoIsSuspended) {
  ask("k1", matching::SuspendSession{.comp_id = Name{"TWO"}});
  std::vector<fix::NetworkStatus> answers = ask_who_is_on({Name{"ONE"}, Name{"TWO"}});
  ASSERT_EQ(answers.size(), 1U);
  ASSERT_EQ(answers[0].sessions.size(), 2U);
  EXPECT_EQ(answers[0].sessions[0].comp_id, Name{"ONE"});
  EXPECT_EQ(answers[0].sessions[0].status, fix::CounterpartyStatus::Connected);
  EXPECT_FALSE(answers[0].sessions[0].suspended);
  EXPECT_TRUE(answers[0].sessions[1].suspended);
  EXPECT_TRUE(answers[0].sessions[1].words.ends_with(", suspended"))
      << answers[0].sessions[1].words;
  ask("k2", matching::ResumeSession{.comp_id = Name{"TWO"}});
  answers = ask_who_is_on({Name{"TWO"}});
  EXPECT_FALSE(answers[0].sessions[0].suspended);
}

}  // namespace
}  // namespace betex::gateway::testing

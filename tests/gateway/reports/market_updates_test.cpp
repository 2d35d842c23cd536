// Operators that have asked for it are told how markets change as brokers are: live, and behind a
// lost connection or a restart.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/operators_fixture.h"

namespace betex::gateway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Updates = SecurityListQuery::Updates;

const Name kMarket{"MKT"};

class MarketUpdatesTest : public OperatorsTest {
 protected:
  void follow(Updates updates, SessionId session = kOps1) {
    pipeline.ask(
        SecurityListQuery{.session = session, .security_req_id = Name{"L"}, .updates = updates});
    settle();
  }

  // Of what the session has been told since this was last asked, that which tells of a status.
  Lines statuses(SessionId session) {
    Lines lines = told_to(session);
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with("f "); });
    return lines;
  }

  void suspend_and_resume() {
    ask("s" + std::to_string(++asked_), matching::SuspendMarket{.market = kMarket}, kOps2);
    ask("r" + std::to_string(asked_), matching::ResumeMarket{.market = kMarket}, kOps2);
  }

  // What it is told at a logon that goes on from the last report that it got.
  std::vector<fix::Report> log_on_again(SessionId session, fix::ReportId got) {
    sink.reports.clear();
    const SubscriptionId logon{++logons_};
    pipeline.feed.subscribe(session, logon, got);
    pipeline.run();
    return reports_of(session, logon);
  }

  static std::vector<fix::Report> only_statuses(std::vector<fix::Report> reports) {
    std::erase_if(reports, [](const fix::Report& report) {
      return !std::holds_alternative<fix::SecurityStatus>(report.body);
    });
    return reports;
  }

 private:
  int asked_ = 0;
  std::uint64_t logons_ = kFirst.value();
};

TEST_F(MarketUpdatesTest, AnOperatorThatHasNotAskedIsToldNothing) {
  follow(Updates::AsBefore);
  told_to(kOps1);
  suspend_and_resume();
  EXPECT_THAT(statuses(kOps1), IsEmpty());
  EXPECT_THAT(statuses(kOps2), IsEmpty());
  EXPECT_EQ(statuses(kOne).size(), 4U);
}

TEST_F(MarketUpdatesTest, OneThatHasIsToldWhatBrokersAreFromThenOn) {
  suspend_and_resume();
  follow(Updates::Begin);
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("UOR id=s1 op=Suspend result=0 market=MKT version=2 state=3 copy by=OPS2",
                          "UOR id=r1 op=Resume result=0 market=MKT version=3 state=2 copy by=OPS2",
                          "y id=L symbol=RUN status=1 version=3",
                          "y id=L symbol=OTHER status=1 version=3 last"));
  told_to(kOne);
  ask("t", matching::TurnInPlay{.market = kMarket}, kOps2);
  ask("m", matching::ChangeMarket{.market = kMarket, .bet_delay_ms = 0}, kOps2);
  ask("c", matching::CloseMarket{.market = kMarket}, kOps2);
  ask("d",
      matching::DetermineMarket{
          .market = kMarket, .shares = {{.symbol = Name{"RUN"}, .numerator = 1, .denominator = 1}}},
      kOps2);
  ask("p", matching::SettleMarket{.market = kMarket}, kOps2);
  ask("v", matching::VoidMarket{.market = kMarket}, kOps2);
  const Lines of_broker = statuses(kOne);
  EXPECT_THAT(of_broker, ::testing::SizeIs(::testing::Gt(8U)));
  EXPECT_EQ(statuses(kOps1), of_broker);
  EXPECT_THAT(statuses(kOps2), IsEmpty()) << "each asks for itself";
  EXPECT_THAT(statuses(kTwo), IsEmpty());
  EXPECT_THAT(statuses(kDrop), IsEmpty());
}

TEST_F(MarketUpdatesTest, ItIsToldOfARunnerThatIsRemoved) {
  follow(Updates::Begin);
  told_to(kOps1);
  ask("x", matching::RemoveRunner{.market = kMarket, .symbol = Name{"OTHER"}}, kOps2);
  const Lines of_broker = statuses(kOne);
  EXPECT_THAT(of_broker, ::testing::Contains(::testing::StartsWith("f symbol=OTHER status=18")));
  EXPECT_EQ(statuses(kOps1), of_broker);
}

// In the order in which they happen: what others see of a change, then who was answered.
TEST_F(MarketUpdatesTest, TheStatusComesBeforeTheAnswerToWhoHasAsked) {
  follow(Updates::Begin);
  told_to(kOps1);
  ask("h", matching::HaltMarket{.market = kMarket});
  EXPECT_THAT(told_to(kOps1),
              ElementsAre("f symbol=RUN status=2 version=2",
                          "f symbol=OTHER status=2 version=2",
                          "UOR id=h op=Halt result=0 market=MKT version=2 state=4"));
}

TEST_F(MarketUpdatesTest, AskingAgainTellsNothingTwice) {
  follow(Updates::Begin);
  follow(Updates::Begin);
  told_to(kOps1);
  suspend_and_resume();
  EXPECT_EQ(statuses(kOps1).size(), 4U);
}

TEST_F(MarketUpdatesTest, TheEndIsHeardAndListsNothing) {
  follow(Updates::Begin);
  suspend_and_resume();
  told_to(kOps1);
  follow(Updates::End);
  EXPECT_THAT(told_to(kOps1), ElementsAre("y id=L last"));
  suspend_and_resume();
  EXPECT_THAT(statuses(kOps1), IsEmpty());
  follow(Updates::Begin);
  told_to(kOps1);
  suspend_and_resume();
  EXPECT_EQ(statuses(kOps1).size(), 4U);
}

// Brokers are always told and drop copies never, whatever comes from them.
TEST_F(MarketUpdatesTest, OfOthersItChangesNothing) {
  for (const SessionId session : {kOne, kTwo, kDrop}) {
    follow(Updates::Begin, session);
    told_to(session);
  }
  suspend_and_resume();
  EXPECT_EQ(statuses(kOne).size(), 4U);
  EXPECT_THAT(statuses(kTwo), IsEmpty());
  EXPECT_THAT(statuses(kDrop), IsEmpty());
  follow(Updates::End, kOne);
  told_to(kOne);
  suspend_and_resume();
  EXPECT_EQ(statuses(kOne).size(), 4U);
}

TEST_F(MarketUpdatesTest, WhatWasMissedComesAtTheNextLogonAsToBrokers) {
  suspend_and_resume();
  follow(Updates::Begin);
  for (const SessionId session : {kOne, kOps1}) {
    pipeline.feed.unsubscribe(session, kFirst);
  }
  pipeline.run();
  const fix::ReportId here{pipeline.engine.last_seq(), kProposerLeg};
  suspend_and_resume();
  const std::vector<fix::Report> of_broker = log_on_again(kOne, here);
  EXPECT_EQ(of_broker.size(), 4U);
  EXPECT_EQ(only_statuses(log_on_again(kOps1, here)), of_broker);

  // And live from there on; also where nothing was proven to have arrived, none from before it
  // asked.
  const std::vector<fix::Report> all =
      only_statuses(log_on_again(kOps1, fix::ReportId{begin, kProposerLeg}));
  EXPECT_EQ(all, of_broker);
  sink.reports.clear();
  ask("h", matching::HaltMarket{.market = kMarket}, kOps2);
  std::size_t live = 0;
  for (const RecordingSink::Delivery& delivery : sink.reports) {
    live += delivery.session == kOps1 &&
                    std::holds_alternative<fix::SecurityStatus>(delivery.report.body)
                ? 1U
                : 0U;
  }
  EXPECT_EQ(live, 2U);
}

// What it was told when it came live is what it is told late, also where it has ended meanwhile.
TEST_F(MarketUpdatesTest, ALaterEndTakesNothingBack) {
  follow(Updates::Begin);
  const fix::ReportId here{pipeline.engine.last_seq(), kProposerLeg};
  suspend_and_resume();
  const std::vector<fix::Report> live = only_statuses(reports_of(kOps1));
  ASSERT_EQ(live.size(), 4U);
  follow(Updates::End);
  suspend_and_resume();
  EXPECT_EQ(only_statuses(log_on_again(kOps1, here)), live);
}

// As a start makes it: from the log alone, or from a snapshot's note and the log behind it.
TEST_F(MarketUpdatesTest, ARestartKeepsIt) {
  follow(Updates::Begin);
  suspend_and_resume();
  const matching::EventSeq middle = pipeline.engine.last_seq();
  const std::string note = pipeline.report.state().cursors.note(middle);
  suspend_and_resume();
  const std::vector<fix::Report> live = only_statuses(reports_of(kOps1));
  ASSERT_EQ(live.size(), 8U);

  ReportState from_the_log;
  from_the_log.model = ReadModel{operators_audience()};
  ReportState from_a_note;
  matching::Engine replayed;
  for (const StoredTransaction& transaction : pipeline.log.committed) {
    from_the_log.take(transaction.view());
    if (transaction.view().last_seq() > middle) {
      from_a_note.take(transaction.view());
      continue;
    }
    replayed.apply(transaction.view());
    if (transaction.view().last_seq() == middle) {
      from_a_note.model = ReadModel{replayed, operators_audience()};
      from_a_note.last_seq = middle;
      ASSERT_TRUE(from_a_note.cursors.read_note(note));
    }
  }
  for (ReportState* const state : {&from_the_log, &from_a_note}) {
    WaitStrategy wait;
    EventRing ring{{.capacity = 64, .arena_size = 1 << 16}, wait};
    EventConsumer& consumer = ring.add_consumer({.name = "report", .wait = wait});
    ReportStage restarted{consumer, wait, std::move(*state), pipeline.log.sources()};
    RecordingSink late;
    restarted.connect(late);
    restarted.feed().subscribe(kOps1, SubscriptionId{9}, {begin, kProposerLeg});
    while (restarted.do_work() > 0) {
    }
    std::vector<fix::Report> told;
    for (const RecordingSink::Delivery& delivery : late.reports) {
      told.push_back(delivery.report);
    }
    EXPECT_EQ(only_statuses(std::move(told)), live);
  }
}

}  // namespace
}  // namespace betex::gateway::testing

// What is told of order groups and of their orders: from events that are written by hand, so that
// each thing is told whatever an engine makes of it.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/reports/long_answer.h"
#include "tests/gateway/reports/written_exchange.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;
using matching::CancelCause;
using matching::OrderGroupAction;
using matching::Quantity;
using matching::Reason;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OrderGroupReports : public WrittenExchange {
 protected:
  static matching::TradeLeg leg(std::uint64_t order,
                                SessionId session,
                                const matching::OrderValues& after) {
    return {.order = OrderId{order}, .account = kAcc, .session = session, .values = after};
  }

  // Of orders of ACC, at odds of 2.
  static matching::TradeMatched trade(const matching::TradeLeg& maker,
                                      const matching::TradeLeg& taker,
                                      std::int64_t quantity) {
    return {.header = in_market(),
            .instrument = matching::InstrumentId{1},
            .price = matching::Price{200},
            .quantity = Quantity{quantity},
            .taker_side = matching::Side::Bid,
            .maker = maker,
            .taker = taker};
  }

  static matching::OrderGroupTripped tripped(SessionId requester,
                                             std::uint32_t total,
                                             const char* id = "") {
    matching::OrderGroupStanding after = standing();
    after.filled = Decimal{50'000'000};
    after.state = matching::OrderGroupState::Tripped;
    return {.group = 1,
            .account = kAcc,
            .requester = requester,
            .total = total,
            .standing = after,
            .name = Reference{"MM"},
            .cl_ord_id = ClOrdId{id}};
  }

  // A group "MM" with orders of both brokers, and one outside it.
  void open_group() {
    happen(group_set(1, "MM"));
    happen(accepted(1, kOne, 1, "strategy-1"));
    happen(accepted(2, kTwo, 1));
    happen(accepted(3, kOne, 0, "strategy-3"));
    told.clear();
  }

  std::size_t names() const { return state.model.orders().groups().size(); }

  void forget() { state.model.forget_finished(state.cursors, {}, 1'000); }

  void prove_delivery(std::vector<SessionId> sessions) {
    for (const SessionId session : sessions) {
      happen(matching::ReportsDelivered{.session = session, .delivered = log.last_seq()});
    }
  }

  void end_generations() {
    happen(matching::ClOrdIdGenerationEnded{});
    happen(matching::ClOrdIdGenerationEnded{});
  }
};

// ---- References and names of groups

TEST_F(OrderGroupReports, EveryReportOfAnOrderBearsItsReferenceAndItsGroup) {
  happen(group_set(1, "MM"));
  told.clear();
  matching::OrderAccepted delayed = accepted(1, kOne, 1, "strategy-1");
  delayed.entry = matching::Entry::Delayed;
  happen(delayed);
  happen(matching::OrderReleased{.header = in_market(),
                                 .order = OrderId{1},
                                 .session = kOne,
                                 .entry = matching::Entry::Rests,
                                 .values = values(1'000, 0, 1'000)});
  happen(accepted(2, kTwo));
  happen(trade(leg(1, kOne, values(1'000, 400, 600)), leg(2, kTwo, values(1'000, 400, 600)), 400));
  happen(matching::OrderReduced{.header = in_market(),
                                .order = OrderId{1},
                                .session = kOne,
                                .cause = CancelCause::SelfTradeDecrement,
                                .quantity = Quantity{100},
                                .values = values(900, 400, 500)});
  happen(matching::OrderAmended{.header = in_market(),
                                .order = OrderId{1},
                                .session = kOne,
                                .requester = kTwo,
                                .values = values(800, 400, 400, 1),
                                .cl_ord_id = ClOrdId{"AMENDED"}});
  happen(matching::OrderStatusAnswered{.header = in_market(),
                                       .order = OrderId{1},
                                       .account = kAcc,
                                       .session = kOne,
                                       .live = true,
                                       .values = values(800, 400, 400, 1),
                                       .symbol = Name{"RUN"},
                                       .cl_ord_id = ClOrdId{"O1"}});
  happen(matching::OrderCancelled{.header = in_market(),
                                  .order = OrderId{1},
                                  .session = kOne,
                                  .cause = CancelCause::Disconnected,
                                  .values = values(800, 400, 0, 1)});
  happen(accepted(3, kOne, 1, "strategy-3"));
  happen(matching::OrderExpired{
      .header = in_market(), .order = OrderId{3}, .session = kOne, .values = values(1'000, 0, 0)});
  EXPECT_THAT(lines(kOne),
              ElementsAre("8 exec=A id=O1 ref=strategy-1 group=MM",
                          "8 exec=0 id=O1 ref=strategy-1 group=MM",
                          "8 exec=F id=O1 ref=strategy-1 group=MM",
                          "8 exec=D id=O1 ref=strategy-1 group=MM why=5",
                          "8 exec=5 id=AMENDED ref=strategy-1 group=MM",
                          "8 exec=I id=AMENDED ref=strategy-1 group=MM",
                          "8 exec=4 id=AMENDED ref=strategy-1 group=MM why=12",
                          "8 exec=0 id=O3 ref=strategy-3 group=MM",
                          "8 exec=C id=O3 ref=strategy-3 group=MM"));
  EXPECT_THAT(
      lines(kTwo),
      ElementsAre(
          "8 exec=0 id=O2", "8 exec=F id=O2", "8 exec=5 id=AMENDED ref=strategy-1 group=MM"));
  Lines of_drop_copy = lines(kDrop);
  ASSERT_EQ(of_drop_copy.size(), 10U);
  EXPECT_EQ(
      std::ranges::count_if(
          of_drop_copy, [](const std::string& line) { return line.find("group=MM") != line.npos; }),
      8);
}

TEST_F(OrderGroupReports, AStatusBearsThemToo) {
  open_group();
  const auto body = [&](std::uint64_t order) {
    const fix::Report answer = state.maker().status(OrderId{order}, {}, {.session = kOne});
    return std::get<ExecutionReport>(answer.body);
  };
  EXPECT_EQ(body(1).reference, Reference{"strategy-1"});
  EXPECT_EQ(body(1).order_group, Reference{"MM"});
  EXPECT_EQ(body(3).reference, Reference{"strategy-3"});
  EXPECT_TRUE(body(3).order_group.empty());
  EXPECT_TRUE(body(0).reference.empty()) << "of one that is unknown";
  EXPECT_TRUE(body(0).order_group.empty());
}

TEST_F(OrderGroupReports, ARefusedOrderEchoesThem) {
  happen(matching::OrderRejected{.account = kAcc,
                                 .session = kOne,
                                 .reason = Reason::UnknownOrderGroup,
                                 .side = matching::Side::Bid,
                                 .account_name = Name{"ACC"},
                                 .symbol = Name{"RUN"},
                                 .cl_ord_id = ClOrdId{"R"},
                                 .reference = Reference{"mine"},
                                 .order_group = Reference{"NEVER"}});
  EXPECT_THAT(lines(kOne), ElementsAre("8 exec=8 id=R ref=mine group=NEVER"));
  EXPECT_THAT(lines(kDrop), ElementsAre("8 exec=8 id=R ref=mine group=NEVER"));
}

TEST_F(OrderGroupReports, AFillSaysWhichSideTook) {
  open_group();
  happen(trade(leg(1, kOne, values(1'000, 400, 600)), leg(2, kTwo, values(1'000, 400, 600)), 400));
  const auto makers = executions(kOne);
  const auto takers = executions(kTwo);
  ASSERT_EQ(makers.size(), 1U);
  ASSERT_EQ(takers.size(), 1U);
  EXPECT_FALSE(makers[0].aggressor);
  EXPECT_TRUE(takers[0].aggressor);
  const auto copies = executions(kDrop);
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_FALSE(copies[0].aggressor);
  EXPECT_TRUE(copies[1].aggressor);
  for (const Told& one : told) {
    EXPECT_EQ(one.report.id.event, log.last_seq()) << "the trade's own";
  }
}

// ---- What becomes of a group

TEST_F(OrderGroupReports, WhoAsksIsAnsweredAndDropCopiesGetACopy) {
  matching::OrderGroupSet update = group_set(1, "MM", kTwo, "G2");
  update.action = OrderGroupAction::Update;
  update.standing.cancel_on_disconnect = kTwo;
  update.standing.counted = matching::CountedFills::Makers;
  happen(group_set(1, "MM"));
  happen(update);
  happen(matching::OrderGroupReset{.group = 1,
                                   .account = kAcc,
                                   .requester = kOne,
                                   .standing = standing(3),
                                   .name = Reference{"MM"},
                                   .cl_ord_id = ClOrdId{"G3"}});
  happen(matching::OrderGroupRejected{.account = kAcc,
                                      .requester = kOne,
                                      .reason = Reason::UnknownOrderGroup,
                                      .action = OrderGroupAction::Trip,
                                      .account_name = Name{"ACC"},
                                      .name = Reference{"NEVER"},
                                      .cl_ord_id = ClOrdId{"G4"}});
  happen(group_deleted(1, "MM"));
  const std::string created =
      "account=ACC group=MM action=1 state=1 limit=50000000 filled=7000000 window=1000 counted=1";
  const std::string updated =
      "account=ACC group=MM action=2 state=1 limit=50000000 filled=7000000 window=1000 counted=2 "
      "cancels";
  const std::string reset =
      "account=ACC group=MM action=3 state=1 limit=50000000 filled=7000000 window=1000 live=3 "
      "counted=1";
  EXPECT_THAT(lines(kOne),
              ElementsAre("UOH id=G " + created,
                          "UOH id=G3 " + reset,
                          "UOH id=G4 account=ACC group=NEVER action=4 reason=69",
                          "UOH id=D account=ACC group=MM action=5"));
  EXPECT_THAT(lines(kTwo), ElementsAre("UOH id=G2 " + updated));
  EXPECT_THAT(lines(kDrop),
              ElementsAre("UOH " + created + " copy",
                          "UOH " + updated + " copy",
                          "UOH " + reset + " copy",
                          "UOH account=ACC group=NEVER action=4 copy reason=69",
                          "UOH account=ACC group=MM action=5 copy"));
  EXPECT_THAT(lines(kOther), IsEmpty());
  EXPECT_THAT(lines(kOps), IsEmpty());
}

TEST_F(OrderGroupReports, ARefusalForNoAccountThatThereIsIsToldToWhoHasAskedAlone) {
  happen(matching::OrderGroupRejected{.requester = kOne,
                                      .reason = Reason::UnknownAccount,
                                      .action = OrderGroupAction::Create,
                                      .account_name = Name{"NOBODY"},
                                      .name = Reference{"MM"},
                                      .cl_ord_id = ClOrdId{"G"}});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(lines(kOne),
              ElementsAre("UOH id=G account=NOBODY group=MM action=1 reason=" +
                          std::to_string(static_cast<int>(Reason::UnknownAccount))));
}

// The taker's walk ends first: the fill, then the cancels, then what has become of the group.
TEST_F(OrderGroupReports, ATripThatNobodyHasAskedForIsToldToAllBrokersOfTheAccount) {
  open_group();
  happen(trade(leg(3, kOne, values(1'000, 1'000, 0)), leg(2, kTwo, values(1'000, 1'000, 0)), 1'000),
         group_cancelled(1, {OrderId{1}}),
         tripped({}, 1));
  const std::string trip =
      "account=ACC group=MM action=4 state=2 limit=50000000 filled=50000000 window=1000 counted=1 "
      "affected=1";
  EXPECT_THAT(lines(kOne),
              ElementsAre("8 exec=F id=O3 ref=strategy-3",
                          "8 exec=4 id=O1 ref=strategy-1 group=MM why=99",
                          "UOH " + trip));
  EXPECT_THAT(lines(kTwo), ElementsAre("8 exec=F id=O2 group=MM", "UOH " + trip));
  EXPECT_THAT(lines(kDrop),
              ElementsAre("8 exec=F id=O3 ref=strategy-3",
                          "8 exec=F id=O2 group=MM",
                          "8 exec=4 id=O1 ref=strategy-1 group=MM why=99",
                          "UOH " + trip + " copy"));
  EXPECT_THAT(lines(kOther), IsEmpty());
  EXPECT_THAT(lines(kOps), IsEmpty());
}

TEST_F(OrderGroupReports, ATripByHandIsToldToWhoHasAsked) {
  open_group();
  happen(group_cancelled(1, {OrderId{1}, OrderId{2}}), tripped(kTwo, 2, "HAND"));
  EXPECT_THAT(lines(kOne), ElementsAre("8 exec=4 id=O1 ref=strategy-1 group=MM why=99"));
  ASSERT_EQ(lines(kTwo).size(), 2U);
  EXPECT_THAT(lines(kTwo)[1], ::testing::StartsWith("UOH id=HAND account=ACC group=MM action=4 "));
  EXPECT_THAT(lines(kTwo)[1], ::testing::EndsWith("affected=2"));
  EXPECT_THAT(lines(kDrop).back(), ::testing::StartsWith("UOH account=ACC group=MM action=4 "));
  EXPECT_THAT(lines(kDrop).back(), ::testing::EndsWith("affected=2 copy"));
}

TEST_F(OrderGroupReports, ATripOfNoOrdersSaysSo) {
  happen(group_set(1, "MM"));
  told.clear();
  happen(tripped(kOne, 0, "HAND"));
  EXPECT_THAT(lines(kOne).at(0), ::testing::EndsWith(" affected=0"));
}

TEST_F(OrderGroupReports, EachOrderThatAGroupLosesIsToldOnceAndHasEnded) {
  open_group();
  happen(group_cancelled(1, {OrderId{1}, OrderId{2}}));
  std::vector<fix::ReportId> ids;
  for (const Told& one : told) {
    const auto& report = std::get<ExecutionReport>(one.report.body);
    EXPECT_EQ(report.exec_type, ExecType::Canceled);
    EXPECT_EQ(report.ord_status, OrdStatus::Canceled);
    EXPECT_EQ(report.leaves_qty, Decimal{0});
    EXPECT_EQ(report.reason, Reason::OrderGroupTripped);
    EXPECT_EQ(report.restatement_reason, 99);
    EXPECT_EQ(report.copy, one.session == kDrop);
    ids.push_back(one.report.id);
  }
  const auto id = [&](std::uint32_t place) { return fix::ReportId{log.last_seq(), place}; };
  EXPECT_THAT(ids, ElementsAre(id(1), id(1), id(2), id(2))) << "the place in the event";
  EXPECT_FALSE(state.model.order(OrderId{1}).live());
  EXPECT_EQ(state.model.order(OrderId{2}).status, OrdStatus::Canceled);
  EXPECT_TRUE(state.model.order(OrderId{3}).live());
  EXPECT_EQ(state.model.live_orders(kAcc).first, OrderId{3});
}

TEST_F(OrderGroupReports, AGroupThatGoesWithItsSessionIsTheSessionsLoss) {
  open_group();
  happen(group_cancelled(1, {OrderId{1}}, CancelCause::Disconnected));
  happen(group_cancelled(1, {OrderId{2}}, CancelCause::LoggedOut));
  const auto lost = executions(kOne);
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].reason, Reason::None);
  EXPECT_EQ(lost[0].restatement_reason, 12);
  ASSERT_EQ(executions(kTwo).size(), 1U);
  EXPECT_EQ(executions(kTwo)[0].restatement_reason, 13);
}

// ---- Late

// Groups are deleted, and others called as they were.
TEST_F(OrderGroupReports, LateReportsAreTheLiveOnes) {
  open_group();
  happen(trade(leg(3, kOne, values(1'000, 1'000, 0)), leg(2, kTwo, values(1'000, 400, 600)), 400),
         group_cancelled(1, {OrderId{1}, OrderId{2}}),
         tripped({}, 2));
  happen(group_deleted(1, "MM"));
  happen(group_set(2, "MM", kTwo), accepted(4, kTwo, 2, "later"));
  happen(group_set(3, "AGAIN"), accepted(5, kOne, 3));
  happen(group_cancelled(3, {OrderId{5}}, CancelCause::Disconnected), group_deleted(3, "AGAIN"));
  const std::vector<Told> late = told_late();
  ASSERT_EQ(late.size(), all_told.size());
  for (std::size_t i = 0; i < late.size(); ++i) {
    EXPECT_EQ(late[i], all_told[i]) << i << ": " << testing::told(late[i].report);
  }
}

// ---- How long a name is known

TEST_F(OrderGroupReports, ANameIsKnownAsLongAsAnOrderMayComeToItsGroup) {
  happen(group_set(1, "MM"), group_set(2, "KEPT"));
  EXPECT_EQ(names(), 2U);
  happen(group_deleted(1, "MM"));
  EXPECT_EQ(names(), 1U);
  end_generations();
  forget();
  happen(accepted(1, kOne, 2));
  EXPECT_EQ(executions(kOne).back().order_group, Reference{"KEPT"});
}

TEST_F(OrderGroupReports, ANameIsKnownAsLongAsAReportMayTellOfAnOrderOfItsGroup) {
  open_group();
  happen(group_cancelled(1, {OrderId{1}, OrderId{2}}), tripped({}, 2));
  happen(group_deleted(1, "MM"));
  EXPECT_EQ(names(), 1U);
  prove_delivery({kOne, kDrop});
  forget();
  EXPECT_EQ(names(), 1U) << "the engine knows their ClOrdIDs";
  end_generations();
  forget();
  EXPECT_FALSE(state.model.knows(OrderId{1}));
  EXPECT_TRUE(state.model.knows(OrderId{2})) << "session two has not proven to have its report";
  EXPECT_EQ(names(), 1U);
  prove_delivery({kTwo});
  forget();
  EXPECT_FALSE(state.model.knows(OrderId{2}));
  EXPECT_EQ(names(), 0U);
}

TEST_F(OrderGroupReports, AForgottenOrderTakesNoOthersNameAlong) {
  open_group();
  happen(group_cancelled(1, {OrderId{1}}, CancelCause::Disconnected));
  prove_delivery({kOne, kTwo, kDrop});
  end_generations();
  forget();
  EXPECT_FALSE(state.model.knows(OrderId{1}));
  EXPECT_EQ(names(), 1U);
  happen(group_cancelled(1, {OrderId{2}}));
  EXPECT_EQ(executions(kTwo).back().order_group, Reference{"MM"});
}

// ---- AF

class StatusOfMany : public OrderGroupReports {
 protected:
  // The ClOrdIDs of the orders that are told of.
  std::vector<std::string> asked(MassStatusQuery query) {
    query.session = kOne;
    query.account = Name{"ACC"};
    LongAnswer answer{query, log.time};
    AnswerBudget budget{.messages = 100, .looks = 1'000};
    std::vector<std::string> ids;
    answer.go_on(state.model, budget, [&ids](fix::Report report) {
      const auto& status = std::get<ExecutionReport>(report.body);
      ids.push_back(status.no_order ? "none" : std::string{status.cl_ord_id.view()});
    });
    EXPECT_TRUE(answer.done());
    return ids;
  }
};

TEST_F(StatusOfMany, IsOfThoseWithAReferenceOrOfAGroup) {
  open_group();
  happen(group_set(2, "OTHERS"), accepted(4, kTwo, 2, "strategy-1"));
  EXPECT_THAT(asked({}), ElementsAre("O1", "O2", "O3", "O4"));
  EXPECT_THAT(asked({.reference = Reference{"strategy-1"}}), ElementsAre("O1", "O4"));
  EXPECT_THAT(asked({.order_group = Reference{"MM"}}), ElementsAre("O1", "O2"));
  EXPECT_THAT(asked({.reference = Reference{"strategy-1"}, .order_group = Reference{"OTHERS"}}),
              ElementsAre("O4"));
  EXPECT_THAT(asked({.reference = Reference{"NEVER"}}), ElementsAre("none"));
  EXPECT_THAT(asked({.order_group = Reference{"NEVER"}}), ElementsAre("none"));
}

}  // namespace
}  // namespace betex::gateway::testing

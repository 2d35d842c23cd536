// What is told of events that need nothing but themselves to be told: refusals, mass cancels, a
// planned stop, terms of markets.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/pipeline/event_counts.h"
#include "gateway/reports/security_lists.h"
#include "tests/gateway/reports/written_exchange.h"

namespace betex::gateway::testing {
namespace {

using matching::Reason;
using ::testing::ElementsAre;

using WrittenEvents = WrittenExchange;

// ---- Brokers

TEST_F(WrittenEvents, ARefusalForTheRateSaysWhenToSendItAgain) {
  matching::InboundRefused refused{.session = kOne,
                                   .reason = Reason::Throttled,
                                   .answer = matching::RefuseInbound::Answer::BusinessReject,
                                   .retry_after_ms = 250,
                                   .msg_type = matching::Text<7>{"D"},
                                   .cl_ord_id = ClOrdId{"A"}};
  happen(refused);
  refused.retry_after_ms = 0;
  happen(refused);
  const std::string reason = " reason=" + std::to_string(static_cast<int>(Reason::Throttled));
  EXPECT_THAT(lines(kOne),
              ElementsAre("j id=A of=D retry_after=250" + reason, "j id=A of=D" + reason));
}

TEST_F(WrittenEvents, ARejectSaysWhichMessageAndWhatIsWrongWithIt) {
  matching::InboundRefused refused{.session = kOne,
                                   .msg_seq_num = matching::MsgSeqNum{17},
                                   .tag = 44,
                                   .fix_reason = 6,
                                   .reason = Reason::MalformedMessage,
                                   .answer = matching::RefuseInbound::Answer::SessionReject,
                                   .msg_type = matching::Text<7>{"D"},
                                   .cl_ord_id = ClOrdId{"A"}};
  happen(refused);
  refused.tag = 0;
  happen(refused);
  EXPECT_THAT(lines(kOne),
              ElementsAre("3 number=17 of=D tag=44 reason=6", "3 number=17 of=D reason=6"));
}

TEST_F(WrittenEvents, AMassCancelOfASessionIsReportedAsSuch) {
  matching::BatchCompleted done{.requester = kOne,
                                .requester_account = kAcc,
                                .cause = matching::CancelCause::MassCancel,
                                .work = matching::BatchWork::CancelOrders,
                                .total = 3,
                                .cl_ord_id = ClOrdId{"M"},
                                .account = kAcc,
                                .session = kOne,
                                .of_session = true};
  happen(done);
  done.instrument = matching::InstrumentId{1};
  happen(done);
  done.of_session = false;
  happen(done);
  matching::MassCancelRejected refused{.account = kAcc,
                                       .session = kOne,
                                       .reason = Reason::UnknownInstrument,
                                       .of_session = true,
                                       .account_name = Name{"ACC"},
                                       .symbol = Name{"NOWHERE"},
                                       .cl_ord_id = ClOrdId{"N"}};
  happen(refused);
  refused.of_session = false;
  happen(refused);
  const std::string reason =
      " reason=" + std::to_string(static_cast<int>(Reason::UnknownInstrument));
  EXPECT_THAT(lines(kOne),
              ElementsAre("r id=M type=6 total=3",
                          "r id=M type=6 symbol=RUN total=3",
                          "r id=M type=1 symbol=RUN total=3",
                          "r id=N type=6 symbol=NOWHERE" + reason,
                          "r id=N type=1 symbol=NOWHERE" + reason));
}

// ---- A planned stop

TEST_F(WrittenEvents, AStopIsNewsToEverybodyAndAnsweredToWhoHasAsked) {
  take(log.write_by<matching::StopExchange>(
      kOps, matching::StopAnnounced{.notice_s = 60, .request_id = Name{"s1"}}));
  const std::string news = "B headline=The exchange stops for maintenance in 60 seconds urgent";
  for (const SessionId session : {kOne, kTwo, kDrop, kOther}) {
    EXPECT_THAT(lines(session), ElementsAre(news));
  }
  EXPECT_THAT(lines(kOps), ElementsAre(news, "UOR id=s1 op=Stop result=0"));
  const auto of_one = bodies<fix::News>(kOne);
  ASSERT_EQ(of_one.size(), 1U);
  EXPECT_EQ(of_one[0].orig_time, log.time);
  EXPECT_TRUE(of_one[0].subject.empty());
}

TEST_F(WrittenEvents, AStopOfTheGatewaysOwnIsNobodysAnswer) {
  happen(matching::StopAnnounced{.notice_s = 1, .request_id = {}});
  EXPECT_THAT(lines(kOps),
              ElementsAre("B headline=The exchange stops for maintenance in 1 second urgent"));
}

TEST_F(WrittenEvents, AStopIsToldLateAsItWasLive) {
  take(log.write_by<matching::StopExchange>(
      kOps, matching::StopAnnounced{.notice_s = 0, .request_id = Name{"s1"}}));
  EXPECT_EQ(told_late(), all_told);
  EXPECT_THAT(lines(kOther),
              ElementsAre("B headline=The exchange stops for maintenance now urgent"));
}

// ---- Terms of markets

TEST_F(WrittenEvents, AMarketsListsSayWhetherPostOnlyOrdersSkipTheDelay) {
  matching::MarketChanged change{.header = in_market(), .version = 2, .bet_delay_ms = 5'000};
  const auto listed = [this] {
    const fix::Report report = security_list(state.model.securities(),
                                             matching::InstrumentId{1},
                                             {.symbol = Name{"RUN"}},
                                             {.next = 0, .total = 1});
    return std::get<fix::SecurityList>(report.body).passive_skips_delay;
  };
  EXPECT_FALSE(listed());
  change.sets_flags = true;
  change.flags = matching::kPassiveSkipsDelay;
  happen(change);
  EXPECT_TRUE(listed());
  change.sets_flags = false;  // as an older program writes it
  change.flags = 0;
  happen(change);
  EXPECT_TRUE(listed());
  change.sets_flags = true;
  happen(change);
  EXPECT_FALSE(listed());
}

TEST_F(WrittenEvents, SoDoesTheAnswerToItsCreation) {
  for (const std::uint32_t flags : {std::uint32_t{0}, matching::kPassiveSkipsDelay}) {
    take(log.write_by<matching::CreateMarket>(
        kOps,
        matching::MarketCreated{.header = {.market = matching::MarketId{2 + flags}},
                                .kind = matching::MarketKind::ExchangeOdds,
                                .ladder = matching::LadderKind::Classic,
                                .flags = flags,
                                .name = Name{"M" + std::to_string(flags)},
                                .request_id = Name{"c"}}));
  }
  const auto answers = bodies<fix::SecurityDefinition>(kOps);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_FALSE(answers[0].passive_skips_delay);
  EXPECT_TRUE(answers[1].passive_skips_delay);
}

// ---- What is counted

TEST_F(WrittenEvents, TripsAndRefusalsAboutGroupsAreCounted) {
  EventCounts counts{state.model};
  const auto happens = [&](const auto& event) {
    const WrittenTransaction& transaction = log.write(event);
    take(transaction);
    counts.take(transaction.view(), state.model);
  };
  happens(group_set(1, "MM"));
  EXPECT_EQ(counts.order_groups_tripped(), 0U);
  happens(matching::OrderGroupTripped{.group = 1, .account = kAcc, .name = Reference{"MM"}});
  happens(matching::OrderGroupTripped{
      .group = 1, .account = kAcc, .requester = kOne, .name = Reference{"MM"}});
  happens(matching::OrderGroupRejected{
      .account = kAcc, .requester = kOne, .reason = Reason::UnknownOrderGroup});
  EXPECT_EQ(counts.order_groups_tripped(), 2U);
  EXPECT_EQ(counts.refused(Reason::UnknownOrderGroup), 1U);
}

}  // namespace
}  // namespace betex::gateway::testing

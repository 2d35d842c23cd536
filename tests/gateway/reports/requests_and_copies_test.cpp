// What the report stage says beside the reports of a session's own orders: mass cancels, answers of
// many messages, drop copies, and what all brokers are told of markets.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;
using fix::TradingStatus;
using ::testing::ElementsAre;

constexpr SessionId kOne{1};
constexpr SessionId kTwo{2};
constexpr SessionId kDrop{3};
constexpr SubscriptionId kFirst{1};

Audience audience() {
  return Audience{
      {{.comp_id = Name{"ONE"}, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"TWO"}, .version = fix::FixVersion::Fix44, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"DROP"}, .role = fix::SessionRole::DropCopy, .accounts = {Name{"ACC"}}}}};
}

class RequestsAndCopiesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    pipeline.open_market();
    pipeline.feed.subscribe(kOne, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
    pipeline.run();
    sink.reports.clear();
  }

  void mass_cancel(const std::string& id, matching::MassCancel cancel = {}) {
    cancel.account = Name{"ACC"};
    cancel.cl_ord_id = ClOrdId{id};
    pipeline.submit(cancel, pipeline.origin(kOne));
  }

  void log_on_drop_copy() {
    pipeline.submit(matching::SessionUp{.comp_id = Name{"DROP"}});
    pipeline.run();
  }

  // Of what the sink has got for `session`.
  template <typename Body>
  std::vector<Body> bodies(SessionId session = kOne) const {
    std::vector<Body> found;
    for (const auto& delivery : sink.reports) {
      const auto* const body = std::get_if<Body>(&delivery.report.body);
      if (delivery.session == session && body != nullptr) {
        found.push_back(*body);
      }
    }
    return found;
  }

  Pipeline pipeline{1024, audience()};
  RecordingSink& sink = pipeline.sink;
};

TEST_F(RequestsAndCopiesTest, AMassCancelIsReportedAfterItsOrders) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "B", Side::Ask, 206, 3000);
  pipeline.place(kOne, "C", Side::Bid, 300, 3000);
  pipeline.run();
  sink.reports.clear();
  mass_cancel("M", {.symbol = Name{"RUN"}, .side = 2});
  pipeline.run();

  ASSERT_EQ(sink.reports.size(), 2U);  // session two is not on
  const auto cancelled = bodies<ExecutionReport>();
  ASSERT_EQ(cancelled.size(), 1U);
  EXPECT_EQ(cancelled[0].cl_ord_id, ClOrdId{"A"});
  EXPECT_EQ(cancelled[0].ord_status, OrdStatus::Canceled);
  const auto& report = std::get<fix::OrderMassCancelReport>(sink.reports[1].report.body);
  EXPECT_EQ(report.cl_ord_id, ClOrdId{"M"});
  EXPECT_EQ(report.request_type, fix::MassCancelType::Security);
  EXPECT_EQ(report.symbol, Name{"RUN"});
  EXPECT_EQ(report.side, 2);
  EXPECT_EQ(report.total, 2U);
}

TEST_F(RequestsAndCopiesTest, AMassCancelOfNothingIsReportedToo) {
  mass_cancel("M1");
  mass_cancel("M2", {.market = Name{"MKT"}});
  mass_cancel("M2");
  mass_cancel("M3", {.symbol = Name{"NOWHERE"}});
  pipeline.run();
  const auto reports = bodies<fix::OrderMassCancelReport>();
  ASSERT_EQ(reports.size(), 4U);
  EXPECT_EQ(reports[0].request_type, fix::MassCancelType::All);
  EXPECT_EQ(reports[0].total, 0U);
  EXPECT_EQ(reports[0].reason, matching::Reason::None);
  EXPECT_EQ(reports[1].request_type, fix::MassCancelType::MarketSegment);
  EXPECT_EQ(reports[1].market, Name{"MKT"});
  EXPECT_EQ(reports[2].reason, matching::Reason::DuplicateClOrdId);
  EXPECT_EQ(reports[3].reason, matching::Reason::UnknownInstrument);
  EXPECT_EQ(reports[3].symbol, Name{"NOWHERE"});
}

// In chunks, between which others are served: what is cancelled meanwhile is not counted.
TEST_F(RequestsAndCopiesTest, AMassCancelOfManyIsReportedOnceBehindThemAll) {
  constexpr std::size_t kOrders = 3 * matching::kMaxBatchedOrders;
  std::size_t consumed = 0;
  const auto drain = [&] {
    while (consumed < sink.reports.size()) {
      pipeline.feed.consumed(
          kOne, kFirst, sink.reports.size() - std::exchange(consumed, sink.reports.size()));
      pipeline.run();
    }
  };
  for (std::size_t i = 0; i < kOrders; ++i) {
    pipeline.place(kOne, "ID" + std::to_string(i), Side::Ask, 204, 100);
    if (i % 512 == 0) {
      pipeline.run();
      drain();
    }
  }
  pipeline.run();
  drain();
  sink.reports.clear();
  consumed = 0;
  mass_cancel("M");
  pipeline.cancel(kOne, "OWN", "ID" + std::to_string(kOrders - 1));
  pipeline.run();
  drain();

  ASSERT_EQ(sink.reports.size(), kOrders + 1);
  std::size_t by_mass_cancel = 0;
  for (const ExecutionReport& report : bodies<ExecutionReport>()) {
    EXPECT_EQ(report.exec_type, ExecType::Canceled);
    if (report.cl_ord_id == ClOrdId{"OWN"}) {
      EXPECT_EQ(report.restatement_reason, 0);
    } else {
      EXPECT_EQ(report.restatement_reason, 99);
      ++by_mass_cancel;
    }
  }
  EXPECT_EQ(by_mass_cancel, kOrders - 1);
  const auto& done = std::get<fix::OrderMassCancelReport>(sink.reports.back().report.body);
  EXPECT_EQ(done.cl_ord_id, ClOrdId{"M"});
  EXPECT_EQ(done.total, kOrders - 1);
}

TEST_F(RequestsAndCopiesTest, AMassStatusTellsOfEachLiveOrder) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "B", Side::Ask, 206, 3000);
  pipeline.place(kOne, "C", Side::Bid, 300, 3000);
  pipeline.cancel(kOne, "X", "B");
  pipeline.run();
  sink.reports.clear();
  pipeline.ask(
      MassStatusQuery{.session = kOne, .account = Name{"ACC"}, .mass_status_req_id = Name{"S1"}});
  pipeline.ask(MassStatusQuery{.session = kOne,
                               .account = Name{"ACC"},
                               .symbol = Name{"OTHER"},
                               .mass_status_req_id = Name{"S2"}});
  pipeline.run();
  const auto answers = bodies<ExecutionReport>();
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[0].cl_ord_id, ClOrdId{"A"});
  EXPECT_EQ(answers[0].exec_type, ExecType::OrderStatus);
  EXPECT_EQ(answers[0].mass_status_req_id, Name{"S1"});
  EXPECT_EQ(answers[0].total_reports, 2U);
  EXPECT_FALSE(answers[0].last_report);
  EXPECT_EQ(answers[1].cl_ord_id, ClOrdId{"C"});
  EXPECT_TRUE(answers[1].last_report);
  EXPECT_TRUE(answers[2].no_order);
  EXPECT_EQ(answers[2].total_reports, 0U);
  EXPECT_TRUE(answers[2].last_report);
  EXPECT_EQ(answers[2].symbol, Name{"OTHER"});
}

TEST_F(RequestsAndCopiesTest, AnAnswerOfManyMessagesComesAsItIsConsumed) {
  constexpr int kOrders = 600;
  for (int i = 0; i < kOrders; ++i) {
    pipeline.place(kTwo, "O" + std::to_string(i), Side::Ask, 204, 3000);
  }
  pipeline.run();
  sink.reports.clear();
  for (std::size_t i = 0; i <= kMaxLongAnswers; ++i) {
    pipeline.ask(MassStatusQuery{.session = kOne,
                                 .msg_seq_num = matching::MsgSeqNum{7},
                                 .account = Name{"ACC"},
                                 .mass_status_req_id = Name{"S"}});
  }
  pipeline.run();
  EXPECT_LT(sink.reports.size(), 2 * kRefillBelow);
  const auto refused = bodies<fix::BusinessMessageReject>();
  ASSERT_EQ(refused.size(), 1U);  // the one that was too many
  EXPECT_EQ(refused[0].business_reject_reason, 8);
  EXPECT_EQ(refused[0].ref_seq_num, matching::MsgSeqNum{7});
  EXPECT_EQ(refused[0].ref_msg_type.view(), "AF");
  EXPECT_EQ(refused[0].business_reject_ref_id, ClOrdId{"S"});

  for (std::size_t seen = 0; seen < sink.reports.size();) {
    const std::size_t more = sink.reports.size() - seen;
    seen = sink.reports.size();
    pipeline.feed.consumed(kOne, kFirst, more);
    pipeline.run();
  }
  EXPECT_EQ(bodies<ExecutionReport>().size(), kOrders * kMaxLongAnswers);
}

TEST_F(RequestsAndCopiesTest, DropCopiesComeFromTheSameEvents) {
  log_on_drop_copy();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.run();
  pipeline.place(kOne, "LAY", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "BACK", Side::Bid, 204, 1000);
  pipeline.cancel(kTwo, "X", "LAY");
  pipeline.cancel(kTwo, "Y", "LAY");
  pipeline.run();

  std::vector<ExecType> types;
  std::vector<fix::ReportId> ids;
  for (const auto& delivery : sink.reports) {
    if (delivery.session == kDrop) {
      const auto& copy = std::get<ExecutionReport>(delivery.report.body);
      EXPECT_TRUE(copy.copy);
      types.push_back(copy.exec_type);
      ids.push_back(delivery.report.id);
    } else if (const auto* own = std::get_if<ExecutionReport>(&delivery.report.body)) {
      EXPECT_FALSE(own->copy);
    }
  }
  EXPECT_THAT(
      types,
      ElementsAre(
          ExecType::New, ExecType::New, ExecType::Trade, ExecType::Trade, ExecType::Canceled));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST_F(RequestsAndCopiesTest, DropCopiesAreOfTheAccountsThatAreFollowedAlone) {
  log_on_drop_copy();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.submit(matching::CreateAccount{.account = Name{"SECOND"}});
  pipeline.run();
  pipeline.place(kOne, "LAY", Side::Ask, 204, 3000);
  pipeline.submit(matching::PlaceOrder{.account = Name{"SECOND"},
                                       .cl_ord_id = ClOrdId{"BACK"},
                                       .symbol = Name{"RUN"},
                                       .transact_time = pipeline.clock.time,
                                       .price = Decimal{2'040'000},
                                       .quantity = Decimal{10'000'000},
                                       .side = Side::Bid},
                  pipeline.origin(kOne));
  pipeline.run();
  std::vector<Name> own;
  for (const ExecutionReport& report : bodies<ExecutionReport>()) {
    own.push_back(report.account);
  }
  EXPECT_THAT(own, ElementsAre(Name{"ACC"}, Name{"SECOND"}, Name{"ACC"}, Name{"SECOND"}));
  const auto copies = bodies<ExecutionReport>(kDrop);
  ASSERT_EQ(copies.size(), 2U);
  EXPECT_EQ(copies[0].account, Name{"ACC"});
  EXPECT_EQ(copies[0].exec_type, ExecType::New);
  EXPECT_EQ(copies[1].account, Name{"ACC"});
  EXPECT_EQ(copies[1].exec_type, ExecType::Trade);
}

TEST_F(RequestsAndCopiesTest, ADropCopySessionThatWasAwayGetsTheSameCopiesLater) {
  log_on_drop_copy();
  const matching::EventSeq before = pipeline.engine.last_seq();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{before, 1});
  pipeline.run();
  pipeline.place(kOne, "LAY", Side::Ask, 204, 3000);
  pipeline.place(kTwo, "BACK", Side::Bid, 204, 1000);
  pipeline.submit(
      matching::SuspendMarket{.market = Name{"MKT"}, .scope = matching::CancelScope::All});
  pipeline.run();
  const auto ids = [&](SubscriptionId subscription) {
    std::vector<fix::ReportId> found;
    for (const auto& delivery : sink.reports) {
      if (delivery.session == kDrop && delivery.subscription == subscription) {
        found.push_back(delivery.report.id);
      }
    }
    return found;
  };
  pipeline.feed.subscribe(kDrop, SubscriptionId{2}, fix::ReportId{before, 1});
  pipeline.run();
  EXPECT_EQ(ids(kFirst).size(), 5U);
  EXPECT_EQ(ids(SubscriptionId{2}), ids(kFirst));
}

TEST_F(RequestsAndCopiesTest, BrokersAreToldOfEveryChangeOfAMarket) {
  log_on_drop_copy();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.feed.subscribe(kTwo, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.run();
  const Name market{"MKT"};
  pipeline.submit(matching::SuspendMarket{.market = market});
  pipeline.submit(matching::TurnInPlay{.market = market});
  pipeline.submit(matching::ResumeMarket{.market = market});
  pipeline.submit(matching::RemoveRunner{.market = market, .symbol = Name{"OTHER"}});
  pipeline.submit(matching::CloseMarket{.market = market});
  pipeline.run();

  std::vector<std::string> told;
  for (const auto& status : bodies<fix::SecurityStatus>()) {
    EXPECT_EQ(status.market, market);
    told.push_back(
        std::string{status.symbol.view()} + " " + std::to_string(static_cast<int>(status.status)) +
        (status.in_play ? " in play" : "") +
        (status.suspend_reason != 0 ? " reason " + std::to_string(status.suspend_reason) : ""));
  }
  EXPECT_EQ(told[0], "RUN 2 reason 1");
  EXPECT_EQ(told[1], "OTHER 2 reason 1");
  EXPECT_EQ(told[2], "RUN 2 in play");
  EXPECT_EQ(told[3], "OTHER 2 in play");
  EXPECT_EQ(told[4], "RUN 3");
  EXPECT_EQ(told[5], "OTHER 3");
  EXPECT_THAT(told, ::testing::Contains("OTHER 18").Times(1));  // by its removal
  EXPECT_EQ(told.back(), "RUN 18");                             // by the close
  EXPECT_TRUE(bodies<fix::SecurityStatus>(kDrop).empty());
  EXPECT_TRUE(bodies<fix::SecurityStatus>(kTwo).empty());  // speaks FIX.4.4
}

TEST_F(RequestsAndCopiesTest, SecuritiesAreListedAndTheirStatusIsTold) {
  pipeline.submit(matching::HaltMarket{.market = Name{"MKT"}});
  pipeline.run();
  sink.reports.clear();
  pipeline.ask(SecurityListQuery{.session = kOne, .security_req_id = Name{"L1"}});
  pipeline.ask(
      SecurityListQuery{.session = kOne, .security_req_id = Name{"L2"}, .market = Name{"NOWHERE"}});
  pipeline.ask(SecurityStatusQuery{
      .session = kOne, .security_status_req_id = Name{"S1"}, .symbol = Name{"RUN"}});
  pipeline.ask(SecurityStatusQuery{
      .session = kOne, .security_status_req_id = Name{"S2"}, .symbol = Name{"NOWHERE"}});
  pipeline.run();
  const auto lists = bodies<fix::SecurityList>();
  ASSERT_EQ(lists.size(), 3U);
  EXPECT_EQ(lists[0].symbol, Name{"RUN"});
  EXPECT_EQ(lists[0].total, 2U);
  EXPECT_FALSE(lists[0].last);
  EXPECT_EQ(lists[0].quantity_step, Decimal{10'000});
  EXPECT_TRUE(lists[1].last);
  EXPECT_TRUE(lists[2].symbol.empty());
  EXPECT_EQ(lists[2].reason, matching::Reason::UnknownMarket);
  const auto status = bodies<fix::SecurityStatus>();
  ASSERT_EQ(status.size(), 2U);
  EXPECT_EQ(status[0].status, TradingStatus::Halt);
  EXPECT_EQ(status[0].status_req_id, Name{"S1"});
  EXPECT_EQ(status[0].in_play, false);
  EXPECT_EQ(status[1].status, TradingStatus::Unknown);
  EXPECT_EQ(status[1].reason, matching::Reason::UnknownInstrument);
}

TEST_F(RequestsAndCopiesTest, AnAnnouncementIsNewsForAllBrokers) {
  log_on_drop_copy();
  pipeline.feed.subscribe(kDrop, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.feed.subscribe(kTwo, kFirst, fix::ReportId{pipeline.engine.last_seq(), 1});
  pipeline.run();
  pipeline.submit(matching::Announce{.subject = Name{"MKT"},
                                     .headline = matching::Text<255>{"rain stopped play"},
                                     .request_id = Name{"N1"}});
  pipeline.run();
  const auto news = bodies<fix::News>();
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].headline.view(), "rain stopped play");
  EXPECT_EQ(news[0].subject, Name{"MKT"});
  EXPECT_EQ(bodies<fix::News>(kTwo), news);  // speaks FIX.4.4
  EXPECT_TRUE(bodies<fix::News>(kDrop).empty());
}

// A market in play whose orders wait for five seconds.
class DelayedOrdersTest : public RequestsAndCopiesTest {
 protected:
  void SetUp() override {
    RequestsAndCopiesTest::SetUp();
    pipeline.submit(matching::CreateMarket{.market = Name{"SLOW"}, .bet_delay_ms = 5000});
    pipeline.submit(matching::AddRunner{.market = Name{"SLOW"}, .symbol = Name{"S"}});
    pipeline.submit(matching::AddRunner{.market = Name{"SLOW"}, .symbol = Name{"T"}});
    pipeline.submit(matching::OpenMarket{.market = Name{"SLOW"}});
    pipeline.submit(matching::TurnInPlay{.market = Name{"SLOW"}});
    pipeline.run();
    sink.reports.clear();
  }

  // A back of 30.00 at 2.04.
  void place(const char* id) {
    pipeline.submit(matching::PlaceOrder{.account = Name{"ACC"},
                                         .cl_ord_id = ClOrdId{id},
                                         .symbol = Name{"S"},
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{2'040'000},
                                         .quantity = Decimal{30'000'000},
                                         .time_in_force = matching::TimeInForce::Gtc},
                    pipeline.origin(kOne));
  }

  void amend(const char* id, const char* orig_id, int quantity, int price) {
    pipeline.submit(matching::AmendOrder{.account = Name{"ACC"},
                                         .cl_ord_id = ClOrdId{id},
                                         .orig_cl_ord_id = ClOrdId{orig_id},
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{price * 10'000},
                                         .quantity = Decimal{quantity * 10'000}},
                    pipeline.origin(kOne));
  }

  void wait_for_release() {
    pipeline.clock.time += matching::Timestamp{5'000'000'000};
    pipeline.run();
  }
};

TEST_F(DelayedOrdersTest, AreCancelledLikeAnyOther) {
  place("D");
  pipeline.cancel(kOne, "E", "D");
  pipeline.run();
  wait_for_release();
  const auto reports = bodies<ExecutionReport>();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].exec_type, ExecType::PendingNew);
  EXPECT_EQ(reports[1].exec_type, ExecType::Canceled);
  EXPECT_EQ(reports[1].ord_status, OrdStatus::Canceled);
  EXPECT_EQ(reports[1].cl_ord_id, ClOrdId{"E"});
  EXPECT_EQ(reports[1].orig_cl_ord_id, ClOrdId{"D"});
  EXPECT_EQ(reports[1].leaves_qty, Decimal{});
}

TEST_F(DelayedOrdersTest, AreCancelledWithTheReasonWhereACheckFailsAtTheRelease) {
  place("D");
  pipeline.run();
  pipeline.submit(matching::SuspendMarket{.market = Name{"SLOW"}});
  pipeline.run();
  wait_for_release();
  const auto reports = bodies<ExecutionReport>();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].exec_type, ExecType::Canceled);
  EXPECT_EQ(reports[1].ord_status, OrdStatus::Canceled);
  EXPECT_TRUE(reports[1].orig_cl_ord_id.empty());
  EXPECT_EQ(reports[1].restatement_reason, 99);
  EXPECT_EQ(reports[1].reason, matching::Reason::MarketNotOpen);
}

// The order is live meanwhile, and the request is answered once, when it is carried out.
TEST_F(DelayedOrdersTest, AnAmendThatWaitsIsAnsweredAtItsRelease) {
  place("D");
  pipeline.run();
  wait_for_release();
  sink.reports.clear();
  amend("E", "D", 4000, 204);
  pipeline.ask(
      OrderStatusQuery{.session = kOne, .account = Name{"ACC"}, .cl_ord_id = ClOrdId{"D"}});
  pipeline.run();
  auto reports = bodies<ExecutionReport>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].exec_type, ExecType::OrderStatus);
  EXPECT_EQ(reports[0].ord_status, OrdStatus::New);
  EXPECT_EQ(reports[0].order_qty, Decimal{30'000'000});

  wait_for_release();
  reports = bodies<ExecutionReport>();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].exec_type, ExecType::Replaced);
  EXPECT_EQ(reports[1].cl_ord_id, ClOrdId{"E"});
  EXPECT_EQ(reports[1].orig_cl_ord_id, ClOrdId{"D"});
  EXPECT_EQ(reports[1].order_qty, Decimal{40'000'000});
}

TEST_F(DelayedOrdersTest, AnAmendThatWaitsForAnOrderThatGoesIsTooLate) {
  place("D");
  pipeline.run();
  wait_for_release();
  amend("E", "D", 4000, 204);
  pipeline.cancel(kOne, "F", "D");
  pipeline.run();
  EXPECT_TRUE(bodies<fix::OrderCancelReject>().empty());
  wait_for_release();
  const auto refused = bodies<fix::OrderCancelReject>();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].cl_ord_id, ClOrdId{"E"});
  EXPECT_EQ(refused[0].response_to, 2);
  EXPECT_EQ(refused[0].ord_status, OrdStatus::Canceled);
  EXPECT_EQ(refused[0].reason, matching::Reason::TooLate);
}

TEST_F(DelayedOrdersTest, ArePendingUntilTheyAreReleased) {
  place("D");
  amend("E", "D", 2000, 204);
  amend("F", "D", 2000, 206);
  pipeline.run();
  const auto pending = bodies<ExecutionReport>();
  ASSERT_EQ(pending.size(), 2U);
  EXPECT_EQ(pending[0].ord_status, OrdStatus::PendingNew);
  EXPECT_EQ(pending[0].effective_time, pipeline.clock.time + matching::Timestamp{5'000'000'000});
  EXPECT_EQ(pending[1].exec_type, ExecType::Replaced);
  EXPECT_EQ(pending[1].ord_status, OrdStatus::PendingNew);
  const auto refused = bodies<fix::OrderCancelReject>();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].ord_status, OrdStatus::PendingNew);

  wait_for_release();
  const auto released = bodies<ExecutionReport>();
  ASSERT_EQ(released.size(), 3U);
  EXPECT_EQ(released[2].exec_type, ExecType::New);
  EXPECT_EQ(released[2].ord_status, OrdStatus::New);
}

}  // namespace
}  // namespace betex::gateway::testing

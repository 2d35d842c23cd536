// Requests about many orders, and how their answers come.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/audience_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;

using MassRequestsTest = AudienceTest;

TEST_F(MassRequestsTest, AMassCancelIsReportedAfterItsOrders) {
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

TEST_F(MassRequestsTest, AMassCancelOfNothingIsReportedToo) {
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
TEST_F(MassRequestsTest, AMassCancelOfManyIsReportedOnceBehindThemAll) {
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

TEST_F(MassRequestsTest, AMassStatusTellsOfEachLiveOrder) {
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

TEST_F(MassRequestsTest, AnAnswerOfManyMessagesComesAsItIsConsumed) {
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

}  // namespace
}  // namespace betex::gateway::testing

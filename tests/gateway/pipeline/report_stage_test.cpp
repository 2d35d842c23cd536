#include "gateway/pipeline/report_stage.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/report_stage_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::OrdStatus;

TEST_F(ReportStageTest, NothingIsReportedBeforeTheCommit) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.run_but_journal();
  EXPECT_TRUE(sink.reports.empty());
  EXPECT_TRUE(sink.notices.empty());

  pipeline.journal.do_work();
  pipeline.run_but_journal();
  ASSERT_EQ(sink.reports.size(), 1U);
  EXPECT_EQ(execution(sink.reports[0]).exec_type, ExecType::New);
}

TEST_F(ReportStageTest, ASessionsOwnNoticesWaitForTheCommitToo) {
  pipeline.submit(matching::SessionUp{.comp_id = Name{"THREE"}});
  pipeline.run_but_journal();
  EXPECT_TRUE(sink.notices.empty());
  pipeline.run();
  ASSERT_EQ(sink.notices.size(), 1U);
  EXPECT_EQ(sink.notices[0].first, Name{"THREE"});
  EXPECT_TRUE(std::holds_alternative<matching::SessionWentUp>(sink.notices[0].second));
}

TEST_F(ReportStageTest, WhoRunsTheNodeHearsOfAStopWhenItIsDurable) {
  std::vector<std::uint32_t> heard;
  pipeline.report.connect(
      [&](const matching::StopAnnounced& event) { heard.push_back(event.notice_s); });
  pipeline.submit(matching::StopExchange{.notice_s = 60});
  pipeline.run_but_journal();
  EXPECT_TRUE(heard.empty());
  pipeline.run();
  EXPECT_EQ(heard, std::vector<std::uint32_t>{60});
  pipeline.submit(matching::StopExchange{.notice_s = 10});
  pipeline.run();
  EXPECT_EQ(heard, (std::vector<std::uint32_t>{60, 10})) << "each once";
}

TEST_F(ReportStageTest, AStatusRequestNeverOvertakesAnOrderSentBeforeIt) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.ask(OrderStatusQuery{.session = kOne,
                                .account = Name{"ACC"},
                                .cl_ord_id = ClOrdId{"A"},
                                .status_req_id = Name{"Q"}});
  pipeline.run_but_journal();
  EXPECT_TRUE(sink.reports.empty());
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 2U);
  EXPECT_EQ(execution(sink.reports[0]).exec_type, ExecType::New);
  EXPECT_EQ(execution(sink.reports[1]).exec_type, ExecType::OrderStatus);
  EXPECT_EQ(execution(sink.reports[1]).ord_status, OrdStatus::New);
  EXPECT_EQ(execution(sink.reports[1]).status_req_id, Name{"Q"});
  EXPECT_EQ(sink.reports[1].report.id, fix::ReportId{});
}

TEST_F(ReportStageTest, AStatusRequestForNoOrderSaysUnknown) {
  pipeline.ask(
      OrderStatusQuery{.session = kOne, .account = Name{"ACC"}, .cl_ord_id = ClOrdId{"NEVER"}});
  pipeline.run();
  ASSERT_EQ(sink.reports.size(), 1U);
  EXPECT_TRUE(execution(sink.reports[0]).no_order);
}

TEST_F(ReportStageTest, ABatchOfBarriersCommitsNothing) {
  const std::size_t before = pipeline.log.commits;
  pipeline.ask(
      OrderStatusQuery{.session = kOne, .account = Name{"ACC"}, .cl_ord_id = ClOrdId{"NEVER"}});
  pipeline.run();
  EXPECT_EQ(pipeline.log.commits, before);
}

class Sleeper {
 public:
  explicit Sleeper(WaitStrategy& wait) : wait_{wait} {
    while (looks_ <= WaitStrategy::kDefaultSpins + 1) {
      std::this_thread::yield();
    }
  }

  ~Sleeper() {
    awake_ = true;
    wait_.signal();
    thread_.join();
  }

  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  Sleeper(Sleeper&&) = delete;
  Sleeper& operator=(Sleeper&&) = delete;

 private:
  WaitStrategy& wait_;
  std::atomic<std::size_t> looks_{0};
  std::atomic<bool> awake_{false};
  std::thread thread_{[this] {
    wait_.wait_until([this] {
      ++looks_;
      return awake_.load();
    });
  }};
};

TEST_F(ReportStageTest, NobodyIsWokenBecauseASessionKeepsUp) {
  pipeline.place(kOne, "A", Side::Ask, 204, 3000);
  pipeline.run();
  const std::uint64_t before = pipeline.wait.wake_ups();
  {
    const Sleeper sleeper{pipeline.wait};
    pipeline.feed.consumed(kOne, kFirst, 1);
    EXPECT_EQ(pipeline.wait.wake_ups(), before);
  }
}

TEST_F(ReportStageTest, ASessionThatWaitsToHaveLessInFlightIsGoneOnWithAtOnce) {
  for (std::size_t i = 0; i < 2 * kRefillBelow; ++i) {
    pipeline.place(kOne, "A" + std::to_string(i), Side::Ask, 204, 3000);
  }
  pipeline.run();
  pipeline.feed.subscribe(kOne, SubscriptionId{2}, {});
  pipeline.run();
  const std::uint64_t before = pipeline.wait.wake_ups();
  {
    const Sleeper sleeper{pipeline.wait};
    pipeline.feed.consumed(kOne, SubscriptionId{2}, kRefillBelow);
    EXPECT_EQ(pipeline.wait.wake_ups(), before + 1);
  }
}

}  // namespace
}  // namespace betex::gateway::testing

// An answer about very many orders, or about instruments, is made a little at a time, and says the
// right things.
#include "gateway/reports/long_answer.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecutionReport;
using fix::OrdStatus;
using ::testing::ElementsAre;

constexpr SessionId kOne{1};
constexpr SessionId kTwo{2};
constexpr SubscriptionId kFirst{1};
constexpr int kOrders = 20'000;
constexpr std::size_t kLooks = 100;

MassStatusQuery all_of_account(SessionId session) {
  return {.session = session, .account = Name{"ACC"}, .mass_status_req_id = Name{"S"}};
}

class LongAnswerTest : public ::testing::Test {
 protected:
  LongAnswerTest() { pipeline.open_market(); }

  void place(int count, Side side = Side::Ask) {
    for (int i = 0; i < count; ++i) {
      pipeline.place(
          kTwo, "O" + std::to_string(++last_id), side, side == Side::Ask ? 204 : 300, 100);
      if (i % 256 == 0) {
        pipeline.run();
      }
    }
    pipeline.run();
  }

  void cancel(int id) {
    pipeline.cancel(kTwo, "X" + std::to_string(id), "O" + std::to_string(id));
    pipeline.run();
  }

  // What one step tells, with the budget of one.
  std::vector<ExecutionReport> step(LongAnswer& answer) {
    AnswerBudget budget{.messages = kPortion, .looks = kLooks};
    std::vector<ExecutionReport> told;
    answer.go_on(pipeline.report.state().model, budget, [&told](fix::Report report) {
      told.push_back(std::get<ExecutionReport>(report.body));
    });
    EXPECT_EQ(told.size(), kPortion - budget.messages);
    EXPECT_LE(budget.looks, kLooks);
    return told;
  }

  std::vector<ExecutionReport> rest(LongAnswer& answer) {
    std::vector<ExecutionReport> told;
    for (int steps = 0; !answer.done() && steps < kOrders; ++steps) {
      const auto more = step(answer);
      told.insert(told.end(), more.begin(), more.end());
    }
    return told;
  }

  // What one step of a list tells, of so many messages at most: "RUN of 2", "OTHER of 2 last".
  std::vector<std::string> list_step(LongAnswer& answer, std::size_t messages) {
    AnswerBudget budget{.messages = messages, .looks = kLooks};
    std::vector<std::string> told;
    answer.go_on(pipeline.report.state().model, budget, [&told](fix::Report report) {
      const auto& list = std::get<fix::SecurityList>(report.body);
      told.push_back(std::string{list.symbol.view()} + " of " + std::to_string(list.total) +
                     (list.last ? " last" : ""));
    });
    EXPECT_EQ(told.size(), messages - budget.messages);
    return told;
  }

  void archive(const Name& market) {
    pipeline.submit(matching::VoidMarket{.market = market});
    pipeline.run();
    pipeline.submit(matching::ArchiveMarket{.market = market});
    pipeline.run();
    const ReadModel& model = pipeline.report.state().model;
    EXPECT_TRUE(model.market(model.find_market(market)).archived);
  }

  void subscribe(SessionId session) {
    pipeline.feed.subscribe(session, kFirst, {pipeline.engine.last_seq(), 100});
    pipeline.run();
  }

  // Of session `session`.
  [[nodiscard]] std::size_t reports(SessionId session) const {
    return static_cast<std::size_t>(
        std::ranges::count(pipeline.sink.reports, session, &RecordingSink::Delivery::session));
  }

  int last_id = 0;
  Pipeline pipeline;
};

TEST_F(LongAnswerTest, IsMadeInStepsAndSaysHowManyThereAre) {
  place(kOrders / 10);
  LongAnswer answer{all_of_account(kOne), {}};
  const auto told = rest(answer);
  ASSERT_EQ(told.size(), std::size_t{kOrders} / 10);
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i].cl_ord_id, ClOrdId{"O" + std::to_string(i + 1)});
    EXPECT_EQ(told[i].total_reports, told.size());
    EXPECT_EQ(told[i].last_report, i + 1 == told.size());
  }
}

TEST_F(LongAnswerTest, IsAboutTheOrdersThatWereOpenWhenItBegan) {
  place(500);
  cancel(7);
  LongAnswer answer{all_of_account(kOne), {}};
  ASSERT_TRUE(step(answer).empty()) << "they are counted first";
  cancel(3);    // was counted
  cancel(499);  // was not
  pipeline.cancel(kTwo, "LATE", "O7");
  place(10);
  const auto told = rest(answer);
  ASSERT_EQ(told.size(), 499U);
  EXPECT_EQ(told[2].cl_ord_id, ClOrdId{"X3"});
  EXPECT_EQ(told[2].ord_status, OrdStatus::Canceled);
  EXPECT_EQ(told[6].cl_ord_id, ClOrdId{"O8"});
  EXPECT_EQ(told[497].cl_ord_id, ClOrdId{"X499"});
  EXPECT_EQ(told.back().cl_ord_id, ClOrdId{"O500"});
  EXPECT_TRUE(told.back().last_report);
}

TEST_F(LongAnswerTest, OneAboutNothingSaysSoWhateverItHadToLookAt) {
  place(1000);
  MassStatusQuery bids = all_of_account(kOne);
  bids.side = static_cast<std::uint8_t>(Side::Bid);
  LongAnswer answer{bids, {}};
  const auto told = rest(answer);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].no_order);
  EXPECT_EQ(told[0].total_reports, 0U);
  EXPECT_TRUE(told[0].last_report);
}

// Slowly consumed: what it was about is gone from memory in the meantime.
TEST_F(LongAnswerTest, EndsAlsoWhenItsOrdersAreForgotten) {
  place(3 * kPortion);
  LongAnswer answer{all_of_account(kOne), {}};
  while (step(answer).empty()) {
  }
  for (int id = 1; id <= last_id; ++id) {
    cancel(id);
  }
  for (int day = 0; day < 4; ++day) {
    pipeline.submit(
        matching::ConfirmDelivery{.session = kTwo, .delivered = pipeline.engine.last_seq()});
    pipeline.clock.time += matching::Timestamp{std::int64_t{26} * 3600 * 1'000'000'000};
    pipeline.run();
    place(300, Side::Bid);
  }
  ASSERT_FALSE(pipeline.report.state().model.knows(matching::OrderId{2 * kPortion}));
  const auto told = rest(answer);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].no_order);
  EXPECT_TRUE(told[0].last_report);
}

TEST_F(LongAnswerTest, AListIsAboutTheInstrumentsThatThereWereWhenItBegan) {
  const Name cup{"CUP"};
  pipeline.submit(
      matching::CreateMarket{.market = cup, .runners = {Name{"A"}, Name{"B"}, Name{"C"}}});
  pipeline.run();
  LongAnswer answer{SecurityListQuery{.session = kOne, .security_req_id = Name{"L"}}, {}};
  EXPECT_THAT(list_step(answer, 2), ElementsAre("RUN of 5", "OTHER of 5"));
  archive(cup);          // of which it has not told yet
  archive(Name{"MKT"});  // of which it has
  pipeline.submit(matching::CreateMarket{.market = Name{"NEW"}, .runners = {Name{"N"}}});
  pipeline.run();
  EXPECT_THAT(list_step(answer, 2), ElementsAre("A of 5", "B of 5"));
  EXPECT_FALSE(answer.done());
  EXPECT_THAT(list_step(answer, 2), ElementsAre("C of 5 last"));
  EXPECT_TRUE(answer.done());

  LongAnswer next{SecurityListQuery{.session = kOne, .security_req_id = Name{"L"}}, {}};
  EXPECT_THAT(list_step(next, 2), ElementsAre("N of 1 last"));
  EXPECT_TRUE(next.done());
  LongAnswer by_name{
      SecurityListQuery{.session = kOne, .security_req_id = Name{"L"}, .market = cup}, {}};
  EXPECT_THAT(list_step(by_name, 5), ElementsAre("A of 3", "B of 3", "C of 3 last"));
}

TEST_F(LongAnswerTest, AListOfAllSaysSoWhereNoMarketIsLeft) {
  archive(Name{"MKT"});
  LongAnswer answer{SecurityListQuery{.session = kOne, .security_req_id = Name{"L"}}, {}};
  EXPECT_THAT(list_step(answer, 2), ElementsAre(" of 0 last"));
  EXPECT_TRUE(answer.done());
}

TEST_F(LongAnswerTest, ManyAnswersTogetherCostATurnNoMoreThanOne) {
  constexpr std::uint32_t kAsking = 20;
  place(kOrders);
  subscribe(kTwo);
  for (std::uint32_t i = 0; i < kAsking; ++i) {
    subscribe(SessionId{10 + i});
  }
  pipeline.sink.reports.clear();
  for (std::uint32_t i = 0; i < kAsking; ++i) {
    pipeline.ask(all_of_account(SessionId{10 + i}));
  }
  pipeline.match.do_work();
  pipeline.journal.do_work();
  pipeline.place(kTwo, "LIVE", Side::Ask, 204, 100);
  pipeline.match.do_work();
  pipeline.journal.do_work();
  pipeline.report.do_work();
  EXPECT_EQ(reports(kTwo), 1U) << "a live report waits for nothing";
  std::size_t most = 0;
  while (pipeline.sink.reports.size() < kAsking * kPortion) {
    const std::size_t before = pipeline.sink.reports.size();
    ASSERT_GT(pipeline.report.do_work(), 0U);
    most = std::max(most, pipeline.sink.reports.size() - before);
  }
  EXPECT_LE(most, 2 * kPortion + 1);
  for (std::uint32_t i = 0; i < kAsking; ++i) {
    EXPECT_GT(reports(SessionId{10 + i}), 0U) << "they take turns: " << i;
  }
}

}  // namespace
}  // namespace betex::gateway::testing

// What must hold of every report whatever was traded: quantities, ids, order of reports; and a late
// report is the live one, field by field, also for requesters and drop copies.
#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

using fix::ExecType;
using fix::ExecutionReport;
using fix::OrdStatus;

constexpr SessionId kOne{1};
constexpr SessionId kTwo{2};
constexpr SessionId kDrop{3};
constexpr SubscriptionId kFirst{1};
constexpr SubscriptionId kSecond{2};
constexpr int kSteps = 3000;

Audience audience() {
  return Audience{
      {{.comp_id = Name{"ONE"}, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"TWO"}, .accounts = {Name{"ACC"}}},
       {.comp_id = Name{"DROP"}, .role = fix::SessionRole::DropCopy, .accounts = {Name{"ACC"}}}}};
}

class ReportProperties : public ::testing::TestWithParam<unsigned> {
 protected:
  ReportProperties() {
    pipeline.open_market();
    pipeline.submit(matching::SessionUp{.comp_id = Name{"DROP"}});
    pipeline.run();
    begin = pipeline.engine.last_seq();
    subscribe_all(kFirst);
    pipeline.sink.reports.clear();
  }

  void subscribe_all(SubscriptionId subscription) {
    for (const SessionId session : {kOne, kTwo, kDrop}) {
      pipeline.feed.subscribe(session, subscription, {begin, 100});
    }
    pipeline.run();
  }

  int random(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  std::string new_id() {
    ids.push_back("ID" + std::to_string(ids.size()));
    return ids.back();
  }

  // One of the last ids, or one that never was.
  std::string old_id() {
    const int back = random(12);
    return back < static_cast<int>(ids.size()) ? ids[ids.size() - 1 - static_cast<unsigned>(back)]
                                               : "NEVER";
  }

  // Groups come and go, trip and are reset, by hand and by fills.
  void ask_group() {
    const auto action = static_cast<matching::OrderGroupAction>(1 + random(5));
    matching::OrderGroupRequest request{.account = Name{"ACC"},
                                        .cl_ord_id = ClOrdId{new_id()},
                                        .group = any_group(),
                                        .action = action,
                                        .transact_time = pipeline.clock.time};
    if (action == matching::OrderGroupAction::Create ||
        action == matching::OrderGroupAction::Update) {
      request.limit = Decimal{(10 + random(50)) * 10'000'000};
      request.window_ms = 60'000;
      request.counted = matching::CountedFills{static_cast<std::uint8_t>(1 + random(2))};
    }
    pipeline.submit(request, pipeline.origin(random(2) == 0 ? kOne : kTwo));
    pipeline.run();
  }

  matching::Reference any_group() {
    return matching::Reference{"GROUP" + std::to_string(random(3))};
  }

  matching::OptionalBox<matching::OrderExtras> extras() {
    if (random(3) == 0) {
      return {};
    }
    matching::OrderExtras extras;
    if (random(2) == 0) {
      extras.reference = matching::Reference{"STRATEGY" + std::to_string(random(4))};
    }
    if (random(3) != 0) {
      extras.order_group = any_group();
    }
    return extras;
  }

  void step() {
    const SessionId session = random(2) == 0 ? kOne : kTwo;
    const Name account{"ACC"};
    const std::string orig = old_id();
    const ClOrdId id{random(20) == 0 ? old_id() : new_id()};
    const auto price = Decimal{(200 + 2 * random(5)) * 10'000};
    const auto quantity = Decimal{(1 + random(9)) * 10'000'000};
    const std::size_t before = pipeline.sink.reports.size();
    auto answered_by = ExecType::New;
    switch (random(6)) {
      case 0:
        answered_by = ExecType::Canceled;
        pipeline.submit(
            matching::CancelOrder{
                .account = account, .cl_ord_id = id, .orig_cl_ord_id = ClOrdId{orig}},
            pipeline.origin(session));
        break;
      case 1:
        answered_by = ExecType::Replaced;
        pipeline.submit(matching::AmendOrder{.account = account,
                                             .cl_ord_id = id,
                                             .orig_cl_ord_id = ClOrdId{orig},
                                             .transact_time = pipeline.clock.time,
                                             .price = price,
                                             .quantity = quantity},
                        pipeline.origin(session));
        break;
      default: {
        constexpr std::array kTimes{matching::TimeInForce::Day,
                                    matching::TimeInForce::Gtc,
                                    matching::TimeInForce::Ioc,
                                    matching::TimeInForce::Fok};
        pipeline.submit(
            matching::PlaceOrder{
                .account = account,
                .cl_ord_id = id,
                .symbol = Name{random(10) == 0 ? "NOWHERE" : "RUN"},
                .transact_time = pipeline.clock.time,
                .price = price,
                .quantity = quantity,
                .extras = extras(),
                .side = random(2) == 0 ? Side::Ask : Side::Bid,
                .time_in_force = kTimes[static_cast<std::size_t>(random(4))],
                .self_trade_prevention = random(3) == 0 ? matching::SelfTradePrevention::Decrement
                                                        : matching::SelfTradePrevention::None,
                .poss_resend = random(10) == 0},
            pipeline.origin(session));
      }
    }
    pipeline.run();
    check_answers(before, session, id, answered_by);
    for (const SessionId reader : {kOne, kTwo, kDrop}) {  // all keep up
      pipeline.feed.consumed(reader, kFirst, unconsumed[reader.value()]);
      unconsumed[reader.value()] = 0;
    }
  }

  // One answer to the request that was the last one, to who has sent it: it is done, or refused
  // with a reason; or how the order stands, where it was sent before.
  void check_answers(std::size_t before, SessionId to, const ClOrdId& id, ExecType answered_by) {
    int answers = 0;
    for (std::size_t i = before; i < pipeline.sink.reports.size(); ++i) {
      const auto& delivery = pipeline.sink.reports[i];
      if (delivery.session != to) {
        continue;
      }
      if (const auto* refusal = std::get_if<fix::OrderCancelReject>(&delivery.report.body)) {
        EXPECT_EQ(refusal->cl_ord_id, id);
        EXPECT_NE(refusal->reason, matching::Reason::None);
        ++answers;
      }
      const auto* report = std::get_if<ExecutionReport>(&delivery.report.body);
      if (report == nullptr) {
        continue;
      }
      const bool rejected = report->exec_type == ExecType::Rejected;
      EXPECT_TRUE(!rejected || report->reason != matching::Reason::None);
      const bool done = report->exec_type == answered_by && report->cl_ord_id == id &&
                        (answered_by == ExecType::New || !report->orig_cl_ord_id.empty());
      answers += done || report->exec_type == ExecType::OrderStatus ||
                         (rejected && report->cl_ord_id == id)
                     ? 1
                     : 0;
    }
    EXPECT_EQ(answers, 1) << id.view();
  }

  using Reports = std::map<SessionId, std::vector<fix::Report>>;

  [[nodiscard]] Reports by_session(SubscriptionId subscription) const {
    Reports found;
    for (const auto& delivery : pipeline.sink.reports) {
      if (delivery.subscription == subscription) {
        found[delivery.session].push_back(delivery.report);
      }
    }
    return found;
  }

  Pipeline pipeline{1024, audience()};
  matching::EventSeq begin;
  std::vector<std::string> ids;
  std::array<std::size_t, 8> unconsumed{};

 private:
  std::mt19937 random_{GetParam()};
};

bool is_terminal(OrdStatus status) {
  return status == OrdStatus::Filled || status == OrdStatus::Canceled ||
         status == OrdStatus::Rejected || status == OrdStatus::Expired;
}

// The life of one order, as a session's reports tell it.
struct Life {
  bool acknowledged = false;
  bool finished = false;
  Decimal cum_qty;
  ClOrdId cl_ord_id;
  matching::Reference reference;
  matching::Reference order_group;
};

void check(const ExecutionReport& report, Life& life) {
  if (!life.acknowledged) {
    life.reference = report.reference;
    life.order_group = report.order_group;
  }
  EXPECT_EQ(report.reference, life.reference);
  EXPECT_EQ(report.order_group, life.order_group);
  EXPECT_EQ(report.leaves_qty,
            is_terminal(report.ord_status) ? Decimal{0} : report.order_qty - report.cum_qty);
  if (report.exec_type == ExecType::OrderStatus) {
    return;
  }
  EXPECT_FALSE(life.finished) << "nothing comes behind the last report";
  EXPECT_EQ(report.exec_type == ExecType::New, !life.acknowledged) << "New, once, before all else";
  life.acknowledged = true;
  EXPECT_EQ(report.cum_qty - life.cum_qty,
            report.exec_type == ExecType::Trade ? report.last_qty : Decimal{0});
  life.cum_qty = report.cum_qty;
  const bool asked_for = !report.orig_cl_ord_id.empty();
  if (asked_for) {
    EXPECT_EQ(report.orig_cl_ord_id, life.cl_ord_id) << "the chain goes on from the last accepted";
  } else if (report.exec_type != ExecType::New) {
    EXPECT_EQ(report.cl_ord_id, life.cl_ord_id);
  }
  life.cl_ord_id = report.cl_ord_id;
  life.finished = is_terminal(report.ord_status);
}

TEST_P(ReportProperties, HoldAndLateReportsAreTheLiveOnes) {
  for (int i = 0; i < kSteps; ++i) {
    const std::size_t before = pipeline.sink.reports.size();
    if (i % 8 == 0) {
      ask_group();
    }
    step();
    for (std::size_t r = before; r < pipeline.sink.reports.size(); ++r) {
      ++unconsumed[pipeline.sink.reports[r].session.value()];
    }
  }
  const Reports live = by_session(kFirst);

  // The drop copy sees all executions of the account: whole lives.
  std::map<matching::OrderId, Life> lives;
  std::set<fix::ReportId> seen;
  std::map<matching::OrderGroupAction, int> of_groups;  // that were done
  int lost = 0;                                         // orders, with their groups
  for (const fix::Report& report : live.at(kDrop)) {
    EXPECT_TRUE(seen.insert(report.id).second) << "each ExecID once";
    if (const auto* const group =
            std::get_if<matching::Boxed<fix::OrderGroupReport>>(&report.body)) {
      of_groups[(*group)->action] += (*group)->reason == matching::Reason::None ? 1 : 0;
      continue;
    }
    const auto* const execution = std::get_if<ExecutionReport>(&report.body);
    ASSERT_NE(execution, nullptr);
    lost += execution->reason == matching::Reason::OrderGroupTripped &&
                    execution->exec_type == ExecType::Canceled
                ? 1
                : 0;
    if (execution->order_id != matching::OrderId{}) {
      check(*execution, lives[execution->order_id]);
    }
  }
  EXPECT_GT(lives.size(), std::size_t{kSteps} / 4);
  EXPECT_GT(lost, 10);
  EXPECT_EQ(of_groups.size(), 5U) << "something of each kind was done";

  subscribe_all(kSecond);
  for (std::map<SessionId, std::size_t> consumed; true;) {
    bool more = false;
    for (const auto& [session, reports] : by_session(kSecond)) {
      more = more || reports.size() > consumed[session];
      pipeline.feed.consumed(session, kSecond, reports.size() - consumed[session]);
      consumed[session] = reports.size();
    }
    if (!more) {
      break;
    }
    pipeline.run();
  }
  const Reports late = by_session(kSecond);
  for (const SessionId session : {kOne, kTwo, kDrop}) {
    const auto& expected = live.at(session);
    const auto& came = late.at(session);
    ASSERT_EQ(came.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(came[i], expected[i]) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReportProperties, ::testing::Values(1U, 2U, 3U));

}  // namespace
}  // namespace betex::gateway::testing

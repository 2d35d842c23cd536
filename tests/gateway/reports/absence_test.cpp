// A session that stays away keeps its own orders in memory and nobody else's, and is told on its
// return what it would have been told.
#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

constexpr SessionId kOne{1};  // trade on account ACC
constexpr SessionId kTwo{2};
constexpr SessionId kOwner{3};  // enters the orders of account OWN
constexpr SessionId kDrop{4};   // has copies of OWN's reports
constexpr SessionId kDesk{5};   // amends and cancels OWN's orders
constexpr SessionId kRisk{6};   // cancels what the desk has amended
constexpr SubscriptionId kFirst{1};
constexpr SubscriptionId kReturn{2};
constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000'000;
constexpr int kDays = 6;
constexpr int kDaysKnown = 4;       // after so many nothing else tells of an order
constexpr int kOthersOrders = 400;  // a day
constexpr int kOwnOrders = 24;      // every second day, with those that trade against them

Audience audience() {
  return Audience{
      {{.comp_id = Name{"DROP"}, .role = fix::SessionRole::DropCopy, .accounts = {Name{"OWN"}}}}};
}

// Some days of trading, the same whoever listens.
class Days {
 public:
  Days() {
    pipeline.open_market();
    pipeline.submit(matching::CreateAccount{.account = Name{"OWN"}});
    for (const char* const name : {"OWNER", "DROP", "DESK", "RISK"}) {
      pipeline.submit(matching::SessionUp{.comp_id = Name{name}});
    }
    pipeline.run();
    begin = pipeline.engine.last_seq();
  }

  // All but `absent` prove to have their reports each day.
  void pass(SessionId absent) {
    for (int day = 0; day < kDays; ++day) {
      trade_of_others();
      trade_of_owner();
      consume(absent, kFirst);
      confirm_but(absent);
      pass_night();
    }
  }

  void pass_night() {
    pipeline.clock.time += matching::Timestamp{26 * kHour};
    pipeline.run();
  }

  void confirm_but(SessionId absent) {
    for (const SessionId session : {kOne, kTwo, kOwner, kDrop, kDesk, kRisk}) {
      if (session != absent) {
        pipeline.submit(
            matching::ConfirmDelivery{.session = session, .delivered = pipeline.engine.last_seq()});
      }
    }
    pipeline.run();
  }

  void subscribe(SessionId session, SubscriptionId subscription) {
    pipeline.feed.subscribe(session, subscription, {begin, 100});
    pipeline.run();
    consume(session, subscription);
  }

  void consume(SessionId session, SubscriptionId subscription) {
    for (std::size_t now = reports(session).size(); now > consumed_;
         now = reports(session).size()) {
      pipeline.feed.consumed(session, subscription, now - consumed_);
      consumed_ = now;
      pipeline.run();
    }
  }

  [[nodiscard]] std::vector<fix::Report> reports(SessionId session) const {
    std::vector<fix::Report> found;
    for (const auto& delivery : pipeline.sink.reports) {
      if (delivery.session == session) {
        found.push_back(delivery.report);
      }
    }
    return found;
  }

  [[nodiscard]] const OrderRecords& orders() const {
    return pipeline.report.state().model.orders();
  }

  // Of how many of these executions the order is in memory.
  [[nodiscard]] std::size_t known(const std::vector<fix::Report>& reports) const {
    return static_cast<std::size_t>(std::ranges::count_if(reports, [this](const auto& report) {
      const auto* const execution = std::get_if<fix::ExecutionReport>(&report.body);
      return execution != nullptr && orders().knows(execution->order_id);
    }));
  }

  void trade_of_others() {
    for (int i = 0; i < kOthersOrders / 2; ++i) {
      const std::string id = next_id();
      pipeline.place(kOne, "A" + id, Side::Ask, 204, 3000);
      pipeline.place(kTwo, "B" + id, Side::Bid, 204, 3000);
      if (i % 64 == 0) {
        pipeline.run();
      }
    }
    pipeline.run();
  }

  Pipeline pipeline{1024, audience()};
  matching::EventSeq begin;

 private:
  std::string next_id() { return std::to_string(++last_id_); }

  // Orders that live through the night and end in all the ways there are.
  void trade_of_owner() {
    std::vector<std::string> today;
    for (int i = 0; i < kOwnOrders; ++i) {
      today.push_back("W" + next_id());
      pipeline.submit(matching::PlaceOrder{.account = Name{"OWN"},
                                           .cl_ord_id = ClOrdId{today.back()},
                                           .symbol = Name{"RUN"},
                                           .transact_time = pipeline.clock.time,
                                           .price = Decimal{1'500'000},
                                           .quantity = Decimal{100'000'000},
                                           .side = Side::Ask,
                                           .time_in_force = matching::TimeInForce::Gtc},
                      pipeline.origin(kOwner));
    }
    pipeline.run();
    for (std::size_t i = 0; i < yesterday_.size(); ++i) {
      const std::string& order = yesterday_[i];
      if (i % 4 == 0) {
        cancel(kDesk, order);
      } else if (i % 4 == 1) {
        cancel(kRisk, amend(order));
      } else if (i % 4 == 2) {
        pipeline.place(kTwo, "T" + next_id(), Side::Bid, 150, 10'000);
      }
      pipeline.run();
    }
    if (!yesterday_.empty()) {
      cancel(kDesk, yesterday_.front());  // too late
      pipeline.submit(
          matching::MassCancel{
              .account = Name{"OWN"}, .cl_ord_id = ClOrdId{"M" + next_id()}, .symbol = Name{"RUN"}},
          pipeline.origin(kOwner));
      today.clear();
    }
    pipeline.run();
    yesterday_ = today;
  }

  void cancel(SessionId session, const std::string& order) {
    pipeline.submit(matching::CancelOrder{.account = Name{"OWN"},
                                          .cl_ord_id = ClOrdId{"X" + next_id()},
                                          .orig_cl_ord_id = ClOrdId{order}},
                    pipeline.origin(session));
  }

  std::string amend(const std::string& order) {
    const std::string id = "R" + next_id();
    pipeline.submit(matching::AmendOrder{.account = Name{"OWN"},
                                         .cl_ord_id = ClOrdId{id},
                                         .orig_cl_ord_id = ClOrdId{order},
                                         .transact_time = pipeline.clock.time,
                                         .price = Decimal{1'450'000},
                                         .quantity = Decimal{100'000'000}},
                    pipeline.origin(kDesk));
    return id;
  }

  int last_id_ = 0;
  std::size_t consumed_ = 0;
  std::vector<std::string> yesterday_;
};

class AbsenceTest : public ::testing::TestWithParam<SessionId> {};

TEST_P(AbsenceTest, KeepsItsOwnOrdersAndNobodyElses) {
  const SessionId absent = GetParam();
  Days with;
  with.subscribe(absent, kFirst);
  with.pass(absent);
  const std::vector<fix::Report> live = with.reports(absent);

  Days without;
  without.pass(absent);
  const auto executions =
      static_cast<std::size_t>(std::ranges::count_if(live, [](const auto& report) {
        return std::holds_alternative<fix::ExecutionReport>(report.body);
      }));
  EXPECT_GE(executions, std::size_t{kDays / 2} * kOwnOrders / 4);
  EXPECT_EQ(without.known(live), executions);
  EXPECT_LT(without.orders().size(), std::size_t{kDaysKnown} * kOthersOrders + kDays * kOwnOrders);
  EXPECT_EQ(without.pipeline.report.state().model.given_up_to(), matching::EventSeq{0});

  without.subscribe(absent, kReturn);
  const std::vector<fix::Report> late = without.reports(absent);
  ASSERT_EQ(late.size(), live.size());
  for (std::size_t i = 0; i < live.size(); ++i) {
    ASSERT_EQ(late[i], live[i]) << i;
  }

  // Nothing is kept for it once it has proven to have them.
  for (int day = 0; day < kDaysKnown; ++day) {
    without.trade_of_others();
    without.confirm_but({});
    without.pass_night();
  }
  without.trade_of_others();
  EXPECT_EQ(without.known(live), 0U);
}

// What was proven at an earlier logon, while the session is served from the journal anew.
TEST(AbsentSession, IsNotToldOfForgottenOrdersWhenAProofComesLate) {
  Days days;
  days.pass(kOwner);
  days.pipeline.feed.subscribe(kOwner, kReturn, {days.begin, 100});
  days.pipeline.run();
  const std::size_t portions = days.reports(kOwner).size();
  ASSERT_GE(portions, kRefillBelow);
  for (int day = 0; day < kDaysKnown; ++day) {
    days.trade_of_others();
    days.confirm_but({});
    days.pass_night();
  }
  days.consume(kOwner, kReturn);
  EXPECT_EQ(days.reports(kOwner).size(), portions);
}

INSTANTIATE_TEST_SUITE_P(Sessions,
                         AbsenceTest,
                         ::testing::Values(kOwner, kDrop, kDesk, kRisk),
                         [](const auto& session) {
                           return std::string{"Session"} + std::to_string(session.param.value());
                         });

}  // namespace
}  // namespace betex::gateway::testing

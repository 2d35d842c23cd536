// What must hold of operators' reports whatever was asked: the others hear what one is answered,
// each report once and in order; and who comes back at any point gets exactly what he lacks.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/reports/operators_fixture.h"

namespace betex::gateway::testing {
namespace {

constexpr int kSteps = 400;

// What was asked is in all of these reports alike; null: of another kind.
fix::Involved* involved_of(fix::Report& report) {
  return std::visit(
      []<typename Body>(Body& body) -> fix::Involved* {
        if constexpr (std::is_same_v<Body, matching::Boxed<fix::OperationsReport>>) {
          return &body->involved;
        } else if constexpr (requires { body.involved; }) {
          return &body.involved;
        } else {
          return nullptr;
        }
      },
      report.body);
}

class OperationProperties : public OperatorsTest, public ::testing::WithParamInterface<unsigned> {
 protected:
  void SetUp() override {
    OperatorsTest::SetUp();
    pipeline.submit(
        matching::RequireApproval{.classes = matching::kAllApprovalClasses - 1});  // but results
    for (const SessionId operators : {kOps1, kOps2}) {
      pipeline.ask(SecurityListQuery{.session = operators,
                                     .security_req_id = Name{"L"},
                                     .updates = SecurityListQuery::Updates::Begin});
    }
    settle();
    sink.reports.clear();
  }

  int random(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  // A new id, or one of the last ones.
  std::string id() {
    if (random(8) != 0 || ids_.empty()) {
      ids_.push_back("id" + std::to_string(ids_.size()));
    }
    return ids_[ids_.size() - 1 -
                static_cast<unsigned>(random(std::min<int>(static_cast<int>(ids_.size()), 4)))];
  }

  template <typename Body>
  void ask_somehow(Body body) {
    digest = static_cast<std::uint64_t>(1 + random(3));
    ask(id(), std::move(body), random(2) == 0 ? kOps1 : kOps2);
    if constexpr (std::is_same_v<Body, matching::MoveFunds>) {
      proposed_ = {ids_.back(), pipeline.engine.last_seq()};
    }
  }

  void step() {
    const Name market{random(4) == 0 ? "NEXT" : "MKT"};
    const Name account{random(6) == 0 ? "NOBODY" : "ACC"};
    const Name session{random(2) == 0 ? "ONE" : "TWO"};
    switch (random(22)) {
      case 0:
        return ask_somehow(matching::SuspendMarket{
            .market = market,
            .scope = random(2) == 0 ? matching::CancelScope::All : matching::CancelScope::None});
      case 1:
      case 2:
        return ask_somehow(matching::ResumeMarket{.market = market});
      case 3:
        return ask_somehow(matching::HaltMarket{.market = market});
      case 4:
        return ask_somehow(matching::UnhaltMarket{.market = market});
      case 5:
        return ask_somehow(matching::TurnInPlay{.market = market});
      case 6:
        return ask_somehow(
            matching::SuspendAccount{.account = account, .cancel_orders = random(2) == 0});
      case 7:
      case 8:
        return ask_somehow(matching::ResumeAccount{.account = account});
      case 9:
        return ask_somehow(
            matching::SuspendSession{.comp_id = session, .cancel_orders = random(2) == 0});
      case 10:
        return ask_somehow(matching::ResumeSession{.comp_id = session});
      case 11:
        return ask_somehow(matching::CancelOnBehalf{.account = account, .market = market});
      case 12:
        return ask_somehow(
            matching::Announce{.subject = market, .headline = matching::Remark{"something"}});
      case 13:
        return ask_somehow(matching::HaltExchange{});
      case 14:
        return ask_somehow(matching::UnhaltExchange{});
      case 15:
        return ask_somehow(
            matching::CreateMarket{.market = Name{"M" + std::to_string(random(6))},
                                   .runners = {Name{"X" + std::to_string(random(60))},
                                               Name{"Y" + std::to_string(random(60))}}});
      case 16:
        return ask_somehow(matching::MoveFunds{.account = account, .amount = Decimal{1'000'000}});
      case 17:
        return ask_somehow(
            matching::Approve{.proposal = Name{proposed_.first}, .proposed = proposed_.second});
      case 18:
        return ask_somehow(matching::Decline{.proposal = Name{proposed_.first}});
      case 19:
        return ask_somehow(
            matching::SetLimits{.account = account, .credit = Decimal{random(9) * 1'000'000}});
      default:
        pipeline.place(random(2) == 0 ? kOne : kTwo,
                       "C" + std::to_string(++orders_),
                       random(2) == 0 ? Side::Ask : Side::Bid,
                       200 + 2 * random(4),
                       1000);
        settle();
    }
  }

 private:
  std::mt19937 random_{GetParam()};
  std::vector<std::string> ids_;
  std::pair<std::string, matching::EventSeq> proposed_;
  int orders_ = 0;
};

TEST_P(OperationProperties, OperatorsHearOfEachOtherOnceAndWhoeverComesBackGetsWhatHeLacks) {
  for (int i = 0; i < kSteps; ++i) {
    step();
  }
  std::map<SessionId, std::vector<fix::Report>> live;
  for (const SessionId session : kAll) {
    live[session] = reports_of(session);
    const auto& reports = live[session];
    ASSERT_GT(reports.size(), 20U);
    for (std::size_t i = 1; i < reports.size(); ++i) {
      ASSERT_LT(reports[i - 1].id, reports[i].id) << "in order, each once";
    }
  }

  // The same reports but for who has asked.
  ASSERT_EQ(live[kOps1].size(), live[kOps2].size());
  for (std::size_t i = 0; i < live[kOps1].size(); ++i) {
    fix::Report one = live[kOps1][i];
    fix::Report other = live[kOps2][i];
    fix::Involved* const of_one = involved_of(one);
    fix::Involved* const of_other = involved_of(other);
    ASSERT_EQ(of_one == nullptr, of_other == nullptr);
    if (of_one != nullptr) {
      EXPECT_NE(of_one->copy, of_other->copy) << told(one);
      const fix::Involved& copy = of_one->copy ? *of_one : *of_other;
      EXPECT_FALSE(copy.requested_by.empty());
      of_one->copy = of_other->copy = false;
      of_one->requested_by = of_other->requested_by = {};
    }
    EXPECT_EQ(one, other) << told(one) << "\n" << told(other);
  }

  // Whatever was the last report that he got.
  std::uint64_t subscription = 1;
  for (const SessionId session : kAll) {
    const auto& all = live[session];
    for (std::size_t got = 0; got <= all.size(); got += 1 + got / 8) {
      sink.reports.clear();
      const SubscriptionId logon{++subscription};
      pipeline.feed.subscribe(
          session, logon, got == 0 ? fix::ReportId{begin, kProposerLeg} : all[got - 1].id);
      pipeline.run();
      std::vector<fix::Report> late = reports_of(session, logon);
      for (std::size_t read = late.size(); read > 0;) {
        pipeline.feed.consumed(session, logon, read);
        pipeline.run();
        const std::size_t before = late.size();
        late = reports_of(session, logon);
        read = late.size() - before;
      }
      std::erase_if(late, [](const fix::Report& report) {
        return report.id == fix::ReportId{};  // that the exchange is halted
      });
      ASSERT_EQ(late.size(), all.size() - got);
      for (std::size_t i = 0; i < late.size(); ++i) {
        ASSERT_EQ(late[i], all[got + i]) << told(late[i]) << "\n" << told(all[got + i]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OperationProperties, ::testing::Values(1U, 2U, 3U));

}  // namespace
}  // namespace betex::gateway::testing

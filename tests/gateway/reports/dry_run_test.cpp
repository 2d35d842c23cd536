// Requests of operators that are only tried: through both rings, journaled nowhere, answered by
// their own kind of report to nobody but who has asked.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/reports/operators_fixture.h"

namespace betex::gateway::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DryRunTest : public OperatorsTest {
 protected:
  template <typename Body>
  void try_out(const std::string& id, Body body) {
    pipeline.ask(DryRunQuery{
        .msg_seq_num = pipeline.origin(kOps1).msg_seq_num,
        .command = command(id, std::move(body), {kOps1, matching::SessionEpoch{1}, {}})});
    pipeline.run();
  }
};

TEST_F(DryRunTest, TellsWhatWouldBeDoneAndDoesNothing) {
  pipeline.place(kOne, "A", Side::Ask, 204, 1000);
  pipeline.run();
  told_to(kOne);
  const std::uint64_t hash = pipeline.engine.state_hash();
  const matching::EventSeq last = pipeline.engine.last_seq();
  const std::size_t commits = pipeline.log.commits;
  try_out("t1",
          matching::SuspendMarket{.market = Name{"MKT"}, .scope = matching::CancelScope::All});
  try_out("t2", matching::HaltMarket{.market = Name{"MKT"}});
  try_out("t3", matching::CreateMarket{.market = Name{"NEW"}});
  try_out("t4", matching::CancelOnBehalf{.account = Name{"ACC"}});
  try_out("t5", matching::SuspendAccount{.account = Name{"ACC"}, .cancel_orders = true});
  try_out("t6", matching::SuspendAccount{.account = Name{"ACC"}});
  for (const fix::Report& report : reports_of(kOps1)) {
    EXPECT_EQ(report.id, fix::ReportId{}) << "it tells of no event";
    if (const auto* const tried =
            std::get_if<matching::Boxed<fix::OperationsReport>>(&report.body)) {
      EXPECT_EQ((*tried)->event, last) << "as of which it is told";
      EXPECT_EQ((*tried)->transact_time, pipeline.clock.time);
    }
  }
  EXPECT_THAT(
      told_to(kOps1),
      ElementsAre("UOR id=t1 op=Suspend result=5 test market=MKT version=1 state=2 affected=1",
                  "UOR id=t2 op=Halt result=5 test market=MKT version=1 state=2",
                  "d id=t3 test market=NEW",
                  "BZ id=t4 test response=1 scope=7 account=ACC affected=1",
                  "DI id=t5 test action=1 response=0 account=ACC affected=1",
                  "DI id=t6 test action=0 response=0 account=ACC"));
  EXPECT_THAT(told_to(kOps2), IsEmpty());
  EXPECT_THAT(told_to(kOne), IsEmpty());
  EXPECT_EQ(pipeline.engine.state_hash(), hash);
  EXPECT_EQ(pipeline.engine.last_seq(), last);
  EXPECT_EQ(pipeline.log.commits, commits);
}

TEST_F(DryRunTest, TellsWhyItWouldBeRefused) {
  try_out("t1", matching::ResumeMarket{.market = Name{"MKT"}});
  try_out("t2", matching::CreateMarket{.market = Name{"MKT"}});
  try_out("t3", matching::CancelOnBehalf{.account = Name{"NOBODY"}});
  try_out("t4", matching::SuspendSession{.comp_id = Name{"NOBODY"}});
  const auto code = [](matching::Reason reason) {
    return " reason=" + std::to_string(static_cast<int>(reason));
  };
  using enum matching::Reason;
  EXPECT_THAT(
      told_to(kOps1),
      ElementsAre("UOR id=t1 op=Resume result=1 test market=MKT" + code(InvalidState),
                  "d id=t2 test market=MKT" + code(AlreadyExists),
                  "BZ id=t3 test response=0 scope=7 account=NOBODY" + code(UnknownAccount),
                  "DI id=t4 test action=0 response=2 session=NOBODY" + code(UnknownSession)));
}

TEST_F(DryRunTest, UsesNoIdUpAndTellsOfOneThatIsUsedUp) {
  try_out("t1", matching::HaltMarket{.market = Name{"MKT"}});
  ask("t1", matching::HaltMarket{.market = Name{"MKT"}});
  const std::uint64_t done = pipeline.engine.last_seq().value();
  try_out("t1", matching::HaltMarket{.market = Name{"MKT"}});
  digest = 2;
  try_out("t1", matching::HaltMarket{.market = Name{"MKT"}});
  const Lines lines = told_to(kOps1);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "UOR id=t1 op=Halt result=5 test market=MKT version=1 state=2");
  EXPECT_EQ(lines[1], "UOR id=t1 op=Halt result=0 market=MKT version=2 state=4");
  EXPECT_EQ(lines[2],
            "UOR id=t1 op=Halt result=4 test first=" + std::to_string(done) +
                " market=MKT version=2 state=4");
  EXPECT_EQ(lines[3], "UOR id=t1 op=Halt result=1 test market=MKT reason=125");
}

// It stands behind what was asked before, like every request that changes nothing.
TEST_F(DryRunTest, OvertakesNothing) {
  submit("t1", matching::HaltMarket{.market = Name{"MKT"}});
  pipeline.ask(DryRunQuery{.msg_seq_num = {},
                           .command = command("t2",
                                              matching::HaltMarket{.market = Name{"MKT"}},
                                              {kOps1, matching::SessionEpoch{1}, {}})});
  pipeline.run_but_journal();
  EXPECT_THAT(told_to(kOps1), IsEmpty()) << "not even the dry run, while the halt is not durable";
  pipeline.run();
  const Lines lines = told_to(kOps1);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], ::testing::StartsWith("UOR id=t1 op=Halt result=0"));
  EXPECT_THAT(lines[1], ::testing::StartsWith("UOR id=t2 op=Halt result=1 test"));
}

}  // namespace
}  // namespace betex::gateway::testing

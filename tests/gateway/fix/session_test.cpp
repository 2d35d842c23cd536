// A session's logon, its orders and reports, its end.
#include <gtest/gtest.h>

#include "tests/gateway/fix/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

class SessionTest : public testing::Test {
 protected:
  TempFolder folder_;
  FakePipeline pipeline_;
  TestGateway gateway_{pipeline_, folder_.path()};
};

TEST_F(SessionTest, LogsOnAndAnswersAnOrderInFixt11) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("D", order_fields("A1"));

  const RawFixMessage report = peer->read_type("8");
  EXPECT_EQ(report.value(11), "A1");
  EXPECT_EQ(report.number(), 2);
  const auto orders = pipeline_.submitted_bodies<matching::PlaceOrder>();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].cl_ord_id.view(), "A1");
  EXPECT_EQ(pipeline_.submitted()[0].origin.msg_seq_num, matching::MsgSeqNum{2});
}

TEST_F(SessionTest, LogsOnAndAnswersAnOrderInFix44) {
  const auto peer = gateway_.log_on("BROKER3");
  peer->send("D", order_fields("A1"));

  const RawFixMessage report = peer->read_type("8");
  EXPECT_EQ(report.value(8), "FIX.4.4");
  EXPECT_EQ(report.value(11), "A1");
}

}  // namespace
}  // namespace betex::test

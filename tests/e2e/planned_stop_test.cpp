// A stop: told before it comes, by a signal and by an operator, and for whom it does not wait.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/raw_logon.h"
#include "tests/journal/shim.h"
#include "tests/support/gateway_process.h"
#include "tests/support/http_get.h"
#include "tests/support/patience.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds kExitTimeout{60};

std::string stop_request(const std::string& id, int notice) {
  return "20012=" + id + "|20011=Stop|20073=" + std::to_string(notice) + "|60=" + fix_now() + "|";
}

class PlannedStopTest : public testing::Test {
 protected:
  void start(const std::string& notice, const std::vector<std::string>& environment = {}) {
    gateway_ = std::make_unique<GatewayProcess>(
        wal(), std::vector<std::string>{"--notice", notice}, environment);
  }

  [[nodiscard]] std::unique_ptr<RawFixPeer> log_on(const std::string& comp_id) const {
    return test::log_on(*gateway_, comp_id);
  }

  [[nodiscard]] std::string readyz() const { return http_get(gateway_->http_port(), "/readyz"); }

  // It is logged out, as all are, and the process has ended well.
  void expect_orderly_end(RawFixPeer& peer) const {
    EXPECT_EQ(peer.read_type("5").type(), "5");
    EXPECT_EQ(gateway_->process().wait(kExitTimeout), 0) << gateway_->process().standard_error();
  }

  [[nodiscard]] std::string log() const { return gateway_->process().standard_error(); }

  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  TempFolder folder_;
  std::unique_ptr<GatewayProcess> gateway_;
};

// Nobody helps it: the time alone ends it.
TEST_F(PlannedStopTest, ASignalIsToldToAllAndActsWhenTheNoticeIsOver) {
  start("1");
  const auto broker = log_on("BROKER1");
  const auto desk = log_on("OPS1");
  gateway_->process().signal(SIGTERM);
  EXPECT_THAT(broker->read_type("B").value(148), HasSubstr("1 second"));
  EXPECT_EQ(desk->read_type("B").type(), "B");
  EXPECT_EQ(desk->read_type("5").type(), "5");
  expect_orderly_end(*broker);
}

TEST_F(PlannedStopTest, OrdersGoOnUntilTheStopAndASecondSignalCutsTheNoticeShort) {
  start("3600");
  const auto broker = log_on("BROKER1");
  EXPECT_THAT(readyz(), HasSubstr("\nok\n"));
  gateway_->process().signal(SIGTERM);
  EXPECT_EQ(broker->read_type("B").type(), "B");
  broker->send("D", order_fields("A1"));
  EXPECT_EQ(broker->read_type("8").value(150), "0");
  const std::string ready = readyz();
  EXPECT_THAT(ready, HasSubstr(" 200 "));
  EXPECT_THAT(ready, HasSubstr("ok, stopping in 3"));
  gateway_->process().signal(SIGINT);
  expect_orderly_end(*broker);
}

TEST_F(PlannedStopTest, WithoutANoticeNothingIsTold) {
  start("0");
  const auto broker = log_on("BROKER1");
  gateway_->process().signal(SIGTERM);
  EXPECT_EQ(broker->read_type("5").type(), "5");
  EXPECT_EQ(gateway_->process().wait(kExitTimeout), 0) << log();
}

// It may be loading a large snapshot; here it stands before it until everybody is logged out.
TEST_F(PlannedStopTest, EverybodyIsLoggedOutBeforeTheReplayThreadIsWaitedFor) {
  const std::filesystem::path go = folder_.path() / "go";
  start("0", with_shim(wal(), {"BETEX_DISK_HOLD=replay:" + go.string()}));
  const auto asker = log_on("BROKER1");
  const auto other = log_on("BROKER2");
  asker->send("BW", "1346=again|1347=0|1351=1|1355=BETEX|1182=1|1183=0|");
  EXPECT_EQ(asker->read_type("BX").value(1348), "0");
  ASSERT_TRUE(comes_to([&] { return std::filesystem::exists(go.string() + ".waiting"); }));
  gateway_->process().signal(SIGTERM);
  EXPECT_EQ(asker->read_type("5").type(), "5");
  EXPECT_EQ(other->read_type("5").type(), "5");
  EXPECT_FALSE(gateway_->process().ended()) << "the thread was not waited for";
  std::ofstream{go} << "on";
  EXPECT_EQ(gateway_->process().wait(kExitTimeout), 0) << log();
  EXPECT_THAT(log(), Not(HasSubstr("replay failed")));
}

// What is journaled is acted on once, however often it is read.
TEST_F(PlannedStopTest, ARestartDoesNotStopAgain) {
  start("0");
  {
    const auto desk = log_on("OPS1");
    desk->send("UOC", stop_request("stop-1", 1));
    EXPECT_EQ(desk->read_type("B").type(), "B");
    const RawFixMessage answer = desk->read_type("UOR");
    EXPECT_EQ(answer.value(20012), "stop-1");
    EXPECT_EQ(answer.value(20011), "Stop");
    expect_orderly_end(*desk);
  }
  start("0");
  const auto broker = log_on("BROKER1");
  broker->send("D", order_fields("A1"));
  EXPECT_EQ(broker->read_type("8").value(150), "0");
  EXPECT_THAT(readyz(), Not(HasSubstr("stopping")));
  EXPECT_FALSE(gateway_->process().ended());
  EXPECT_EQ(gateway_->terminate(), 0);
}

TEST_F(PlannedStopTest, AnOperatorMayStopItAtOnce) {
  start("3600");
  const auto desk = log_on("OPS1");
  desk->send("UOC", stop_request("stop-1", 0));
  EXPECT_EQ(desk->read_type("B").type(), "B");
  EXPECT_EQ(desk->read_type("UOR").value(20012), "stop-1");
  expect_orderly_end(*desk);
  EXPECT_THAT(log(), HasSubstr("an operator has asked to stop"));
}

TEST_F(PlannedStopTest, AnotherNoticeTakesThePlaceOfTheFirst) {
  start("0");
  const auto desk = log_on("OPS1");
  desk->send("UOC", stop_request("stop-1", 3600));
  EXPECT_EQ(desk->read_type("B").type(), "B");
  EXPECT_EQ(desk->read_type("UOR").value(20012), "stop-1");
  desk->send("UOC", stop_request("stop-2", 1));
  EXPECT_EQ(desk->read_type("B").type(), "B");
  EXPECT_EQ(desk->read_type("UOR").value(20012), "stop-2");
  expect_orderly_end(*desk);
}

// The same as a signal without a notice, whatever an operator has announced.
TEST_F(PlannedStopTest, ASignalWithoutANoticeCutsAnOperatorsShort) {
  start("0");
  const auto desk = log_on("OPS1");
  desk->send("UOC", stop_request("stop-1", 3600));
  EXPECT_EQ(desk->read_type("B").type(), "B");
  EXPECT_EQ(desk->read_type("UOR").value(20012), "stop-1");
  gateway_->process().signal(SIGTERM);
  expect_orderly_end(*desk);
}

}  // namespace
}  // namespace betex::test

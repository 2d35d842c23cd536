// Nodes whose clocks are an hour away from each other's, and move: who leads is decided by the log,
// and the log's time never goes back.
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/client/order_entry.h"
#include "tests/e2e/machine_clocks.h"
#include "tests/failover/failover_fixture.h"
#include "tests/support/broker.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

class FailoverClockTest : public FailoverTest {
 protected:
  // Whatever the nodes' clocks say, the clients' messages are not too old for them, and a log that
  // is ahead of a clock is not waited for.
  void start_nodes() {
    FailoverOptions options;
    options.changes = {{.shipped = "sending_time_tolerance_s = 120",
                        .value = "sending_time_tolerance_s = 86_400"}};
    options.arguments = {"--accept-clock"};
    make_cluster(options);
    start(0, {"--init-quorum-log"});
    pair().wait_until_leads(0, kFailoverPatience);
    start(1);
    pair().wait_for_standby(1, kFailoverPatience);
  }

  void start(std::size_t node, const std::vector<std::string>& arguments = {}) {
    pair().start(node, arguments, clocks_.at(node)->environment());
  }

  void set_clock(std::size_t node, nanoseconds from_true) { clocks_.at(node)->set_wall(from_true); }

  // BROKER1's, which rests.
  void place_order(std::size_t node) {
    const std::string order = "O" + std::to_string(++orders_);
    broker_.log_on(pair().fix_port(node));
    broker_.send(client::NewOrder{.cl_ord_id = order,
                                  .symbol = "RAIN-LON",
                                  .side = client::Side::BackOrBuy,
                                  .quantity = "10",
                                  .price = "0.40",
                                  .time_in_force = client::TimeInForce::GoodTillCancel});
    EXPECT_EQ(execution_of(broker_, order).exec_type, '0');
  }

  // Which every state of the clock allows.
  void cancel_order(std::size_t node) {
    broker_.session().disconnect();
    broker_.log_on(pair().fix_port(node));
    const std::string request = "C" + std::to_string(orders_);
    broker_.send(client::CancelRequest{.cl_ord_id = request,
                                       .orig_cl_ord_id = "O" + std::to_string(orders_),
                                       .symbol = "RAIN-LON",
                                       .side = client::Side::BackOrBuy});
    EXPECT_EQ(execution_of(broker_, request).exec_type, '4');
    broker_.session().disconnect();
  }

  void end_all() {
    for (const std::size_t node : {std::size_t{0}, std::size_t{1}}) {
      EXPECT_EQ(pair().terminate(node), 0) << pair().log(node);
    }
    expect_equal_journals();
  }

 private:
  TempFolder folder_;
  std::vector<std::unique_ptr<MachineClocks>> clocks_ = two_clocks();
  Broker broker_{"BROKER1"};
  int orders_ = 0;

  [[nodiscard]] std::vector<std::unique_ptr<MachineClocks>> two_clocks() const {
    std::vector<std::unique_ptr<MachineClocks>> clocks;
    for (const char* name : {"clocks-a", "clocks-b"}) {
      clocks.push_back(std::make_unique<MachineClocks>(folder_.path() / name));
    }
    return clocks;
  }
};

TEST_F(FailoverClockTest, TheLeadersClockIsSetAndItGoesOnLeadingUntilItIsKilled) {
  start_nodes();
  std::size_t leader = 0;
  for (int round = 0; round < 2 * rounds(1); ++round) {
    place_order(leader);
    set_clock(leader, round % 2 == 0 ? nanoseconds{1h} : nanoseconds{-1h});
    // It is taken for what it is by now, and by nobody for a reason to take over.
    std::this_thread::sleep_for(between(Milliseconds{1'000}, Milliseconds{3'000}));
    EXPECT_TRUE(pair().listens(leader)) << pair().log(leader);
    EXPECT_TRUE(pair().stands_by(other(leader))) << pair().log(other(leader));
    pair().kill(leader);
    pair().wait_until_leads(other(leader), kFailoverPatience);
    cancel_order(other(leader));
    set_clock(leader, 0ns);
    start(leader);
    pair().wait_for_standby(leader, kFailoverPatience);
    leader = other(leader);
  }
  end_all();
}

TEST_F(FailoverClockTest, AStandbyWhoseClockIsSetLeadsWhenThereIsNobodyElse) {
  start_nodes();
  std::size_t leader = 0;
  for (int round = 0; round < 2 * rounds(1); ++round) {
    const std::size_t standby = other(leader);
    place_order(leader);
    set_clock(standby, round % 2 == 0 ? nanoseconds{-1h} : nanoseconds{1h});
    std::this_thread::sleep_for(between(Milliseconds{500}, Milliseconds{1'500}));
    pair().kill(leader);
    pair().wait_until_leads(standby, kFailoverPatience);
    cancel_order(standby);
    // Its own time is away from the true one: it makes room for another with the right one.
    set_clock(standby, 0ns);
    start(leader);
    pair().wait_for_standby(leader, kFailoverPatience);
    EXPECT_EQ(pair().terminate(standby), 0) << pair().log(standby);
    pair().wait_until_leads(leader, kFailoverPatience);
    start(standby);
    pair().wait_for_standby(standby, kFailoverPatience);
  }
  end_all();
}

}  // namespace
}  // namespace betex::test

// Orders of two brokers over TCP, in both dialects: what comes back, field by field, is what the
// rules of engagement promise.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/broker.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using client::CancelReject;
using client::CancelRequest;
using client::Dialect;
using client::ExecutionReport;
using client::MessageReject;
using client::NewOrder;
using client::Side;
using client::StatusRequest;
using client::TimeInForce;

constexpr const char* kHome = "EPL-ARS-CHE.HOME";
constexpr const char* kRain = "RAIN-LON";

struct Pair {
  std::string alice;
  std::string bob;
};

class TradingTest : public testing::TestWithParam<Pair> {
 protected:
  void SetUp() override {
    alice_.log_on(gateway_.fix_port());
    bob_.log_on(gateway_.fix_port());
  }

  // Sends an order and returns the first answer to it.
  static ExecutionReport place(Broker& broker, const NewOrder& order) {
    broker.send(order);
    ExecutionReport report = broker.next_execution();
    EXPECT_EQ(report.cl_ord_id, order.cl_ord_id);
    return report;
  }

  static ExecutionReport lay(Broker& broker, const char* id, const char* stake, const char* odds) {
    return place(broker,
                 {.cl_ord_id = id,
                  .symbol = kHome,
                  .side = Side::LayOrSell,
                  .quantity = stake,
                  .price = odds,
                  .time_in_force = TimeInForce::GoodTillCancel});
  }

  static ExecutionReport back(Broker& broker, const char* id, const char* stake, const char* odds) {
    return place(broker,
                 {.cl_ord_id = id,
                  .symbol = kHome,
                  .side = Side::BackOrBuy,
                  .quantity = stake,
                  .price = odds});
  }

  // What a code of FIX.5.0SP2 is in this pair's dialect, where FIX.4.4 lacks it.
  [[nodiscard]] std::int64_t or_other_in_44(std::int64_t code) {
    return alice_.session().dialect() == Dialect::Fix44 ? 99 : code;
  }

  TempFolder wal_;
  GatewayProcess gateway_{wal_.path()};
  Broker alice_{GetParam().alice};
  Broker bob_{GetParam().bob};
};

void expect_trade(const ExecutionReport& report, const char* quantity, const char* price) {
  EXPECT_EQ(report.exec_type, 'F');
  EXPECT_EQ(report.last_qty, quantity);
  EXPECT_EQ(report.last_px, price);
}

void expect_values(const ExecutionReport& report,
                   char status,
                   const char* cum,
                   const char* leaves) {
  EXPECT_EQ(report.ord_status, status);
  EXPECT_EQ(report.cum_qty, cum);
  EXPECT_EQ(report.leaves_qty, leaves);
}

TEST_P(TradingTest, ANewOrderIsAcknowledgedWithAllItsTerms) {
  const ExecutionReport report = lay(alice_, "lay-1", "30", "2.04");
  EXPECT_EQ(report.exec_type, '0');
  expect_values(report, '0', "0.00", "30.00");
  EXPECT_EQ(report.symbol, kHome);
  EXPECT_EQ(report.side, Side::LayOrSell);
  EXPECT_EQ(report.order_qty, "30.00");
  EXPECT_EQ(report.price, "2.04");
  EXPECT_EQ(report.account, GetParam().alice);
  EXPECT_EQ(client::parse_decimal(report.avg_px, 8), 0);
  EXPECT_TRUE(report.orig_cl_ord_id.empty());
  EXPECT_FALSE(report.order_id.empty() || report.order_id == "NONE");
  EXPECT_FALSE(report.exec_id.empty() || report.exec_id == "0");
  EXPECT_FALSE(report.transact_time.empty());
  EXPECT_FALSE(report.reason.has_value());
}

TEST_P(TradingTest, ABackIsFilledAtTheLayersPricesBestFirst) {
  lay(alice_, "lay-1", "30", "2.04");
  lay(alice_, "lay-2", "50", "2.02");
  const ExecutionReport accepted = place(bob_,
                                         {.cl_ord_id = "back-1",
                                          .symbol = kHome,
                                          .side = Side::BackOrBuy,
                                          .quantity = "60",
                                          .price = "2.02",
                                          .time_in_force = TimeInForce::GoodTillCancel});
  EXPECT_EQ(accepted.exec_type, '0');
  expect_values(accepted, '0', "0.00", "60.00");

  const ExecutionReport first = bob_.next_execution();
  expect_trade(first, "30.00", "2.04");
  expect_values(first, '1', "30.00", "30.00");
  const ExecutionReport second = bob_.next_execution();
  expect_trade(second, "30.00", "2.02");
  expect_values(second, '2', "60.00", "0.00");
  EXPECT_EQ(client::parse_decimal(second.avg_px, 8), 203'000'000);
  EXPECT_EQ(second.order_id, accepted.order_id);

  const ExecutionReport best = alice_.next_execution();
  EXPECT_EQ(best.cl_ord_id, "lay-1");
  expect_trade(best, "30.00", "2.04");
  expect_values(best, '2', "30.00", "0.00");
  const ExecutionReport next = alice_.next_execution();
  EXPECT_EQ(next.cl_ord_id, "lay-2");
  expect_trade(next, "30.00", "2.02");
  expect_values(next, '1', "30.00", "20.00");

  EXPECT_NE(first.exec_id, best.exec_id);
  EXPECT_TRUE(alice_.rest().empty());
  EXPECT_TRUE(bob_.rest().empty());
}

TEST_P(TradingTest, YesIsBoughtAndSoldAtTheRestingPrice) {
  place(alice_,
        {.cl_ord_id = "buy-1",
         .symbol = kRain,
         .side = Side::BackOrBuy,
         .quantity = "100",
         .price = "0.60"});
  const ExecutionReport accepted = place(bob_,
                                         {.cl_ord_id = "sell-1",
                                          .symbol = kRain,
                                          .side = Side::LayOrSell,
                                          .quantity = "40",
                                          .price = "0.55"});
  EXPECT_EQ(accepted.exec_type, '0');
  const ExecutionReport sold = bob_.next_execution();
  expect_trade(sold, "40", "0.60");
  expect_values(sold, '2', "40", "0");
  const ExecutionReport bought = alice_.next_execution();
  expect_trade(bought, "40", "0.60");
  expect_values(bought, '1', "40", "60");
}

TEST_P(TradingTest, TheRestOfAnImmediateOrCancelOrderIsCancelled) {
  lay(alice_, "lay-1", "10", "3.00");
  place(bob_,
        {.cl_ord_id = "ioc-1",
         .symbol = kHome,
         .side = Side::BackOrBuy,
         .quantity = "25",
         .price = "3.00",
         .time_in_force = TimeInForce::ImmediateOrCancel});
  expect_trade(bob_.next_execution(), "10.00", "3.00");
  const ExecutionReport cancelled = bob_.next_execution();
  EXPECT_EQ(cancelled.exec_type, '4');
  expect_values(cancelled, '4', "10.00", "0.00");
  EXPECT_EQ(cancelled.order_qty, "25.00");
  EXPECT_TRUE(cancelled.orig_cl_ord_id.empty());
}

TEST_P(TradingTest, AnImmediateOrCancelOrderWithoutCounterpartyNeverRests) {
  const NewOrder ioc{.cl_ord_id = "ioc-1",
                     .symbol = kHome,
                     .side = Side::BackOrBuy,
                     .quantity = "25",
                     .price = "3.00",
                     .time_in_force = TimeInForce::ImmediateOrCancel};
  EXPECT_EQ(place(bob_, ioc).exec_type, '0');
  const ExecutionReport cancelled = bob_.next_execution();
  EXPECT_EQ(cancelled.exec_type, '4');
  expect_values(cancelled, '4', "0.00", "0.00");
  lay(alice_, "lay-1", "10", "3.00");
  EXPECT_TRUE(alice_.rest().empty());
}

TEST_P(TradingTest, ACancelTakesTheOrderOutOfTheBook) {
  const ExecutionReport resting = lay(alice_, "lay-1", "30", "2.04");
  alice_.send(CancelRequest{.cl_ord_id = "cancel-1",
                            .orig_cl_ord_id = "lay-1",
                            .symbol = kHome,
                            .side = Side::LayOrSell});
  const ExecutionReport cancelled = alice_.next_execution();
  EXPECT_EQ(cancelled.exec_type, '4');
  expect_values(cancelled, '4', "0.00", "0.00");
  EXPECT_EQ(cancelled.cl_ord_id, "cancel-1");
  EXPECT_EQ(cancelled.orig_cl_ord_id, "lay-1");
  EXPECT_EQ(cancelled.order_id, resting.order_id);
  EXPECT_EQ(cancelled.order_qty, "30.00");

  back(bob_, "back-1", "30", "2.04");
  EXPECT_TRUE(bob_.rest().empty());
  EXPECT_TRUE(alice_.rest().empty());
}

TEST_P(TradingTest, ACancelThatFailsTellsHowTheOrderStands) {
  const ExecutionReport resting = lay(alice_, "lay-1", "30", "2.04");
  back(bob_, "back-1", "30", "2.04");
  EXPECT_EQ(alice_.next_execution().ord_status, '2');

  alice_.send(CancelRequest{.cl_ord_id = "cancel-1",
                            .orig_cl_ord_id = "lay-1",
                            .symbol = kHome,
                            .side = Side::LayOrSell});
  const CancelReject too_late = alice_.next_cancel_reject();
  EXPECT_EQ(too_late.cxl_rej_reason, 0);
  EXPECT_EQ(too_late.reason, 101);
  EXPECT_EQ(too_late.ord_status, '2');
  EXPECT_EQ(too_late.response_to, '1');
  EXPECT_EQ(too_late.order_id, resting.order_id);
  EXPECT_EQ(too_late.cl_ord_id, "cancel-1");
  EXPECT_EQ(too_late.orig_cl_ord_id, "lay-1");
  EXPECT_FALSE(too_late.text.empty());

  alice_.send(CancelRequest{.cl_ord_id = "cancel-2",
                            .orig_cl_ord_id = "never-sent",
                            .symbol = kHome,
                            .side = Side::LayOrSell});
  const CancelReject unknown = alice_.next_cancel_reject();
  EXPECT_EQ(unknown.cxl_rej_reason, 1);
  EXPECT_EQ(unknown.reason, 100);
  EXPECT_EQ(unknown.ord_status, '8');
  EXPECT_EQ(unknown.order_id, "NONE");
}

TEST_P(TradingTest, AnotherBrokersOrderIsUnknown) {
  const ExecutionReport resting = lay(alice_, "lay-1", "30", "2.04");
  bob_.send(CancelRequest{.cl_ord_id = "cancel-1",
                          .orig_cl_ord_id = "lay-1",
                          .order_id = resting.order_id,
                          .symbol = kHome,
                          .side = Side::LayOrSell});
  EXPECT_EQ(bob_.next_cancel_reject().cxl_rej_reason, 1);
  EXPECT_TRUE(alice_.rest().empty());
}

TEST_P(TradingTest, AStatusRequestIsAnsweredWithTheOrdersValues) {
  const ExecutionReport resting = lay(alice_, "lay-1", "30", "2.04");
  back(bob_, "back-1", "10", "2.04");
  alice_.next_execution();
  alice_.send(StatusRequest{
      .cl_ord_id = "lay-1", .symbol = kHome, .side = Side::LayOrSell, .status_req_id = "status-1"});
  const ExecutionReport status = alice_.next_execution();
  EXPECT_EQ(status.exec_type, 'I');
  EXPECT_EQ(status.exec_id, "0");
  EXPECT_EQ(status.status_req_id, "status-1");
  EXPECT_EQ(status.order_id, resting.order_id);
  expect_values(status, '1', "10.00", "20.00");
  EXPECT_EQ(client::parse_decimal(status.avg_px, 8), 204'000'000);

  alice_.send(StatusRequest{.cl_ord_id = "never-sent",
                            .symbol = kHome,
                            .side = Side::LayOrSell,
                            .status_req_id = "status-2"});
  const ExecutionReport unknown = alice_.next_execution();
  EXPECT_EQ(unknown.exec_type, 'I');
  EXPECT_EQ(unknown.ord_status, '8');
  EXPECT_EQ(unknown.order_id, "NONE");
  EXPECT_EQ(unknown.ord_rej_reason, 5);
}

TEST_P(TradingTest, AStatusRequestDoesNotOvertakeTheOrderBeforeIt) {
  alice_.send(NewOrder{.cl_ord_id = "lay-1",
                       .symbol = kHome,
                       .side = Side::LayOrSell,
                       .quantity = "30",
                       .price = "2.04"});
  alice_.send(StatusRequest{
      .cl_ord_id = "lay-1", .symbol = kHome, .side = Side::LayOrSell, .status_req_id = "status-1"});
  EXPECT_EQ(alice_.next_execution().exec_type, '0');
  const ExecutionReport status = alice_.next_execution();
  EXPECT_EQ(status.exec_type, 'I');
  EXPECT_EQ(status.ord_status, '0');
}

TEST_P(TradingTest, RefusedOrdersTellWhy) {
  struct Case {
    NewOrder order;
    std::int64_t reason;
    std::int64_t ord_rej_reason;
  };

  lay(alice_, "lay-1", "30", "2.04");
  const std::vector<Case> cases{
      {{.cl_ord_id = "bad-1", .symbol = "EPL-ARS-CHE.REFEREE", .quantity = "30", .price = "2.04"},
       20,
       1},
      {{.cl_ord_id = "bad-2", .symbol = kHome, .quantity = "30", .price = "2.03"},
       40,
       or_other_in_44(18)},
      {{.cl_ord_id = "bad-3", .symbol = kRain, .quantity = "30", .price = "0.605"},
       40,
       or_other_in_44(18)},
      {{.cl_ord_id = "lay-1", .symbol = kHome, .quantity = "30", .price = "2.04"}, 4, 6},
      {{.cl_ord_id = "bad-1", .symbol = kHome, .quantity = "30", .price = "2.04"}, 4, 6},
  };
  for (const Case& refused : cases) {
    const ExecutionReport report = place(alice_, refused.order);
    SCOPED_TRACE(refused.order.cl_ord_id + ": " + report.text);
    EXPECT_EQ(report.exec_type, '8');
    EXPECT_EQ(report.ord_status, '8');
    EXPECT_EQ(client::parse_decimal(report.cum_qty, 2), 0);
    EXPECT_EQ(client::parse_decimal(report.leaves_qty, 2), 0);
    EXPECT_EQ(report.reason, refused.reason);
    EXPECT_EQ(report.ord_rej_reason, refused.ord_rej_reason);
    EXPECT_EQ(report.order_id, "NONE");
    EXPECT_FALSE(report.text.empty());
  }
  EXPECT_TRUE(bob_.rest().empty());
}

TEST_P(TradingTest, AnAccountOfSomebodyElseIsNotOursToTrade) {
  const std::uint32_t number = alice_.send(NewOrder{.cl_ord_id = "lay-1",
                                                    .symbol = kHome,
                                                    .side = Side::LayOrSell,
                                                    .quantity = "30",
                                                    .price = "2.04",
                                                    .account = GetParam().bob});
  const MessageReject refused = alice_.next_message_reject();
  EXPECT_EQ(refused.ref_seq_num, number);
  EXPECT_EQ(refused.ref_msg_type, "D");
  EXPECT_EQ(refused.ref_id, "lay-1");
  EXPECT_EQ(refused.reject_reason, 6);
  EXPECT_EQ(refused.reason, 142);
}

INSTANTIATE_TEST_SUITE_P(Dialects,
                         TradingTest,
                         testing::Values(Pair{"BROKER1", "BROKER2"}, Pair{"BROKER3", "BROKER4"}),
                         [](const auto& tested) { return tested.index == 0 ? "Fixt11" : "Fix44"; });

}  // namespace
}  // namespace betex::test

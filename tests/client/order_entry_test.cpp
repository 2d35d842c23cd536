#include "gateway/client/order_entry.h"

#include <variant>

#include <gtest/gtest.h>

#include "gateway/client/error.h"

namespace betex::client {
namespace {

TEST(OrderEntryTest, ALimitOrderCarriesWhatTheTraderWrote) {
  const Message message = to_message(NewOrder{.cl_ord_id = "a-1",
                                              .symbol = "EPL-ARS-CHE.HOME",
                                              .side = Side::LayOrSell,
                                              .quantity = "30",
                                              .price = "2.04",
                                              .time_in_force = TimeInForce::GoodTillCancel});
  EXPECT_EQ(message.type(), "D");
  EXPECT_TRUE(message.has(11, "a-1") && message.has(55, "EPL-ARS-CHE.HOME"));
  EXPECT_TRUE(message.has(54, "2") && message.has(38, "30") && message.has(40, "2"));
  EXPECT_TRUE(message.has(44, "2.04") && message.has(59, "1"));
  EXPECT_TRUE(message.find(60).has_value());
  EXPECT_FALSE(message.find(1).has_value());
}

TEST(OrderEntryTest, AnOrderWithoutPriceIsAMarketOrder) {
  const Message message =
      to_message(NewOrder{.cl_ord_id = "a", .symbol = "RAIN-LON", .quantity = "5"});
  EXPECT_TRUE(message.has(40, "1"));
  EXPECT_FALSE(message.find(44).has_value());
}

TEST(OrderEntryTest, AnOrderThatMayHaveArrivedSaysSoInItsHeader) {
  const Message message = to_message(NewOrder{.cl_ord_id = "a",
                                              .symbol = "RAIN-LON",
                                              .quantity = "5",
                                              .persistence = "1",
                                              .poss_resend = true});
  EXPECT_EQ(message.fields().front().tag, 97);
  EXPECT_TRUE(message.has(97, "Y") && message.has(20004, "1"));
}

TEST(OrderEntryTest, AListMayComeWithWordOfWhatChangesLater) {
  using Updates = SecurityListRequest::Updates;
  const Message list = to_message(SecurityListRequest{.security_req_id = "l-1"});
  EXPECT_TRUE(list.has(559, "4") && list.has(320, "l-1"));
  EXPECT_FALSE(list.find(263).has_value());
  const auto asking_for = [](Updates updates) {
    return to_message(SecurityListRequest{.security_req_id = "l-2", .updates = updates});
  };
  EXPECT_TRUE(asking_for(Updates::Begin).has(263, "1"));
  EXPECT_TRUE(asking_for(Updates::End).has(263, "2"));
}

TEST(OrderEntryTest, ReadsAnExecutionReport) {
  Message message{"8"};
  message.add(17, "12.1").add(37, "3").add(11, "a").add(150, "F").add(39, "1").add(54, "1");
  message.add(14, "10.00").add(151, "20.00").add(31, "2.04").add(32, "10.00").add(6, "2.04");
  const auto report = std::get<ExecutionReport>(to_report(message));
  EXPECT_EQ(report.exec_id, "12.1");
  EXPECT_EQ(report.exec_type, 'F');
  EXPECT_EQ(report.last_px, "2.04");
  EXPECT_FALSE(report.terminal());
  EXPECT_FALSE(report.reason.has_value());
}

TEST(OrderEntryTest, AReportWithoutAFieldThatItMustHaveIsAnError) {
  Message message{"8"};
  message.add(17, "12.1").add(37, "3").add(150, "F").add(39, "1").add(54, "1").add(14, "1");
  EXPECT_THROW(to_report(message), ProtocolError);
}

TEST(OrderEntryTest, ReadsRejectsOfEveryKind) {
  Message nine{"9"};
  nine.add(37, "NONE").add(11, "c").add(41, "a").add(39, "8").add(434, "1").add(102, 1);
  EXPECT_EQ(std::get<CancelReject>(to_report(nine)).cxl_rej_reason, 1);

  Message business{"j"};
  business.add(45, 7).add(372, "D").add(380, 4).add(379, "a").add(20001, 144);
  const auto refused = std::get<MessageReject>(to_report(business));
  EXPECT_EQ(refused.ref_seq_num, 7U);
  EXPECT_EQ(refused.reject_reason, 4);
  EXPECT_EQ(refused.reason, 144);

  Message session{"3"};
  session.add(45, 8).add(371, 44).add(373, 6);
  EXPECT_EQ(std::get<MessageReject>(to_report(session)).ref_tag, 44);
}

}  // namespace
}  // namespace betex::client

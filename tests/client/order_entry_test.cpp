#include "gateway/client/order_entry.h"

#include <optional>
#include <string>
#include <string_view>
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

TEST(OrderEntryTest, AnOrderMayHaveAReferenceAGroupAndAVersion) {
  const Message message = to_message(NewOrder{.cl_ord_id = "a",
                                              .symbol = "RAIN-LON",
                                              .quantity = "5",
                                              .market_version = "7",
                                              .reference = "desk-7",
                                              .order_group = "QUOTES"});
  EXPECT_TRUE(message.has(583, "desk-7") && message.has(20005, "7") &&
              message.has(20080, "QUOTES"));
  const Message plain =
      to_message(NewOrder{.cl_ord_id = "a", .symbol = "RAIN-LON", .quantity = "5"});
  EXPECT_FALSE(plain.find(583) || plain.find(20005) || plain.find(20080));
}

TEST(OrderEntryTest, AReplaceSaysOnlyWhatIsToChange) {
  ReplaceRequest request{.cl_ord_id = "b",
                         .orig_cl_ord_id = "a",
                         .symbol = "RAIN-LON",
                         .quantity = "5",
                         .price = "0.40"};
  EXPECT_FALSE(to_message(request).find(20004) || to_message(request).find(20005));
  request.persistence = "0";
  request.market_version = "7";
  EXPECT_TRUE(to_message(request).has(20004, "0") && to_message(request).has(20005, "7"));
}

TEST(OrderEntryTest, AMassCancelIsNeverOfMoreThanWasAskedFor) {
  const auto type = [](const MassCancelRequest& request) {
    return std::string{to_message(request).get(530)};
  };
  EXPECT_EQ(type({.cl_ord_id = "m"}), "7");
  EXPECT_EQ(type({.cl_ord_id = "m", .symbol = "RAIN-LON"}), "1");
  EXPECT_EQ(type({.cl_ord_id = "m", .market = "RAIN-LON"}), "9");
  EXPECT_EQ(type({.cl_ord_id = "m", .own_session = true}), "6");
  const Message some =
      to_message(MassCancelRequest{.cl_ord_id = "m", .reference = "r", .order_group = "g"});
  EXPECT_TRUE(some.has(530, "7") && some.has(583, "r") && some.has(20080, "g"));
  const Message asked = to_message(
      MassStatusRequest{.mass_status_req_id = "m", .reference = "r", .order_group = "g"});
  EXPECT_TRUE(asked.has(585, "7") && asked.has(583, "r") && asked.has(20080, "g"));
}

TEST(OrderEntryTest, AGroupsTermsAreSaidWholeOrNotAtAll) {
  OrderGroupRequest request{.cl_ord_id = "g", .group = "QUOTES"};
  request.terms =
      OrderGroupRequest::Terms{.limit = "50", .window_ms = "2000", .resting_only = true};
  const Message create = to_message(request);
  EXPECT_EQ(create.type(), "UOG");
  EXPECT_TRUE(create.has(20080, "QUOTES") && create.has(20081, "1") && create.has(20082, "50"));
  EXPECT_TRUE(create.has(20083, "2000") && create.has(20084, "2") && create.has(20086, "N"));
  request.action = OrderGroupRequest::Action::Trip;
  request.terms.reset();
  const Message trip = to_message(request);
  EXPECT_TRUE(trip.has(20081, "4") && trip.find(60).has_value());
  for (const int tag : {20082, 20083, 20084, 20086}) {
    EXPECT_FALSE(trip.find(tag)) << tag;
  }
}

TEST(OrderEntryTest, AReplayIsOfOneRangeOfEvents) {
  std::string text;
  const Message open_ended = to_message(ReplayRequest{.request_id = "r", .first = "7"});
  for (const Field& field : open_ended.fields()) {
    text += std::to_string(field.tag) + "=" + field.value + "|";
  }
  EXPECT_EQ(text, "1346=r|1347=0|1351=1|1355=BETEX|1182=7|1183=0|");
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

// FIX.4.4 says it in another field.
TEST(OrderEntryTest, AFillSaysWhichTradeItIsAndWhoTook) {
  const auto read = [](int tag, std::string_view value) {
    Message message{"8"};
    message.add(17, "12-1").add(37, "3").add(150, "F").add(39, "1").add(54, "1").add(14, "1");
    message.add(151, "2").add(880, "12").add(tag, value).add(583, "desk-7").add(20080, "QUOTES");
    return std::get<ExecutionReport>(to_report(message));
  };
  EXPECT_EQ(read(1057, "Y").aggressor, true);
  EXPECT_EQ(read(1057, "N").aggressor, false);
  EXPECT_EQ(read(851, "2").aggressor, true);
  EXPECT_EQ(read(851, "1").aggressor, false);
  EXPECT_EQ(read(58, "nothing of it").aggressor, std::nullopt);
  EXPECT_EQ(read(1057, "Y").trade_id, "12");
  EXPECT_EQ(read(1057, "Y").reference, "desk-7");
  EXPECT_EQ(read(1057, "Y").order_group, "QUOTES");
}

TEST(OrderEntryTest, EveryKindOfReportSaysWhetherItMayBeKnown) {
  Message eight{"8"};
  eight.add(17, "12-1").add(37, "3").add(150, "F").add(39, "1").add(54, "1").add(14, "1");
  eight.add(151, "2");
  Message nine{"9"};
  nine.add(37, "NONE").add(11, "c").add(41, "a").add(39, "8").add(434, "1");
  Message mass{"r"};
  mass.add(11, "m").add(531, "7").add(533, "0");
  Message business{"j"};
  business.add(45, 7).add(372, "D").add(380, 4);
  for (Message message : {eight, nine, mass, business, Message{"UOH"}}) {
    EXPECT_FALSE(told_again(to_report(message))) << message.type();
    message.add(97, "Y");
    EXPECT_TRUE(told_again(to_report(message))) << message.type();
  }
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
  EXPECT_FALSE(refused.retry_after_ms.has_value());
  business.add(20074, 250);
  EXPECT_EQ(std::get<MessageReject>(to_report(business)).retry_after_ms, 250);

  Message session{"3"};
  session.add(45, 8).add(371, 44).add(373, 6);
  EXPECT_EQ(std::get<MessageReject>(to_report(session)).ref_tag, 44);
}

}  // namespace
}  // namespace betex::client

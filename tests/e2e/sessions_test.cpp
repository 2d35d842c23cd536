// Sessions that break and go on: every report arrives and no order is lost, without a reset.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "gateway/client/utc_time.h"
#include "tests/support/broker.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using client::ExecutionReport;
using client::Message;
using client::NewOrder;
using client::Side;

NewOrder lay(const std::string& id, const char* odds = "2.04") {
  return {.cl_ord_id = id,
          .symbol = "EPL-ARS-CHE.HOME",
          .side = Side::LayOrSell,
          .quantity = "30",
          .price = odds};
}

NewOrder back(const std::string& id, const char* odds = "2.04") {
  NewOrder order = lay(id, odds);
  order.side = Side::BackOrBuy;
  return order;
}

// The fields of a message that a resend may change, and those that stay.
std::string unchanging(const Message& message) {
  std::string text;
  for (const client::Field& field : message.fields()) {
    const bool changes = field.tag == 9 || field.tag == 10 || field.tag == 43 || field.tag == 52 ||
                         field.tag == 122 || field.tag == 369;
    if (!changes) {
      text += std::to_string(field.tag) + "=" + field.value + "|";
    }
  }
  return text;
}

class SessionsTest : public testing::TestWithParam<const char*> {
 protected:
  TempFolder wal_;
  GatewayProcess gateway_{wal_.path()};
  Broker broker_{GetParam()};
  Broker other_{"BROKER2"};
};

TEST_P(SessionsTest, ReportsMadeWhileNobodyWasLoggedOnComeAtTheNextLogon) {
  broker_.log_on(gateway_.fix_port());
  broker_.send(lay("lay-1"));
  EXPECT_EQ(broker_.next_execution().exec_type, '0');
  broker_.session().disconnect();

  other_.log_on(gateway_.fix_port());
  other_.send(back("back-1"));
  EXPECT_EQ(other_.next_execution().exec_type, '0');
  EXPECT_EQ(other_.next_execution().exec_type, 'F');

  broker_.log_on(gateway_.fix_port());
  const ExecutionReport filled = broker_.next_execution();
  EXPECT_EQ(filled.exec_type, 'F');
  EXPECT_EQ(filled.cl_ord_id, "lay-1");
  EXPECT_EQ(filled.leaves_qty, "0.00");
  EXPECT_TRUE(broker_.rest().empty());
}

TEST_P(SessionsTest, MessagesThatTheClientHasLostAreSentAgainUnchanged) {
  broker_.log_on(gateway_.fix_port());
  const std::uint32_t before = broker_.store().next_in();
  std::vector<Message> first;
  for (int i = 0; i < 5; ++i) {
    broker_.send(lay("lay-" + std::to_string(i)));
    first.push_back(broker_.next_message());
  }
  broker_.session().disconnect();

  // The client's process ends and begins again, with what it had written down by then.
  broker_.store().set_next_in(before);
  client::Session again{{.dialect = broker_.session().dialect(),
                         .sender = GetParam(),
                         .password = client::Password{"demo"}},
                        broker_.store()};
  log_on(again, gateway_.fix_port());
  for (const Message& message : first) {
    const auto resent = again.receive(kPatience);
    ASSERT_TRUE(resent.has_value());
    EXPECT_TRUE(resent->poss_dup());
    EXPECT_EQ(resent->get(122), message.get(52));
    EXPECT_EQ(unchanging(*resent), unchanging(message));
  }
  again.synchronise(kPatience);
  EXPECT_FALSE(again.receive(std::chrono::seconds{0}).has_value());
  EXPECT_EQ(again.counters().resend_requests_sent, 1U);
}

TEST_P(SessionsTest, AnOrderThatTheGatewayHasNotSeenIsAskedForAndActsOnce) {
  broker_.log_on(gateway_.fix_port());
  broker_.send(lay("lay-1"));
  broker_.next_message();
  broker_.session().disconnect();

  // Stored, as before every sending, but the connection was gone.
  for (const char* id : {"lost-1", "lost-2"}) {
    const bool fixt = broker_.session().dialect() == client::Dialect::Fixt11;
    const std::string now = client::utc_now();
    broker_.store().add_sent(encode({.begin_string = fixt ? "FIXT.1.1" : "FIX.4.4",
                                     .sender = GetParam(),
                                     .target = "BETEX",
                                     .seq_num = broker_.store().next_out(),
                                     .sending_time = now},
                                    to_message(lay(id))));
  }
  for (int logon = 0; logon < 2; ++logon) {
    broker_.log_on(gateway_.fix_port());
    std::vector<Message> reports = broker_.rest();
    ASSERT_EQ(reports.size(), logon == 0 ? 2U : 0U);
    if (logon == 0) {
      EXPECT_TRUE(reports[0].has(11, "lost-1") && reports[0].has(150, "0"));
      EXPECT_TRUE(reports[1].has(11, "lost-2") && reports[1].has(150, "0"));
    }
    broker_.session().disconnect();
  }
  EXPECT_EQ(broker_.session().counters().messages_resent, 2U);
}

TEST_P(SessionsTest, AResetBeginsAnewAndKnownOrdersStay) {
  broker_.log_on(gateway_.fix_port());
  broker_.send(lay("lay-1"));
  broker_.next_message();
  broker_.session().logout(kPatience);
  broker_.log_on(gateway_.fix_port(), client::ResetNumbers::Yes);
  EXPECT_LT(broker_.store().next_out(), 5U);
  broker_.send(lay("lay-1"));
  int refusals = 0;
  for (const Message& message : broker_.rest()) {
    refusals += message.has(103, "6") ? 1 : 0;
    EXPECT_TRUE(message.has(97, "Y") || message.has(103, "6"))
        << "neither a repeated report nor the refusal of a known ClOrdID";
  }
  EXPECT_EQ(refusals, 1);
}

TEST_P(SessionsTest, ALogoutIsAnsweredAndTheNextLogonGoesOn) {
  broker_.log_on(gateway_.fix_port());
  broker_.send(lay("lay-1"));
  broker_.next_message();
  broker_.session().logout(kPatience);
  broker_.log_on(gateway_.fix_port());
  EXPECT_EQ(broker_.session().counters().resend_requests_sent, 0U);
  EXPECT_EQ(broker_.session().counters().resend_requests_answered, 0U);
  broker_.send(lay("lay-2"));
  EXPECT_EQ(broker_.next_execution().cl_ord_id, "lay-2");
}

TEST_P(SessionsTest, AWrongPasswordIsClosedWithoutAWord) {
  client::SessionStore store;
  client::Session session{{.dialect = broker_.session().dialect(),
                           .sender = GetParam(),
                           .password = client::Password{"wrong"}},
                          store};
  EXPECT_THROW(session.logon(client::Connection::open("127.0.0.1", gateway_.fix_port(), kPatience),
                             client::ResetNumbers::No,
                             kPatience),
               client::LogonRefused);
  broker_.log_on(gateway_.fix_port());
}

TEST_P(SessionsTest, AClientThatHasSeenAnotherHistoryIsTold) {
  broker_.log_on(gateway_.fix_port());
  for (int i = 0; i < 3; ++i) {
    broker_.send(lay("lay-" + std::to_string(i)));
    broker_.next_message();
  }
  broker_.session().disconnect();
  client::SessionStore empty;
  client::Session session{{.dialect = broker_.session().dialect(),
                           .sender = GetParam(),
                           .password = client::Password{"demo"}},
                          empty};
  EXPECT_THROW(session.logon(client::Connection::open("127.0.0.1", gateway_.fix_port(), kPatience),
                             client::ResetNumbers::No,
                             kPatience),
               client::HistoryMismatch);
  broker_.log_on(gateway_.fix_port());
}

INSTANTIATE_TEST_SUITE_P(Dialects,
                         SessionsTest,
                         testing::Values("BROKER1", "BROKER3"),
                         [](const auto& tested) { return std::string{tested.param}; });

}  // namespace
}  // namespace betex::test

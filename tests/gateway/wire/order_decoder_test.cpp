#include "gateway/wire/order_decoder.h"

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "fix_spec/messages.h"
#include "tests/gateway/wire/decoding.h"

namespace betex::fix::testing {
namespace {

// ---- Who may send what --------------------------------------------------------------------------

TEST(Decode, AnswersMessagesThatWeDoNotTake) {
  for (const std::string type :
       {"8", "9", "E", "W", "X", "Y", "R", "AE", "CB", "BG", "b", "U", "U1", "U2a", "UXYZ123"}) {
    check({{Request{type, {"11=id-1", "262=x"}}, "380=3 tag 0 reason 141"}});
  }
  for (const std::string type : {"I", "O", "ZZ", "DD1", "AA1", "d1", "u1", "1U"}) {
    check({{Request{type, {"11=id-1"}}, "371=35 373=11"}});
  }
}

std::string outcome_of(Effect effect) {
  switch (effect) {
    case Effect::Nothing:
      return "query";
    case Effect::Order:
      return "place, amend or order group";
    case Effect::Cancel:
      return "cancel";
    case Effect::MassCancel:
      return "mass cancel";
    case Effect::Operation:
      return "operation";
  }
  return "";
}

TEST(Decode, MakesOfEachRequestWhatTheTableSaysThatItDoes) {
  const std::map<std::string_view, Request> requests{
      {"D", kGoodOrder},
      {"F", kCancel},
      {"G", kReplace},
      {"q", kMassCancel},
      {"H", kStatus},
      {"AF", Request{"AF", {"584=s1", "585=7"}}},
      {"x", Request{"x", {"320=r1", "559=4"}}},
      {"e", Request{"e", {"324=r2", "55=RAIN-LON", "263=0"}}},
      {"V", Request{"V", {"262=m1", "263=1", "264=1", "267=2|269=0|269=1", "146=1|55=RAIN-LON"}}},
      {"AN", Request{"AN", {"60=20261122-14:20:31", "710=p1", "724=0"}}},
      {"UOG", kOrderGroup},
      {"BW", Request{"BW", {"1346=r1", "1347=0", "1351=1|1355=BETEX|1182=1"}}},
      {"BE", Request{"BE", {"553=u1", "923=t1", "924=5"}}},
      {"c",
       Request{"c", {"320=c1", "321=1", "1300=M", "20030=1", "20031=1", "60=20261122-14:20:31"}}},
      {"UOC", Request{"UOC", {"20012=o1", "20011=HaltExchange", "60=20261122-14:20:31"}}},
      {"CA", Request{"CA", {"11=m1", "1373=3", "1374=9", "1300=M", "60=20261122-14:20:31"}}},
      {"DH",
       Request{"DH", {"2328=p1", "2329=0", "453=1|448=A|447=D|452=24", "60=20261122-14:20:31"}}},
      {"BC", Request{"BC", {"933=n1", "935=1"}}},
      {"B", Request{"B", {"1472=b1", "148=t", "33=1|58=t", "60=20261122-14:20:31"}}}};
  std::size_t found = 0;
  for (const MessageSpec* const message : kMessages) {
    if (message->layer == Layer::Session || message->direction != Direction::Inbound) {
      continue;
    }
    ++found;
    const SessionRole role = message->roles.contains(SessionRole::Broker) ? SessionRole::Broker
                             : message->roles.contains(SessionRole::Ops)  ? SessionRole::Ops
                                                                          : SessionRole::MarketData;
    const std::string outcome =
        describe(decode_as(role, FixVersion::Fixt11, requests.at(message->type).body()));
    const std::string expected = message->type == "V"    ? "market data"
                                 : message->type == "BE" ? "throttle query"
                                                         : outcome_of(message->effect);
    const bool order = outcome == "place" || outcome == "amend" || outcome == "order group";
    EXPECT_EQ(order ? outcome_of(Effect::Order) : outcome, expected) << message->type;
  }
  EXPECT_EQ(found, requests.size());
}

// Else two ends could refuse each other's refusals for ever.
TEST(Decode, AnswersNoBusinessMessageReject) {
  check({{Request{"j", {"45=7", "372=8", "380=3"}}, "unanswered"},
         {Request{"j", {"45=7", "372=j", "380=3", "58=what?"}}, "unanswered"}});
}

TEST(Decode, LetsOnlyBrokersEnterOrders) {
  for (const Request& request : {kGoodOrder, kCancel, kReplace, kMassCancel}) {
    for (const SessionRole role :
         {SessionRole::DropCopy, SessionRole::Ops, SessionRole::MarketData}) {
      EXPECT_EQ(describe(decode_as(role, FixVersion::Fixt11, request.body())),
                "380=6 tag 0 reason 142");
    }
  }
}

// Of every type, whatever stands in the message.
TEST(Decode, LetsARoleSendWhatTheTableSays) {
  for (const MessageSpec* const message : kMessages) {
    if (message->layer == Layer::Session || message->direction != Direction::Inbound) {
      continue;
    }
    for (const SessionRole role :
         {SessionRole::Broker, SessionRole::DropCopy, SessionRole::Ops, SessionRole::MarketData}) {
      for (const FixVersion version : kVersions) {
        const std::string outcome =
            describe(decode_as(role, version, Request{std::string{message->type}, {}}.body()));
        EXPECT_EQ(outcome == "380=6 tag 0 reason 142",
                  message->is_in(version) && !message->roles.contains(role))
            << message->type << ": " << outcome;
        EXPECT_EQ(outcome == "380=3 tag 0 reason 141", !message->is_in(version))
            << message->type << ": " << outcome;
      }
    }
  }
}

TEST(Decode, LetsABrokerUseItsOwnAccountsOnly) {
  for (const Request& request : {kGoodOrder, kCancel, kStatus}) {
    check({{request.with("1=BROKER2"), "380=6 tag 1 reason 142"},
           {request.with("1=BROKER"), "380=6 tag 1 reason 142"},
           {request.with("1=" + std::string(200, 'x')), "380=6 tag 1 reason 142"}});
  }
  const std::string frame = message(FixVersion::Fix44, kGoodOrder.body());
  FieldTable fields;
  fields.read(frame);
  EXPECT_EQ(describe(decode(fields, {.version = FixVersion::Fix44})), "380=6 tag 1 reason 142");
}

TEST(Decode, FindsAnAccountAmongMany) {
  std::vector<Name> accounts{Name{"MINE"}};
  for (int i = 1'000; i < 3'000; i += 2) {
    accounts.emplace_back("A" + std::to_string(i));
  }
  const auto account_of = [&](const Request& request) {
    const std::string frame = message(FixVersion::Fix44, request.body());
    FieldTable fields;
    fields.read(frame);
    const Decoded decoded = decode(fields, {.version = FixVersion::Fix44, .accounts = accounts});
    const auto* const order = std::get_if<PlaceOrder>(&decoded);
    return order == nullptr ? describe(decoded) : std::string{order->account.view()};
  };
  EXPECT_EQ(account_of(kGoodOrder), "MINE");
  EXPECT_EQ(account_of(kGoodOrder.with("1=MINE")), "MINE");
  for (const char* const account : {"A1000", "A1002", "A1998", "A2998"}) {
    EXPECT_EQ(account_of(kGoodOrder.with("1=" + std::string{account})), account);
  }
  for (const char* const other : {"A", "A0999", "A1001", "A10000", "A2999", "B", "MINES"}) {
    EXPECT_EQ(account_of(kGoodOrder.with("1=" + std::string{other})), "380=6 tag 1 reason 142");
  }
}

TEST(Decode, NamesTheRequestInARefusalWhereItCan) {
  const auto refused = decode_body(FixVersion::Fix44, kGoodOrder.with("54=3").body());
  EXPECT_EQ(std::get<SessionReject>(refused).request_id, matching::ClOrdId{"order-1"});
  const auto nameless = decode_body(FixVersion::Fix44, kGoodOrder.with("11=\x7f").body());
  EXPECT_TRUE(std::get<SessionReject>(nameless).request_id.empty());
  const auto foreign = decode_body(FixVersion::Fix44, kGoodOrder.with("1=BROKER2").body());
  EXPECT_EQ(std::get<BusinessReject>(foreign).request_id, matching::ClOrdId{"order-1"});
}

TEST(Decode, NamesARequestThatChangesNothingByItsOwnId) {
  const auto id_of = [](const Request& request) {
    const Decoded refused = decode_as(SessionRole::DropCopy, FixVersion::Fixt11, request.body());
    return std::string{std::get<BusinessReject>(refused).request_id.view()};
  };
  EXPECT_EQ(id_of(Request{"AF", {"584=mass-1", "585=7"}}), "mass-1");
  EXPECT_EQ(id_of(Request{"x", {"320=list-1", "559=4"}}), "list-1");
  EXPECT_EQ(id_of(Request{"e", {"324=state-1", "55=RAIN-LON", "263=0"}}), "state-1");
  EXPECT_EQ(id_of(Request{"AN", {"60=20261122-14:20:31", "710=pos-1", "724=0"}}), "pos-1");
  EXPECT_EQ(id_of(kStatus.with("790=query-1")), "query-1");
  EXPECT_EQ(id_of(kStatus), "order-1");
  const auto id_of_a_broken_one = [](const Request& request) {
    const Decoded refused = decode_body(FixVersion::Fixt11, request.body());
    return std::string{std::get<SessionReject>(refused).request_id.view()};
  };
  EXPECT_EQ(id_of_a_broken_one(Request{"BW", {"1346=replay-1"}}), "replay-1");
  EXPECT_EQ(id_of_a_broken_one(Request{"BE", {"923=limits-1"}}), "limits-1");
  EXPECT_EQ(id_of_a_broken_one(Request{"UOG", {"11=group-1"}}), "group-1");
}

TEST(Decode, GivesEveryRefusalAsACommandForTheJournal) {
  const auto bad_value = decode_body(FixVersion::Fix44, kGoodOrder.with("54=3").body());
  const auto first = to_command(std::get<SessionReject>(bad_value), "D");
  EXPECT_EQ(first.msg_type.view(), "D");
  EXPECT_EQ(first.cl_ord_id, matching::ClOrdId{"order-1"});
  EXPECT_EQ(first.tag, 54U);
  EXPECT_EQ(first.fix_reason, 5U);
  EXPECT_EQ(first.reason, Reason::MalformedMessage);
  EXPECT_EQ(first.answer, matching::RefuseInbound::Answer::SessionReject);

  const auto foreign = decode_body(FixVersion::Fix44, kCancel.with("1=BROKER2").body());
  const auto second = to_command(std::get<BusinessReject>(foreign), "F");
  EXPECT_EQ(second.msg_type.view(), "F");
  EXPECT_EQ(second.cl_ord_id, matching::ClOrdId{"cancel-1"});
  EXPECT_EQ(second.tag, 1U);
  EXPECT_EQ(second.fix_reason, 6U);
  EXPECT_EQ(second.reason, Reason::NotEntitled);
  EXPECT_EQ(second.answer, matching::RefuseInbound::Answer::BusinessReject);
}

// A Business Reject must name it, a Reject need not.
TEST(Decode, JournalsOfATypeThatIsTooLongTheBeginningOrNothing) {
  const SessionReject reject{.ref_tag_id = 35, .session_reject_reason = 11, .text = "no such type"};
  EXPECT_EQ(to_command(reject, "ATYPELONGERTHANANY").msg_type.view(), "");
  EXPECT_EQ(to_command(reject, "SEVENCH").msg_type.view(), "SEVENCH");
  EXPECT_EQ(to_command(BusinessReject{}, "UTYPELONGERTHANANY").msg_type.view(), "UTYPELO");
}

}  // namespace
}  // namespace betex::fix::testing

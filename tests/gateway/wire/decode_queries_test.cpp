#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"

namespace betex::fix::testing {
namespace {

using gateway::OrderStatusQuery;

// ---- OrderStatusRequest -------------------------------------------------------------------------

TEST(DecodeOrderStatusRequest, AsksByEitherId) {
  for (const FixVersion version : kVersions) {
    const auto query = std::get<OrderStatusQuery>(std::get<gateway::Query>(
        decode_body(version, kStatus.with("37=5").with("790=q1").with("1=FUND7").body())));
    EXPECT_EQ(query.session, matching::SessionId{7});
    EXPECT_EQ(query.account, Name{"FUND7"});
    EXPECT_EQ(query.order_id, matching::OrderId{5});
    EXPECT_EQ(query.cl_ord_id, matching::ClOrdId{"order-1"});
    EXPECT_EQ(query.symbol, Name{"EPL-ARS-CHE.HOME"});
    EXPECT_EQ(query.side, matching::Side::Ask);
    EXPECT_EQ(query.status_req_id, Name{"q1"});
  }
}

TEST(DecodeOrderStatusRequest, RefusesWhatIsWrong) {
  check({{kStatus, "query"},
         {kStatus.without("54"), "371=54 373=1"},
         {kStatus.without("55"), "371=55 373=1"},
         {kStatus.with("790=" + std::string(32, 'q')), "371=790 373=5"},
         {kStatus.with("60=20261122-14:20:32"), "371=60 373=2"}});
  check(FixVersion::Fixt11,
        {{kStatus.without("11").with("37=5"), "query"},
         {kStatus.without("11"), "371=11 373=1"},
         {kStatus.without("11").with("37=NONE"), "371=11 373=1"}});
  check(FixVersion::Fix44, {{kStatus.without("11").with("37=5"), "371=11 373=1"}});
}

// ---- Requests that change nothing ---------------------------------------------------------------

TEST(DecodeOrderMassStatusRequest, TakesAllOrdersOrThoseOfAnInstrument) {
  const Request all{"AF", {"584=s1", "585=7"}};
  for (const FixVersion version : kVersions) {
    const auto query = std::get<gateway::MassStatusQuery>(std::get<gateway::Query>(
        decode_body(version, all.with("585=1").with("55=RAIN-LON").with("54=1").body())));
    EXPECT_EQ(query.session, matching::SessionId{7});
    EXPECT_EQ(query.account, Name{"BROKER1"});
    EXPECT_EQ(query.symbol, Name{"RAIN-LON"});
    EXPECT_EQ(query.side, 1);
    EXPECT_EQ(query.mass_status_req_id, Name{"s1"});
    EXPECT_TRUE(query.reference.empty() && query.order_group.empty());
    const auto filtered = std::get<gateway::MassStatusQuery>(std::get<gateway::Query>(
        decode_body(version, all.with("583=customer 17").with("20080=maker-1").body())));
    EXPECT_EQ(filtered.reference, matching::Reference{"customer 17"});
    EXPECT_EQ(filtered.order_group, matching::Reference{"maker-1"});
  }
  check({{all, "query"},
         {all.with("583=" + std::string(16, 'r')), "371=583 373=5"},
         {all.with("20080=" + std::string(16, 'g')), "371=20080 373=5"},
         {all.without("584"), "371=584 373=1"},
         {all.without("585"), "371=585 373=1"},
         {all.with("585=3"), "371=585 373=5"},
         {all.with("585=1"), "371=55 373=1"},
         {all.with("55=RAIN-LON"), "371=55 373=2"},
         {all.with("11=order-1"), "371=11 373=2"}});
}

TEST(DecodeSecurityRequests, AreOfFixt11Alone) {
  const Request list{"x", {"320=r1", "559=4"}};
  const Request status{"e", {"324=r2", "55=RAIN-LON", "263=0"}};
  check(FixVersion::Fixt11,
        {{list, "query"},
         {list.with("559=0").with("55=RAIN-LON"), "query"},
         {list.with("559=5").with("1300=EPL-ARS-CHE"), "query"},
         {list.with("559=0"), "371=55 373=1"},
         {list.with("559=5"), "371=1300 373=1"},
         {list.with("559=1"), "371=559 373=5"},
         {list.with("55=RAIN-LON"), "371=55 373=2"},
         {list.without("320"), "371=320 373=1"},
         {status, "query"},
         {status.with("263=1"), "query"},
         {status.with("263=2"), "371=263 373=5"},
         {status.without("55"), "371=55 373=1"}});
  check(FixVersion::Fix44, {{list, "380=3 tag 0 reason 141"}, {status, "380=3 tag 0 reason 141"}});
  EXPECT_EQ(describe(decode_as(SessionRole::Ops, FixVersion::Fixt11, list.body())), "query");
  EXPECT_EQ(describe(decode_as(SessionRole::DropCopy, FixVersion::Fixt11, status.body())),
            "380=6 tag 0 reason 142");
}

using Updates = gateway::SecurityListQuery::Updates;

Updates updates_of(const Decoded& decoded) {
  return std::get<gateway::SecurityListQuery>(std::get<gateway::Query>(decoded)).updates;
}

// Brokers are told in any case.
TEST(DecodeSecurityListRequest, SaysWhetherAnOperatorIsToldOfLaterChanges) {
  const Request list{"x", {"320=r1", "559=4"}};
  const auto as = [](SessionRole role, const Request& request) {
    return decode_as(role, FixVersion::Fixt11, request.body());
  };
  EXPECT_EQ(updates_of(as(SessionRole::Ops, list)), Updates::AsBefore);
  EXPECT_EQ(updates_of(as(SessionRole::Ops, list.with("263=0"))), Updates::AsBefore);
  EXPECT_EQ(updates_of(as(SessionRole::Ops, list.with("263=1"))), Updates::Begin);
  EXPECT_EQ(updates_of(as(SessionRole::Ops, list.with("263=2"))), Updates::End);
  EXPECT_EQ(updates_of(as(SessionRole::Broker, list.with("263=0"))), Updates::AsBefore);
  EXPECT_EQ(updates_of(as(SessionRole::Broker, list.with("263=1"))), Updates::AsBefore);
  EXPECT_EQ(describe(as(SessionRole::Broker, list.with("263=2"))), "371=263 373=5");
  const Request of_one = list.with("559=0").with("55=RAIN-LON");
  const Request of_market = list.with("559=5").with("1300=RAIN-LON");
  for (const SessionRole role : {SessionRole::Ops, SessionRole::Broker}) {
    for (const Request& narrower : {of_one, of_market}) {
      EXPECT_EQ(describe(as(role, narrower.with("263=0"))), "query");
      EXPECT_EQ(describe(as(role, narrower.with("263=1"))), "371=263 373=5");
      EXPECT_EQ(describe(as(role, narrower.with("263=2"))), "371=263 373=5");
    }
    EXPECT_EQ(describe(as(role, list.with("263=3"))), "371=263 373=5");
    EXPECT_EQ(describe(as(role, list.with("263=on"))), "371=263 373=5");
  }
}

TEST(DecodeRequestForPositions, IsOfOneAccount) {
  const Request positions{"AN", {"60=20261122-14:20:31", "710=p1", "724=0"}};
  const auto query = std::get<gateway::PositionsQuery>(
      std::get<gateway::Query>(decode_body(FixVersion::Fixt11, positions.with("1=FUND7").body())));
  EXPECT_EQ(query.session, matching::SessionId{7});
  EXPECT_EQ(query.account, Name{"FUND7"});
  EXPECT_EQ(query.pos_req_id, Name{"p1"});
  check(FixVersion::Fixt11,
        {{positions, "query"},
         {positions.with("715=20261122"), "query"},
         {positions.with("1=BROKER2"), "380=6 tag 1 reason 142"},
         {positions.with("263=1"), "371=263 373=2"},
         {positions.with("724=1"), "371=724 373=5"},
         {positions.with("55=RAIN-LON"), "371=55 373=2"},
         {positions.without("60"), "371=60 373=1"},
         {positions.without("710"), "371=710 373=1"},
         {positions.without("724"), "371=724 373=1"}});
  const Request in_fix44 = positions.with("1=BROKER1").with("581=1").with("715=20261122");
  check(FixVersion::Fix44,
        {{in_fix44, "query"},
         {in_fix44.without("1"), "371=1 373=1"},
         {in_fix44.without("581"), "371=581 373=1"},
         {in_fix44.without("715"), "371=715 373=1"}});
}

TEST(DecodeRequestForPositions, MayBeOfAnyAccountThatOpsNames) {
  const Request positions{"AN", {"60=20261122-14:20:31", "710=p1", "724=0"}};
  const auto as_ops = [](const Request& request) {
    return decode_as(SessionRole::Ops, FixVersion::Fixt11, request.body());
  };
  const auto query = std::get<gateway::PositionsQuery>(
      std::get<gateway::Query>(as_ops(positions.with("1=ANYBODY"))));
  EXPECT_EQ(query.account, Name{"ANYBODY"});
  EXPECT_EQ(describe(as_ops(positions)), "380=6 tag 1 reason 142");
  EXPECT_EQ(describe(as_ops(positions.with("1=" + std::string(32, 'x')))),
            "380=6 tag 1 reason 142");
}

}  // namespace
}  // namespace betex::fix::testing

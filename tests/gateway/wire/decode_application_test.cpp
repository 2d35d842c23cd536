// Order groups, and what a session asks about itself.
#include <array>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"

namespace betex::fix::testing {
namespace {

using matching::EventSeq;
using matching::OrderGroupAction;

// ---- OrderGroupRequest --------------------------------------------------------------------------

matching::OrderGroupRequest group_request(const Request& request,
                                          FixVersion version = FixVersion::Fixt11) {
  const Decoded decoded = decode_body(version, request.body());
  EXPECT_EQ(describe(decoded), "order group") << request.body();
  return std::get<matching::OrderGroupRequest>(decoded);
}

TEST(DecodeOrderGroupRequest, CreatesAGroupWithAllItsTerms) {
  for (const FixVersion version : kVersions) {
    const auto asked = group_request(kOrderGroup.with("1=FUND7").with("20086=Y"), version);
    EXPECT_EQ(asked.account, Name{"FUND7"});
    EXPECT_EQ(asked.cl_ord_id, matching::ClOrdId{"group-1"});
    EXPECT_EQ(asked.group, matching::Reference{"maker-1"});
    EXPECT_EQ(asked.action, OrderGroupAction::Create);
    EXPECT_EQ(asked.limit, matching::Decimal{500'500'000});
    EXPECT_EQ(asked.window_ms, 5'000U);
    EXPECT_EQ(asked.counted, matching::CountedFills::Makers);
    EXPECT_TRUE(asked.cancel_on_disconnect);
    EXPECT_EQ(asked.transact_time.value(), 1'795'357'232'000'000'000);
    EXPECT_EQ(group_request(kOrderGroup, version).account, Name{"BROKER1"});
    EXPECT_FALSE(group_request(kOrderGroup, version).cancel_on_disconnect);
    EXPECT_FALSE(group_request(kOrderGroup.with("20086=N"), version).cancel_on_disconnect);
  }
  EXPECT_EQ(group_request(kOrderGroup.with("20084=1")).counted, matching::CountedFills::All);
  EXPECT_EQ(group_request(kOrderGroup.with("20081=2").with("20086=Y")).action,
            OrderGroupAction::Update);
}

TEST(DecodeOrderGroupRequest, StatesNoTermsWhereItSetsNone) {
  const Request bare = kOrderGroup.without("20082").without("20083").without("20084");
  const std::array others{
      OrderGroupAction::Reset, OrderGroupAction::Trip, OrderGroupAction::Delete};
  for (const OrderGroupAction action : others) {
    const Request request = bare.with("20081=" + std::to_string(static_cast<int>(action)));
    const auto asked = group_request(request, FixVersion::Fix44);
    EXPECT_EQ(asked.action, action);
    EXPECT_EQ(asked.limit, matching::Decimal{});
    check({{request.with("20082=5"), "371=20082 373=2"},
           {request.with("20083=5000"), "371=20083 373=2"},
           {request.with("20084=1"), "371=20084 373=2"},
           {request.with("20086=Y"), "371=20086 373=2"},
           {request.with("20086=N"), "371=20086 373=2"}});
  }
}

// The engine judges numbers that are well formed.
TEST(DecodeOrderGroupRequest, LeavesTheMeaningOfNumbersToTheEngine) {
  EXPECT_EQ(group_request(kOrderGroup.with("20082=0")).limit, matching::Decimal{});
  EXPECT_EQ(group_request(kOrderGroup.with("20082=-1")).limit, matching::Decimal{-1'000'000});
  EXPECT_EQ(group_request(kOrderGroup.with("20083=0")).window_ms, 0U);
  EXPECT_EQ(group_request(kOrderGroup.with("20083=999999999")).window_ms, 999'999'999U);
}

TEST(DecodeOrderGroupRequest, RefusesWhatIsWrong) {
  for (const std::string tag : {"11", "60", "20080", "20081", "20082", "20083", "20084"}) {
    check({{kOrderGroup.without(tag), "371=" + tag + " 373=1"}});
    if (tag.starts_with("2008") && tag > "20081") {
      check({{kOrderGroup.with("20081=2").without(tag), "371=" + tag + " 373=1"}});
    }
  }
  check({{kOrderGroup.with("20081=0"), "371=20081 373=5"},
         {kOrderGroup.with("20081=6"), "371=20081 373=5"},
         {kOrderGroup.with("20084=0"), "371=20084 373=5"},
         {kOrderGroup.with("20084=3"), "371=20084 373=5"},
         {kOrderGroup.with("20082=much"), "371=20082 373=6"},
         {kOrderGroup.with("20083=-1"), "371=20083 373=6"},
         {kOrderGroup.with("20083=1.5"), "371=20083 373=6"},
         {kOrderGroup.with("20083=1234567890"), "371=20083 373=5"},
         {kOrderGroup.with("20086=1"), "371=20086 373=6"},
         {kOrderGroup.with("20080=" + std::string(16, 'g')), "371=20080 373=5"},
         {kOrderGroup.with("20080=\x7f"), "371=20080 373=5"},
         {kOrderGroup.with("11=" + std::string(37, 'x')), "371=11 373=5"},
         {kOrderGroup.with("1=BROKER2"), "380=6 tag 1 reason 142"},
         {kOrderGroup.with("20085=1"), "371=20085 373=2"},
         {kOrderGroup.and_also("20080=again"), "371=20080 373=13"},
         {kOrderGroup.with("55=RAIN-LON"), "371=55 373=2"}});
  for (const SessionRole role :
       {SessionRole::DropCopy, SessionRole::Ops, SessionRole::MarketData}) {
    EXPECT_EQ(describe(decode_as(role, FixVersion::Fixt11, kOrderGroup.body())),
              "380=6 tag 0 reason 142");
  }
}

// ---- ApplicationMessageRequest ------------------------------------------------------------------

const Request kReplay{"BW", {"1346=replay-1", "1347=0", "1351=1|1355=BETEX|1182=500|1183=900"}};

gateway::ReplayQuery replay_of(const std::string& group, SessionRole role = SessionRole::Broker) {
  const Request request = kReplay.with("1351=" + group);
  const Decoded decoded = decode_as(role, FixVersion::Fixt11, request.body());
  EXPECT_EQ(describe(decoded), "query") << request.body();
  return std::get<gateway::ReplayQuery>(std::get<gateway::Query>(decoded));
}

TEST(DecodeApplicationMessageRequest, AsksForEventsOfOneRange) {
  for (const SessionRole role : {SessionRole::Broker, SessionRole::DropCopy, SessionRole::Ops}) {
    const auto query = replay_of("1|1355=BETEX|1182=500|1183=900", role);
    EXPECT_EQ(query.session, matching::SessionId{7});
    EXPECT_EQ(query.msg_seq_num, matching::MsgSeqNum{2});
    EXPECT_EQ(query.request_id, Name{"replay-1"});
    EXPECT_TRUE(query.known_application);
    EXPECT_EQ(query.first, EventSeq{500});
    EXPECT_EQ(query.last, EventSeq{900});
  }
  EXPECT_EQ(replay_of("1|1355=BETEX|1182=900|1183=900").last, EventSeq{900});
}

TEST(DecodeApplicationMessageRequest, AsksForAllThatThereAreWithoutALastOne) {
  EXPECT_EQ(replay_of("1|1355=BETEX|1182=500|1183=0").last, EventSeq{});
  EXPECT_EQ(replay_of("1|1355=BETEX|1182=500").last, EventSeq{});
  EXPECT_EQ(replay_of("1|1355=BETEX|1182=500").first, EventSeq{500});
}

// Which are more than the nine digits of other numbers.
TEST(DecodeApplicationMessageRequest, TakesTheNumberOfAnyEvent) {
  const auto query = replay_of("1|1355=BETEX|1182=18446744073709551614|1183=18446744073709551615");
  EXPECT_EQ(query.first, EventSeq{18446744073709551614U});
  EXPECT_EQ(query.last, EventSeq{18446744073709551615U});
}

// It is answered, and not refused.
TEST(DecodeApplicationMessageRequest, SaysThatItKnowsNoOtherApplication) {
  for (const std::string name : {"OTHER", "betex", "BETEX2", "BETE", " BETEX"}) {
    EXPECT_FALSE(replay_of("1|1355=" + name + "|1182=500|1183=900").known_application) << name;
  }
}

TEST(DecodeApplicationMessageRequest, RefusesWhatIsWrong) {
  const auto with_group = [](const std::string& group) { return kReplay.with("1351=" + group); };
  check(FixVersion::Fixt11,
        {{kReplay.without("1346"), "371=1346 373=1"},
         {kReplay.without("1347"), "371=1347 373=1"},
         {kReplay.without("1351"), "371=1351 373=1"},
         {kReplay.with("1346=" + std::string(32, 'r')), "371=1346 373=5"},
         {kReplay.with("1347=1"), "371=1347 373=5"},
         {with_group("0"), "371=1351 373=5"},
         {with_group("2|1355=BETEX|1182=1|1355=BETEX|1182=5"), "371=1351 373=5"},
         {with_group("2|1355=BETEX|1182=1"), "371=1351 373=16"},
         {with_group("1|1355=BETEX"), "371=1182 373=1"},
         {with_group("1|1182=1|1355=BETEX"), "371=1182 373=15"},
         {with_group("1|1355=BETEX|1183=1|1182=1"), "371=1182 373=15"},
         {with_group("1|1355=BETEX|1182=0"), "371=1182 373=5"},
         {with_group("1|1355=BETEX|1182=x"), "371=1182 373=6"},
         {with_group("1|1355=BETEX|1182=-1"), "371=1182 373=6"},
         {with_group("1|1355=BETEX|1182=18446744073709551616"), "371=1182 373=5"},
         {with_group("1|1355=BETEX|1182=501|1183=500"), "371=1183 373=5"},
         {with_group("1|1355=BETEX|1182=1|1183=1e3"), "371=1183 373=6"},
         {kReplay.with("1=BROKER1"), "371=1 373=2"}});
  check(FixVersion::Fix44, {{kReplay, "380=3 tag 0 reason 141"}});
  EXPECT_EQ(describe(decode_as(SessionRole::MarketData, FixVersion::Fixt11, kReplay.body())),
            "380=6 tag 0 reason 142");
}

// ---- UserRequest --------------------------------------------------------------------------------

const Request kThrottles{"BE", {"553=broker-1", "923=limits-1", "924=5"}};

TEST(DecodeUserRequest, AsksWhatMayStillBeSent) {
  for (const SessionRole role : {SessionRole::Broker, SessionRole::DropCopy}) {
    const auto query =
        std::get<ThrottleQuery>(decode_as(role, FixVersion::Fixt11, kThrottles.body()));
    EXPECT_EQ(query.request_id, Name{"limits-1"});
    EXPECT_EQ(query.username, Name{"broker-1"});
  }
}

TEST(DecodeUserRequest, RefusesWhatIsWrong) {
  check(FixVersion::Fixt11,
        {{kThrottles.without("553"), "371=553 373=1"},
         {kThrottles.without("923"), "371=923 373=1"},
         {kThrottles.without("924"), "371=924 373=1"},
         {kThrottles.with("924=1"), "371=924 373=5"},
         {kThrottles.with("924=4"), "371=924 373=5"},
         {kThrottles.with("923=" + std::string(32, 'i')), "371=923 373=5"},
         {kThrottles.with("553=" + std::string(32, 'u')), "371=553 373=5"},
         {kThrottles.with("554=secret"), "371=554 373=2"}});
  check(FixVersion::Fix44, {{kThrottles, "380=3 tag 0 reason 141"}});
  for (const SessionRole role : {SessionRole::Ops, SessionRole::MarketData}) {
    EXPECT_EQ(describe(decode_as(role, FixVersion::Fixt11, kThrottles.body())),
              "380=6 tag 0 reason 142");
  }
}

}  // namespace
}  // namespace betex::fix::testing

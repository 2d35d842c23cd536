// What operators ask by messages of the standard, as the engine's commands, and who may ask.
#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"
#include "tests/gateway/wire/decoding_operations.h"

namespace betex::fix::testing {
namespace {

using ::testing::IsEmpty;

// ---- SecurityDefinitionRequest ------------------------------------------------------------------

const Request kCreate{
    "c",
    {"320=create-1", "321=1", "1300=EPL-ARS-CHE", "20031=1", "20030=1", "60=20261122-14:20:31"}};

TEST(DecodeSecurityDefinitionRequest, CreatesAMarketWithItsRunners) {
  const OperatorRequest request = asked(with_all(kCreate,
                                                 {"15=EUR",
                                                  "146=2|55=EPL-ARS-CHE.HOME|55=EPL-ARS-CHE.AWAY",
                                                  "561=0.5",
                                                  "562=2",
                                                  "1140=1000",
                                                  "2330=Y",
                                                  "20034=2",
                                                  "20035=5000",
                                                  "20036=500",
                                                  "20072=Y"}));
  EXPECT_TRUE(request.test);
  EXPECT_FALSE(request.makes_safer);
  const auto& create = std::get<matching::CreateMarket>(request.body);
  EXPECT_EQ(create.market, Name{"EPL-ARS-CHE"});
  EXPECT_EQ(create.request_id, Name{"create-1"});
  EXPECT_EQ(create.transact_time, kAsked);
  EXPECT_EQ(create.kind, matching::MarketKind::ExchangeOdds);
  EXPECT_EQ(create.ladder, matching::LadderKind::Classic);
  EXPECT_EQ(create.winners, 2U);
  EXPECT_EQ(create.bet_delay_ms, 5000U);
  EXPECT_EQ(create.commission_bp, 500U);
  EXPECT_TRUE(create.passive_skips_delay);
  EXPECT_EQ(create.quantity_step, matching::Decimal{500'000});
  EXPECT_EQ(create.min_quantity, matching::Decimal{2'000'000});
  EXPECT_EQ(create.max_quantity, matching::Decimal{1'000'000'000});
  EXPECT_EQ(create.runners,
            (std::vector<Name>{Name{"EPL-ARS-CHE.HOME"}, Name{"EPL-ARS-CHE.AWAY"}}));
}

TEST(DecodeSecurityDefinitionRequest, LeavesToTheEngineWhatIsNotGiven) {
  const auto create =
      command<matching::CreateMarket>(kCreate.with("20031=2").with("20030=5").with("20029=1000"));
  EXPECT_EQ(create.kind, matching::MarketKind::Binary);
  EXPECT_EQ(create.ladder, matching::LadderKind::DeciCent);
  EXPECT_EQ(create.max_position, matching::Decimal{1'000'000'000});
  EXPECT_EQ(create.winners, 1U);
  EXPECT_EQ(create.bet_delay_ms, 0U);
  EXPECT_FALSE(create.passive_skips_delay);
  EXPECT_EQ(create.commission_bp, 0U);
  EXPECT_EQ(create.quantity_step, matching::Decimal{});
  EXPECT_THAT(create.runners, IsEmpty());
}

TEST(DecodeSecurityDefinitionRequest, RefusesWhatIsWrong) {
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {kCreate, "operation"},
           {kCreate.with("146=0"), "operation"},
           {kCreate.with("20031=2").with("146=1|55=A"), "371=146 373=2"},
           {kCreate.with("146=2|55=A"), "371=146 373=16"},
           {kCreate.with(group_of("146", 100, "55=A")), "operation"},
           {kCreate.with(group_of("146", 101, "55=A")), "371=146 373=5"},
           {kCreate.with("146=999999999"), "371=146 373=16"},
           {kCreate.with("321=3"), "371=321 373=5"},
           {kCreate.with("20031=3"), "371=20031 373=5"},
           {kCreate.with("20030=6"), "371=20030 373=5"},
           {kCreate.with("15=GBP"), "371=15 373=5"},
           {kCreate.with("320=" + std::string(32, 'i')), "371=320 373=5"},
           {kCreate.with("20034=-1"), "371=20034 373=6"},
           {kCreate.with("58=a remark"), "371=58 373=2"},
           {kCreate.with("20005=1"), "371=20005 373=2"},
           {kCreate.with("20072=N"), "operation"},
           {kCreate.with("20072=1"), "371=20072 373=6"},
           {kCreate.without("320"), "371=320 373=1"},
           {kCreate.without("321"), "371=321 373=1"},
           {kCreate.without("1300"), "371=1300 373=1"},
           {kCreate.without("20030"), "371=20030 373=1"},
           {kCreate.without("20031"), "371=20031 373=1"},
           {kCreate.without("60"), "371=60 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- OrderMassActionRequest ---------------------------------------------------------------------

const Request kMassAction{"CA",
                          {"11=mass-1",
                           "1373=3",
                           "1374=7",
                           "1461=1|1462=BROKER1|1463=D|1464=24",
                           "60=20261122-14:20:31"}};

TEST(DecodeOrderMassActionRequest, CancelsOnBehalfOfAnAccountOrASession) {
  const OperatorRequest request = asked(kMassAction.with("54=2"));
  EXPECT_TRUE(request.makes_safer);
  EXPECT_FALSE(request.test);
  const auto& cancel = std::get<matching::CancelOnBehalf>(request.body);
  EXPECT_EQ(cancel.account, Name{"BROKER1"});
  EXPECT_TRUE(cancel.comp_id.empty());
  EXPECT_EQ(cancel.side, 2);
  EXPECT_EQ(cancel.request_id, Name{"mass-1"});
  EXPECT_EQ(cancel.transact_time, kAsked);
  const auto session =
      command<matching::CancelOnBehalf>(kMassAction.with("1461=1|1462=BROKER1|1463=D|1464=55"));
  EXPECT_TRUE(session.account.empty());
  EXPECT_EQ(session.comp_id, Name{"BROKER1"});
  EXPECT_EQ(session.side, 0);
}

TEST(DecodeOrderMassActionRequest, CancelsThoseOfAMarketOrAnInstrument) {
  const Request of_market = kMassAction.without("1461").with("1374=9").with("1300=EPL-ARS-CHE");
  const auto market = command<matching::CancelOnBehalf>(of_market);
  EXPECT_EQ(market.market, Name{"EPL-ARS-CHE"});
  EXPECT_TRUE(market.account.empty() && market.comp_id.empty() && market.symbol.empty());
  const auto both =
      command<matching::CancelOnBehalf>(kMassAction.with("1374=1").with("55=RAIN-LON"));
  EXPECT_EQ(both.symbol, Name{"RAIN-LON"});
  EXPECT_EQ(both.account, Name{"BROKER1"});
  EXPECT_TRUE(asked(of_market.with("2330=Y")).test);
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {of_market.with("1461=0"), "operation"},
           {of_market.without("1300"), "371=1300 373=1"},
           {of_market.with("55=RAIN-LON"), "371=55 373=2"},
           {kMassAction.with("1374=1"), "371=55 373=1"},
           {kMassAction.with("1300=EPL-ARS-CHE"), "371=1300 373=2"},
           {kMassAction.without("1461"), "371=1461 373=1"},
           {kMassAction.with("1461=0"), "371=1461 373=5"},
           {kMassAction.with(group_of("1461", 2, "1462=A|1463=D|1464=24")), "371=1461 373=5"},
           {kMassAction.with("1461=2|1462=A|1463=D|1464=24"), "371=1461 373=16"},
           {kMassAction.with("1461=1|1463=D|1462=A|1464=24"), "371=1463 373=15"},
           {kMassAction.with("1461=1|1462=A|1463=C|1464=24"), "371=1463 373=5"},
           {kMassAction.with("1461=1|1462=A|1463=D|1464=1"), "371=1464 373=5"},
           {kMassAction.with("1461=1|1462=A|1463=D"), "371=1464 373=1"},
           {kMassAction.with("1373=1"), "371=1373 373=5"},
           {kMassAction.with("1374=8"), "371=1374 373=5"},
           {kMassAction.with("54=3"), "371=54 373=5"},
           {kMassAction.with("20005=1"), "371=20005 373=2"},
           {kMassAction.with("11=" + std::string(32, 'i')), "371=11 373=5"},
           {kMassAction.without("11"), "371=11 373=1"},
           {kMassAction.without("1373"), "371=1373 373=1"},
           {kMassAction.without("1374"), "371=1374 373=1"},
           {kMassAction.without("60"), "371=60 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- PartyActionRequest -------------------------------------------------------------------------

const Request kPartyAction{
    "DH", {"2328=party-1", "2329=1", "453=1|448=BROKER1|447=D|452=24", "60=20261122-14:20:31"}};

TEST(DecodePartyActionRequest, SuspendsAndReinstatesAccountsAndSessions) {
  const OperatorRequest request = asked(kPartyAction.with("2330=Y"));
  EXPECT_TRUE(request.test);
  EXPECT_TRUE(request.makes_safer);
  const auto& account = std::get<matching::SuspendAccount>(request.body);
  EXPECT_EQ(account.account, Name{"BROKER1"});
  EXPECT_TRUE(account.cancel_orders);
  EXPECT_EQ(account.request_id, Name{"party-1"});
  EXPECT_EQ(account.transact_time, kAsked);
  EXPECT_FALSE(command<matching::SuspendAccount>(kPartyAction.with("2329=0")).cancel_orders);
  const Request of_session = kPartyAction.with("453=1|448=DROP1|447=D|452=55");
  EXPECT_TRUE(asked(of_session).makes_safer);
  EXPECT_TRUE(command<matching::SuspendSession>(of_session).cancel_orders);
  EXPECT_EQ(command<matching::SuspendSession>(of_session).comp_id, Name{"DROP1"});
  EXPECT_FALSE(command<matching::SuspendSession>(of_session.with("2329=0")).cancel_orders);
  EXPECT_FALSE(asked(kPartyAction.with("2329=2")).makes_safer);
  EXPECT_EQ(command<matching::ResumeAccount>(kPartyAction.with("2329=2")).account, Name{"BROKER1"});
  EXPECT_EQ(command<matching::ResumeSession>(of_session.with("2329=2")).comp_id, Name{"DROP1"});
}

TEST(DecodePartyActionRequest, RefusesWhatIsWrong) {
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {kPartyAction.with("453=0"), "371=453 373=5"},
           {kPartyAction.with(group_of("453", 2, "448=A|447=D|452=24")), "371=453 373=5"},
           {kPartyAction.with("453=1|447=D|448=A|452=24"), "371=447 373=15"},
           {kPartyAction.with("453=1|448=A|447=B|452=24"), "371=447 373=5"},
           {kPartyAction.with("453=1|448=A|447=D|452=38"), "371=452 373=5"},
           {kPartyAction.with("453=1|448=A|447=D"), "371=452 373=1"},
           {kPartyAction.with("2329=3"), "371=2329 373=5"},
           {kPartyAction.with("58=why"), "371=58 373=2"},
           {kPartyAction.without("453"), "371=453 373=1"},
           {kPartyAction.without("2328"), "371=2328 373=1"},
           {kPartyAction.without("2329"), "371=2329 373=1"},
           {kPartyAction.without("60"), "371=60 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- NetworkCounterpartySystemStatusRequest -----------------------------------------------------

const Request kNetworkStatus{"BC", {"933=network-1", "935=1"}};

gateway::NetworkStatusQuery network_query(const Request& request) {
  const Decoded decoded = decode_as_ops(request);
  EXPECT_EQ(describe(decoded), "query") << request.body();
  return std::get<gateway::NetworkStatusQuery>(std::get<gateway::Query>(decoded));
}

TEST(DecodeNetworkStatusRequest, AsksForAllOrThoseThatItNames) {
  const auto all = network_query(kNetworkStatus);
  EXPECT_EQ(all.session, matching::SessionId{7});
  EXPECT_EQ(all.msg_seq_num, matching::MsgSeqNum{2});
  EXPECT_EQ(all.network_request_id, Name{"network-1"});
  EXPECT_THAT(all.comp_ids, IsEmpty());
  const auto named = network_query(kNetworkStatus.with("935=9").with("936=2|930=A|930=B"));
  EXPECT_EQ(named.comp_ids, (std::vector<Name>{Name{"A"}, Name{"B"}}));
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {kNetworkStatus.with("935=9"), "371=936 373=1"},
           {kNetworkStatus.with("935=9").with("936=0"), "371=936 373=5"},
           {kNetworkStatus.with("935=9").with(group_of("936", 100, "930=A")), "query"},
           {kNetworkStatus.with("935=9").with(group_of("936", 101, "930=A")), "371=936 373=5"},
           {kNetworkStatus.with("936=1|930=A"), "371=936 373=2"},
           {kNetworkStatus.with("935=2"), "371=935 373=5"},
           {kNetworkStatus.with("935=11"), "371=935 373=5"},
           {kNetworkStatus.without("933"), "371=933 373=1"},
           {kNetworkStatus.without("935"), "371=935 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- News ---------------------------------------------------------------------------------------

const Request kNewsToAll{
    "B", {"1472=news-1", "148=closing early", "33=1|58=closing early", "60=20261122-14:20:31"}};

TEST(DecodeNews, AnnouncesToEverybody) {
  const auto announce = command<matching::Announce>(kNewsToAll);
  EXPECT_TRUE(announce.subject.empty());
  EXPECT_EQ(*announce.headline, matching::Remark{"closing early"});
  EXPECT_FALSE(announce.urgent);
  EXPECT_EQ(announce.request_id, Name{"news-1"});
  EXPECT_EQ(announce.transact_time, kAsked);
  const auto urgent =
      command<matching::Announce>(kNewsToAll.with("61=1").with("146=1|55=RAIN-LON"));
  EXPECT_TRUE(urgent.urgent);
  EXPECT_EQ(urgent.subject, Name{"RAIN-LON"});
  const std::string longest(255, 'x');
  for (const auto& [request, expected] : std::vector<std::pair<Request, std::string>>{
           {kNewsToAll.with("61=0").with("146=0"), "operation"},
           {kNewsToAll.with("148=" + longest).with("33=1|58=" + longest), "operation"},
           {kNewsToAll.with("148=" + longest + "x").with("33=1|58=" + longest + "x"),
            "371=148 373=5"},
           {kNewsToAll.with("148=another"), "371=58 373=5"},
           {kNewsToAll.with("33=2|58=closing early|58=closing early"), "371=33 373=5"},
           {kNewsToAll.with("33=0"), "371=33 373=5"},
           {kNewsToAll.with("61=2"), "371=61 373=5"},
           {kNewsToAll.with("146=2|55=A|55=B"), "371=146 373=5"},
           {kNewsToAll.with("42=20261122-14:20:31"), "371=42 373=2"},
           {kNewsToAll.without("1472"), "371=1472 373=1"},
           {kNewsToAll.without("148"), "371=148 373=1"},
           {kNewsToAll.without("33"), "371=33 373=1"},
           {kNewsToAll.without("60"), "371=60 373=1"}}) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// ---- Who may ask, and by what a refusal names it ------------------------------------------------

TEST(DecodeOperations, AreForOperatorsAloneAndForFixt11Alone) {
  const std::array requests{
      kCreate, bare(Operation::Halt), kMassAction, kPartyAction, kNetworkStatus, kNewsToAll};
  for (const Request& request : requests) {
    for (const SessionRole role : {SessionRole::Broker, SessionRole::DropCopy}) {
      EXPECT_EQ(describe(decode_as(role, FixVersion::Fixt11, request.body())),
                "380=6 tag 0 reason 142")
          << request.body();
    }
    for (const SessionRole role : {SessionRole::Broker, SessionRole::DropCopy, SessionRole::Ops}) {
      EXPECT_EQ(describe(decode_as(role, FixVersion::Fix44, request.body())),
                "380=3 tag 0 reason 141")
          << request.body();
    }
  }
}

TEST(DecodeOperations, AreNamedByTheirOwnIdInARefusal) {
  const auto id_of = [](const Request& request) {
    const Decoded refused = decode_as(SessionRole::Broker, FixVersion::Fixt11, request.body());
    return std::string{std::get<BusinessReject>(refused).request_id.view()};
  };
  EXPECT_EQ(id_of(kCreate), "create-1");
  EXPECT_EQ(id_of(bare(Operation::Halt)), "goal-0815-1");
  EXPECT_EQ(id_of(kMassAction), "mass-1");
  EXPECT_EQ(id_of(kPartyAction), "party-1");
  EXPECT_EQ(id_of(kNetworkStatus), "network-1");
  EXPECT_EQ(id_of(kNewsToAll), "news-1");
}

TEST(DecodeOperations, AskForTheOrdersOfAnyAccountThatTheyName) {
  for (const Request& request : {kStatus, Request{"AF", {"584=s1", "585=7"}}}) {
    EXPECT_EQ(outcome(request.with("1=ANYBODY")), "query");
    EXPECT_EQ(outcome(request), "380=6 tag 1 reason 142");
  }
  const auto query = std::get<gateway::OrderStatusQuery>(
      std::get<gateway::Query>(decode_as_ops(kStatus.with("1=ANYBODY"))));
  EXPECT_EQ(query.account, Name{"ANYBODY"});
}

}  // namespace
}  // namespace betex::fix::testing

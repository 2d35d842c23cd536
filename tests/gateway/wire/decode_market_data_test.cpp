// MarketDataRequest(V): what each field may hold, and which answer what is wrong gets.
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/link/market_data_link.h"
#include "gateway/wire/order_decoder.h"
#include "tests/gateway/wire/decoding.h"

namespace betex::fix::testing {
namespace {

using gateway::MarketDataRequest;
using ::testing::ElementsAre;
using Type = MarketDataRequest::Type;

const Request kSubscribe{
    "V", {"262=m1", "263=1", "264=3", "267=2|269=0|269=1", "146=1|55=EPL-ARS-CHE.HOME"}};
const Request kEnd = kSubscribe.with("263=2").without("146");

std::string outcome(const Request& request) {
  return describe(decode_as(SessionRole::MarketData, FixVersion::Fixt11, request.body()));
}

MarketDataRequest read(const Request& request) {
  const Decoded decoded = decode_as(SessionRole::MarketData, FixVersion::Fixt11, request.body());
  EXPECT_EQ(describe(decoded), "market data") << request.body();
  return std::get<MarketDataRequest>(decoded);
}

void check_outcomes(const std::vector<Case>& cases) {
  for (const auto& [request, expected] : cases) {
    EXPECT_EQ(outcome(request), expected) << request.body();
  }
}

// "1=1|2=2|...", a group of so many entries of one field.
std::string group(std::string_view count_tag, std::string_view tag, std::size_t entries) {
  std::string text = std::string{count_tag} + "=" + std::to_string(entries);
  for (std::size_t i = 0; i < entries; ++i) {
    text += "|" + std::string{tag} + "=N" + std::to_string(i);
  }
  return text;
}

TEST(DecodeMarketDataRequest, ReadsAShortOne) {
  const MarketDataRequest request = read(kSubscribe);
  EXPECT_EQ(request.msg_seq_num, matching::MsgSeqNum{2});
  EXPECT_EQ(request.id, Name{"m1"});
  EXPECT_EQ(request.type, Type::Subscribe);
  EXPECT_EQ(request.depth, 3);
  EXPECT_FALSE(request.full_refresh);
  EXPECT_FALSE(request.deletes_outside);
  EXPECT_FALSE(request.log_out_when_slow);
  EXPECT_FALSE(request.traded_ladder);
  EXPECT_EQ(request.conflate_ms, 0U);
  EXPECT_TRUE(request.levels);
  EXPECT_FALSE(request.trades);
  EXPECT_FALSE(request.volume);
  EXPECT_FALSE(request.open_interest);
  EXPECT_THAT(request.symbols, ElementsAre(Name{"EPL-ARS-CHE.HOME"}));
  EXPECT_THAT(request.markets, ElementsAre());
}

TEST(DecodeMarketDataRequest, ReadsAllThatItMayHave) {
  const MarketDataRequest request = read(kSubscribe.without("146")
                                             .with("264=0")
                                             .with("265=1")
                                             .with("266=Y")
                                             .with("267=5|269=C|269=B|269=2|269=1|269=0")
                                             .with("547=N")
                                             .with("815=3")
                                             .with("1310=2|1300=EPL-ARS-CHE|1300=RAIN-LON")
                                             .with("20051=250")
                                             .with("20052=Y"));
  EXPECT_EQ(request.depth, 0);
  EXPECT_FALSE(request.full_refresh);
  EXPECT_TRUE(request.deletes_outside);
  EXPECT_TRUE(request.log_out_when_slow);
  EXPECT_TRUE(request.traded_ladder);
  EXPECT_EQ(request.conflate_ms, 250U);
  EXPECT_TRUE(request.levels);
  EXPECT_TRUE(request.trades);
  EXPECT_TRUE(request.volume);
  EXPECT_TRUE(request.open_interest);
  EXPECT_THAT(request.symbols, ElementsAre());
  EXPECT_THAT(request.markets, ElementsAre(Name{"EPL-ARS-CHE"}, Name{"RAIN-LON"}));
}

TEST(DecodeMarketDataRequest, IsAnImageASubscriptionOrTheEndOfOne) {
  EXPECT_EQ(read(kSubscribe.with("263=0")).type, Type::Image);
  EXPECT_EQ(read(kSubscribe.with("263=1")).type, Type::Subscribe);
  EXPECT_EQ(read(kEnd).type, Type::End);
  check_outcomes({{kSubscribe.with("263=3"), "281=4 reason 122"},
                  {kSubscribe.with("263=10"), "281=4 reason 122"},
                  {kSubscribe.with("263=on"), "281=4 reason 122"},
                  {kSubscribe.without("263"), "371=263 373=1"}});
}

TEST(DecodeMarketDataRequest, HasAnIdOfOneTo31PrintableCharacters) {
  EXPECT_EQ(read(kSubscribe.with("262=" + std::string(31, 'm'))).id, Name{std::string(31, 'm')});
  check_outcomes({{kSubscribe.with("262=" + std::string(32, 'm')), "371=262 373=5"},
                  {kSubscribe.with("262=a\x7f"), "371=262 373=5"},
                  {kSubscribe.with("262=\xc3\xa9"), "371=262 373=5"},
                  {kSubscribe.without("262"), "371=262 373=1"}});
}

TEST(DecodeMarketDataRequest, IsOfOneToTenLevelsOrAll) {
  for (const unsigned depth : {0U, 1U, 9U, 10U}) {
    EXPECT_EQ(read(kSubscribe.with("264=" + std::to_string(depth))).depth, depth);
  }
  check_outcomes({{kSubscribe.with("264=11"), "281=5 reason 122"},
                  {kSubscribe.with("264=65537"), "281=5 reason 122"},
                  {kSubscribe.with("264=999999999"), "281=5 reason 122"},
                  {kSubscribe.with("264=-1"), "371=264 373=6"},
                  {kSubscribe.with("264=1.0"), "371=264 373=6"},
                  {kSubscribe.with("264=all"), "371=264 373=6"},
                  {kSubscribe.without("264"), "371=264 373=1"}});
}

TEST(DecodeMarketDataRequest, GetsUpdatesOrAnImageAtEachChange) {
  EXPECT_FALSE(read(kSubscribe.with("265=1")).full_refresh);
  EXPECT_TRUE(read(kSubscribe.with("265=0")).full_refresh);
  check_outcomes({{kSubscribe.with("265=2"), "281=6 reason 122"},
                  {kSubscribe.with("265=0").with("264=0"), "281=6 reason 122"},
                  {kSubscribe.with("265=1").with("264=0"), "market data"},
                  {kSubscribe.with("265=x"), "371=265 373=6"}});
}

TEST(DecodeMarketDataRequest, IsOfAnAggregatedBook) {
  check_outcomes({{kSubscribe.with("266=Y"), "market data"},
                  {kSubscribe.with("266=N"), "281=7 reason 122"},
                  {kSubscribe.with("266=y"), "371=266 373=6"}});
}

TEST(DecodeMarketDataRequest, NamesTypesOfEntriesOfBothSidesOrNone) {
  const auto of = [](const std::string& types) { return kSubscribe.with("267=" + types); };
  EXPECT_FALSE(read(of("1|269=2")).levels);
  EXPECT_TRUE(read(of("1|269=2")).trades);
  EXPECT_TRUE(read(of("1|269=B")).volume);
  EXPECT_TRUE(read(of("1|269=C")).open_interest);
  EXPECT_TRUE(read(of("2|269=1|269=0")).levels);
  check_outcomes({{of("1|269=0"), "281=8 reason 122"},
                  {of("1|269=1"), "281=8 reason 122"},
                  {of("2|269=1|269=2"), "281=8 reason 122"},
                  {of("1|269=4"), "281=8 reason 122"},
                  {of("1|269=A"), "281=8 reason 122"},
                  {of("1|269=b"), "281=8 reason 122"},
                  {of("1|269=BC"), "281=8 reason 122"},
                  {of("2|269=B|269=B"), "281=8 reason 122"},
                  {of("3|269=0|269=1|269=0"), "281=8 reason 122"},
                  {of("6|269=0|269=1|269=2|269=B|269=C|269=B"), "281=8 reason 122"},
                  {of("0"), "371=267 373=5"},
                  {of("1"), "371=267 373=16"},
                  {of("1|269=0|269=1"), "371=267 373=16"},
                  {of("two|269=0|269=1"), "371=267 373=6"},
                  {kSubscribe.without("267"), "371=267 373=1"},
                  {kSubscribe.without("267").with("269=0"), "371=269 373=2"}});
}

TEST(DecodeMarketDataRequest, MayWantDeletionsOfWhatLeavesTheWindow) {
  EXPECT_FALSE(read(kSubscribe.with("547=Y")).deletes_outside);
  EXPECT_TRUE(read(kSubscribe.with("547=N")).deletes_outside);
  EXPECT_TRUE(read(kSubscribe.with("547=N").with("264=0")).deletes_outside);
  check_outcomes({{kSubscribe.with("547=N").with("265=0"), "281=C reason 122"},
                  {kSubscribe.with("547=Y").with("265=0"), "market data"},
                  {kSubscribe.with("547=1"), "371=547 373=6"}});
}

TEST(DecodeMarketDataRequest, SaysWhatBecomesOfASlowReader) {
  EXPECT_FALSE(read(kSubscribe.with("815=2")).log_out_when_slow);
  EXPECT_TRUE(read(kSubscribe.with("815=3")).log_out_when_slow);
  check_outcomes({{kSubscribe.with("815=0"), "371=815 373=5"},
                  {kSubscribe.with("815=1"), "371=815 373=5"},
                  {kSubscribe.with("815=4"), "371=815 373=5"}});
}

TEST(DecodeMarketDataRequest, RoundsConflationUp) {
  const std::vector<std::pair<unsigned, unsigned>> served{{0, 0},
                                                          {1, 50},
                                                          {49, 50},
                                                          {50, 50},
                                                          {51, 100},
                                                          {100, 100},
                                                          {101, 250},
                                                          {250, 250},
                                                          {251, 500},
                                                          {500, 500},
                                                          {501, 1000},
                                                          {1000, 1000},
                                                          {1001, 5000},
                                                          {4999, 5000},
                                                          {5000, 5000}};
  for (const auto& [asked_for, expected] : served) {
    EXPECT_EQ(read(kSubscribe.with("20051=" + std::to_string(asked_for))).conflate_ms, expected)
        << asked_for;
  }
  check_outcomes({{kSubscribe.with("20051=5001"), "371=20051 373=5"},
                  {kSubscribe.with("20051=-50"), "371=20051 373=6"},
                  {kSubscribe.with("20051=0.5"), "371=20051 373=6"}});
}

TEST(DecodeMarketDataRequest, HasATradedLadderWithVolumeAlone) {
  const Request volume = kSubscribe.with("267=1|269=B");
  EXPECT_TRUE(read(volume.with("20052=Y")).traded_ladder);
  EXPECT_FALSE(read(volume.with("20052=N")).traded_ladder);
  check_outcomes({{kSubscribe.with("20052=Y"), "281=8 reason 122"},
                  {kSubscribe.with("20052=N"), "market data"},
                  {volume.with("20052=2"), "371=20052 373=6"}});
}

TEST(DecodeMarketDataRequest, IsOfInstrumentsOrOfMarkets) {
  const Request nothing = kSubscribe.without("146");
  EXPECT_EQ(read(nothing.with(group("146", "55", 200))).symbols.size(), 200U);
  EXPECT_EQ(read(nothing.with(group("1310", "1300", 100))).markets.size(), 100U);
  const std::string long_name(31, 's');
  EXPECT_THAT(read(nothing.with("146=1|55=" + long_name)).symbols, ElementsAre(Name{long_name}));
  check_outcomes({{nothing, "371=146 373=1"},
                  {nothing.with("263=0"), "371=146 373=1"},
                  {kSubscribe.with("1310=1|1300=M"), "371=146 373=2"},
                  {nothing.with("146=0"), "371=146 373=5"},
                  {nothing.with("1310=0"), "371=1310 373=5"},
                  {nothing.with(group("146", "55", 201)), "371=146 373=5"},
                  {nothing.with(group("1310", "1300", 101)), "371=1310 373=5"},
                  {nothing.with("146=2|55=A|55=A"), "371=55 373=5"},
                  {nothing.with("1310=2|1300=A|1300=A"), "371=1300 373=5"},
                  {nothing.with("146=1|55=" + std::string(32, 's')), "371=55 373=5"},
                  {nothing.with("1310=1|1300=a\x7f"), "371=1300 373=5"},
                  {nothing.with("146=2|55=A"), "371=146 373=16"},
                  {nothing.with("55=A"), "371=55 373=2"},
                  {nothing.with("1300=A"), "371=1300 373=2"}});
}

TEST(DecodeMarketDataRequest, EndsByItsIdAlone) {
  check_outcomes({{kEnd, "market data"},
                  {kEnd.with("264=0"), "market data"},
                  {kEnd.with("146=1|55=A"), "371=146 373=2"},
                  {kEnd.with("1310=1|1300=M"), "371=1310 373=2"},
                  {kEnd.without("262"), "371=262 373=1"}});
}

TEST(DecodeMarketDataRequest, HasNoFieldThatIsNotItsOwn) {
  check_outcomes({{kSubscribe.with("1=BROKER1"), "371=1 373=2"},
                  {kSubscribe.with("320=r"), "371=320 373=2"},
                  {kSubscribe.with("268=0"), "371=268 373=2"},
                  {kSubscribe.with("83=1"), "371=83 373=2"},
                  {kSubscribe.with("286=0"), "371=286 373=0"},
                  {kSubscribe.with("20050=7"), "371=20050 373=2"},
                  {kSubscribe.with("20053=7"), "371=20053 373=0"},
                  {kSubscribe.and_also("262=m2"), "371=262 373=13"},
                  {kSubscribe.and_also("264=5"), "371=264 373=13"}});
}

// Of one that is good the first thing by its tag is named that we do not serve.
TEST(DecodeMarketDataRequest, IsHeldAgainstItsFormFirst) {
  const Request unserved = kSubscribe.with("263=7").with("264=11").with("265=9").with("266=N");
  check_outcomes({{unserved, "281=4 reason 122"},
                  {unserved.with("263=1"), "281=5 reason 122"},
                  {unserved.with("263=1").with("264=1"), "281=6 reason 122"},
                  {unserved.with("20051=x"), "371=20051 373=6"},
                  {unserved.without("146"), "371=146 373=1"}});
}

TEST(DecodeMarketDataRequest, IsNamedInItsRefusal) {
  const Decoded refused =
      decode_as(SessionRole::MarketData, FixVersion::Fixt11, kSubscribe.with("264=11").body());
  const auto& reject = std::get<MarketDataRequestReject>(refused);
  EXPECT_EQ(reject.request_id, Name{"m1"});
  EXPECT_EQ(reject.refusal, MarketDataRefusal::Depth);
  EXPECT_TRUE(reject.symbol.empty());
  EXPECT_TRUE(reject.market.empty());
  EXPECT_EQ(reject.reason, Reason::InvalidParameter);
  const Decoded malformed =
      decode_as(SessionRole::MarketData, FixVersion::Fixt11, kSubscribe.without("264").body());
  EXPECT_EQ(std::get<SessionReject>(malformed).request_id, matching::ClOrdId{"m1"});
}

TEST(DecodeMarketDataRequest, IsOfItsRoleAndOfFixt11Alone) {
  for (const SessionRole role : {SessionRole::Broker, SessionRole::Ops, SessionRole::DropCopy}) {
    const Decoded refused = decode_as(role, FixVersion::Fixt11, kSubscribe.body());
    EXPECT_EQ(describe(refused), "380=6 tag 0 reason 142");
    EXPECT_EQ(std::get<BusinessReject>(refused).request_id, matching::ClOrdId{"m1"});
  }
  EXPECT_EQ(describe(decode_as(SessionRole::MarketData, FixVersion::Fix44, kSubscribe.body())),
            "380=3 tag 0 reason 141");
}

// It has no accounts.
TEST(DecodeMarketDataRequest, NeedsNoAccount) {
  const std::string frame = message(FixVersion::Fixt11, kSubscribe.body());
  FieldTable fields;
  fields.read(frame);
  EXPECT_EQ(describe(decode(fields, {.role = SessionRole::MarketData})), "market data");
}

TEST(DecodeSecurityListRequest, SaysWhetherAMarketDataSessionIsToldOfLaterChanges) {
  using Updates = gateway::SecurityListQuery::Updates;
  const Request list{"x", {"320=r1", "559=4"}};
  const auto updates = [](const Request& request) {
    return std::get<gateway::SecurityListQuery>(
               std::get<gateway::Query>(
                   decode_as(SessionRole::MarketData, FixVersion::Fixt11, request.body())))
        .updates;
  };
  EXPECT_EQ(updates(list), Updates::AsBefore);
  EXPECT_EQ(updates(list.with("263=0")), Updates::AsBefore);
  EXPECT_EQ(updates(list.with("263=1")), Updates::Begin);
  EXPECT_EQ(updates(list.with("263=2")), Updates::End);
  check_outcomes({{list.with("559=5").with("1300=M").with("263=1"), "371=263 373=5"},
                  {list.with("559=0").with("55=A").with("263=2"), "371=263 373=5"},
                  {list.with("559=5").with("1300=M"), "query"}});
}

}  // namespace
}  // namespace betex::fix::testing

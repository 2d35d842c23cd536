// MarketDataRequestReject(Y), each of them, and that nothing of the request stands then.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/market_data/venue.h"

namespace betex::gateway::testing {
namespace {

using matching::Name;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Type = MarketDataRequest::Type;

class Refusals : public ::testing::Test {
 protected:
  std::vector<std::string> asked(const MarketDataRequest& request) {
    venue.ask(session, request);
    venue.turn();
    return venue.told(session);
  }

  std::vector<std::string> ended(const char* id) {
    MarketDataRequest request = levels_of(id, {});
    request.type = Type::End;
    return asked(request);
  }

  Venue venue{{.max_instruments = 4, .max_requests = 3}};
  SubscriberId session = venue.join();
};

TEST_F(Refusals, AnUnknownSymbolIsNamed) {
  EXPECT_THAT(asked(levels_of("a", {"A", "NONE", "B"})), ElementsAre("Y a 0 20 NONE"));
  EXPECT_EQ(venue.data.figures().subscriptions, 0U);
  EXPECT_EQ(venue.data.figures().views, 0U);
  EXPECT_EQ(venue.data.figures().refused, 1U);
}

TEST_F(Refusals, AnUnknownMarketIsNamed) {
  MarketDataRequest request = levels_of("a", {});
  request.markets = {Name{"HORSE"}, Name{"A"}};
  EXPECT_THAT(asked(request), ElementsAre("Y a 0 21 A"));
  EXPECT_EQ(venue.data.figures().subscriptions, 0U);
  venue.exchange.run(matching::CreateMarket{.market = Name{"NEXT"}});
  venue.turn();
  venue.exchange.run(matching::AddRunner{.market = Name{"NEXT"}, .symbol = Name{"N"}});
  EXPECT_THAT(asked(levels_of("b", {"N"})), ElementsAre(StartsWith("W 262=b|55=N|")));
}

TEST_F(Refusals, AnIdThatIsInUse) {
  EXPECT_EQ(asked(levels_of("a", {"A"})).size(), 1U);
  EXPECT_THAT(asked(levels_of("a", {"B"})), ElementsAre("Y a 1 125 "));
  MarketDataRequest image = levels_of("a", {"B"});
  image.type = Type::Image;
  EXPECT_THAT(asked(image), ElementsAre("Y a 1 125 "));
  EXPECT_THAT(ended("a"), IsEmpty());
  EXPECT_THAT(asked(levels_of("a", {"B"})), ElementsAre(StartsWith("W 262=a|55=B|")));
}

TEST_F(Refusals, OfAnotherSessionAnIdIsFree) {
  EXPECT_EQ(asked(levels_of("a", {"A"})).size(), 1U);
  const SubscriberId other = venue.join();
  venue.ask(other, levels_of("a", {"A"}));
  venue.turn();
  EXPECT_THAT(venue.told(other), ElementsAre(StartsWith("W ")));
}

TEST_F(Refusals, TheEndOfWhatThereIsNot) {
  EXPECT_THAT(ended("a"), ElementsAre("Y a 0 127 "));
}

TEST_F(Refusals, TooManyInstruments) {
  EXPECT_EQ(asked(levels_of("a", {"A", "B", "C"})).size(), 3U);
  EXPECT_THAT(asked(levels_of("b", {"A", "B"})), ElementsAre("Y b 2 128 "));
  EXPECT_EQ(asked(levels_of("b", {"RAIN"})).size(), 1U);
  EXPECT_THAT(asked(levels_of("c", {"A"})), ElementsAre("Y c 2 128 "));
  EXPECT_THAT(ended("a"), IsEmpty());
  EXPECT_EQ(asked(levels_of("c", {"A"})).size(), 1U);
}

TEST_F(Refusals, TooManyRequests) {
  for (const char* const id : {"a", "b", "c"}) {
    EXPECT_EQ(asked(levels_of(id, {"A"})).size(), 1U);
  }
  EXPECT_THAT(asked(levels_of("d", {"A"})), ElementsAre("Y d 2 128 "));
}

TEST_F(Refusals, TooManyASecond) {
  const MarketDataLimits usual;
  MarketDataRequest end = levels_of("x", {});
  end.type = Type::End;
  for (std::uint32_t i = 0; i < usual.requests_at_once; ++i) {
    EXPECT_THAT(asked(end), ElementsAre("Y x 0 127 "));
  }
  EXPECT_THAT(asked(end), ElementsAre("Y x 2 143 "));
  venue.data.ask(session, SecurityListQuery{.security_req_id = Name{"l"}}, venue.now);
  venue.turn();
  EXPECT_THAT(venue.told(session), ElementsAre("j x 143"));
  venue.pass(std::chrono::milliseconds{1'000});
  for (std::uint32_t i = 0; i < usual.requests_per_second; ++i) {
    EXPECT_THAT(asked(end), ElementsAre("Y x 0 127 "));
  }
  EXPECT_THAT(asked(end), ElementsAre("Y x 2 143 "));
}

TEST_F(Refusals, NobodyAnswersOneThatHasLeft) {
  EXPECT_EQ(asked(levels_of("a", {"A"})).size(), 1U);
  venue.exchange.back("alice", "1", "2");
  venue.take();
  venue.data.leave(session);
  EXPECT_THAT(asked(levels_of("b", {"A"})), IsEmpty());
  EXPECT_EQ(venue.data.figures().subscriptions, 0U);
}

}  // namespace
}  // namespace betex::gateway::testing

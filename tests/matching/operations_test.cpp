// Requests of operators (RULES.md section 5): an id acts once, whatever comes of it, a repetition
// is answered, and there is a limit a day.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

constexpr std::int64_t kDay = 24 * kHour;
constexpr std::uint64_t kContent = 7;  // the digest of a request
constexpr std::uint64_t kOtherContent = 8;

const Name kRain{"RAIN"};

Lines ask(Exchange& x, const CommandBody& body, std::uint64_t digest = kContent) {
  return x.run(body, Origin{}, digest);
}

CreateAccount dave(const char* request) {
  return {.account = Name{"dave"}, .request_id = Name{request}};
}

// What the event says of its id: used up, or not.
bool id_consumed(const Exchange& x) {
  bool consumed = false;
  for_each_event(x.log.back().view(), [&](EventSeq, const auto& event) {
    if constexpr (std::is_same_v<std::decay_t<decltype(event)>, CommandRejected>) {
      consumed = event.id_consumed;
    }
  });
  return consumed;
}

TEST(RequestIds, RepetitionIsAnsweredWithTheFirstEvent) {
  Exchange x;
  const EventSeq before = x.engine.last_seq();
  EXPECT_THAT(ask(x, dave("r1")), ElementsAre("account dave"));
  const std::string answer = "request known r1 by " + std::to_string(before.value() + 1);
  EXPECT_THAT(ask(x, dave("r1")), ElementsAre(answer));
  EXPECT_THAT(ask(x, dave("r1")), ElementsAre(answer)) << "by the first one, not by an answer";
  EXPECT_THAT(ask(x, dave("r2")), ElementsAre("command rejected dave: already exists"));
}

TEST(RequestIds, OtherContentUnderAKnownIdIsRefused) {
  Exchange x;
  ask(x, dave("r1"));
  EXPECT_THAT(ask(x, HaltMarket{.market = kRain, .request_id = Name{"r1"}}, kOtherContent),
              ElementsAre("command rejected RAIN: request id was used before"));
  EXPECT_FALSE(id_consumed(x));
}

TEST(RequestIds, RefusedRequestUsesItsIdUp) {
  Exchange x;
  const ResumeMarket resume{.market = kRain, .request_id = Name{"r1"}};
  const std::string first = std::to_string(x.engine.last_seq().value() + 1);
  EXPECT_THAT(ask(x, resume), ElementsAre("command rejected RAIN: not possible in this state"));
  EXPECT_TRUE(id_consumed(x));
  x.run(SuspendMarket{.market = kRain});
  EXPECT_THAT(ask(x, resume),
              ElementsAre("request known r1 by " + first + ": not possible in this state"));
  EXPECT_THAT(ask(x, ResumeMarket{.market = kRain, .request_id = Name{"r2"}}),
              ElementsAre("resumed v3"));
}

TEST(RequestIds, RefusalThatWasCausedByTheRequesterUsesNoIdUp) {
  Exchange x;
  const HaltMarket halt{.market = kRain, .request_id = Name{"r1"}};
  EXPECT_THAT(x.run(halt, {SessionId{7}, SessionEpoch{1}, MsgSeqNum{1}}, kContent),
              ElementsAre("command rejected RAIN: unknown session"));
  EXPECT_FALSE(id_consumed(x));
  EXPECT_THAT(ask(x, halt), ElementsAre("halted v2"));
}

TEST(RequestIds, AreOfOneSpaceForAllOperations) {
  Exchange x;
  ask(x, CancelOnBehalf{.market = kRain, .request_id = Name{"r1"}});
  EXPECT_THAT(ask(x, dave("r1"), kOtherContent),
              ElementsAre("command rejected dave: request id was used before"));
}

TEST(RequestIds, WhatTheGatewayDoesItselfHasNone) {
  Exchange x;
  x.run(CreateAccount{.account = Name{"dave"}, .transact_time = Timestamp{1}});
  EXPECT_THAT(x.run(CreateAccount{.account = Name{"erin"}, .transact_time = Timestamp{1}}),
              ElementsAre("account erin"));
}

TEST(RequestTimes, AreAtMost30DaysOldAnd5MinutesAhead) {
  Exchange x;
  CreateAccount create = dave("r1");
  for (const std::int64_t away : {-30 * kDay - 1, 300 * kSecond + 1}) {
    create.transact_time = x.now() + Timestamp{away};
    EXPECT_THAT(ask(x, create),
                ElementsAre("command rejected dave: TransactTime is too old or too far ahead"));
    EXPECT_FALSE(id_consumed(x));
  }
  create.transact_time = x.now() + Timestamp{-30 * kDay};
  EXPECT_THAT(ask(x, create), ElementsAre("account dave"));
  create.account = Name{"erin"};
  create.request_id = Name{"r2"};
  create.transact_time = x.now() + Timestamp{300 * kSecond};
  EXPECT_THAT(ask(x, create), ElementsAre("account erin"));
}

// A client that repeats what it has asked long ago is still told what came of it.
TEST(RequestTimes, OfAKnownRequestDoNotMatter) {
  Exchange x;
  CreateAccount create = dave("r1");
  create.transact_time = x.now();
  ask(x, create);
  x.pass(31 * kDay);
  EXPECT_THAT(ask(x, create).at(0), StartsWith("request known r1"));
}

class DailyLimit : public ::testing::Test {
 protected:
  DailyLimit() {
    decide(CreateExchange{.currency = Currency{"EUR"}, .max_requests_a_day = 2});
    decide(CreateMarket{
        .market = kRain, .kind = MarketKind::Binary, .ladder = LadderKind::LinearCent});
  }

  std::string decide(const CommandBody& body) {
    const TransactionView view =
        engine.decide({.timestamp = now, .digest = ++digests, .body = body});
    return text.describe(view).at(0);
  }

  std::string announce(const char* request) {
    return decide(Announce{.subject = kRain,
                           .headline = Remark{"hear"},
                           .request_id = Name{request},
                           .transact_time = now});
  }

  Engine engine;
  EventText text;
  Timestamp now{1'700'000'000'000'000'000};
  std::uint64_t digests = 0;
};

TEST_F(DailyLimit, RefusesWhatIsBeyondItAndUsesNoIdUp) {
  EXPECT_EQ(announce("r1"), "announced hear");
  EXPECT_EQ(announce("r2"), "announced hear");
  EXPECT_THAT(announce("r3"), StartsWith("command rejected RAIN: too many requests"));
  now += Timestamp{kDay};
  while (engine.is_due(now)) {
    decide(AdvanceTime{});
  }
  EXPECT_EQ(announce("r3"), "announced hear");
}

TEST_F(DailyLimit, HoldsNobodyWhoMakesTheExchangeSafer) {
  decide(OpenMarket{.market = kRain});
  announce("r1");
  announce("r2");
  const auto with_id = [&](auto body, const char* request) {
    body.request_id = Name{request};
    body.transact_time = now;
    return decide(body);
  };
  EXPECT_EQ(with_id(CancelOnBehalf{.market = kRain}, "s1"), "batch 1 mass-cancel-on-behalf to #0");
  EXPECT_EQ(with_id(SuspendMarket{.market = kRain}, "s2"), "suspended v2");
  EXPECT_THAT(with_id(ResumeMarket{.market = kRain}, "s3"), StartsWith("command rejected"));
  EXPECT_EQ(with_id(HaltMarket{.market = kRain}, "s4"), "halted v3");
  EXPECT_EQ(with_id(CloseMarket{.market = kRain}, "s5"), "closed v4");
  EXPECT_EQ(with_id(HaltExchange{}, "s8"), "exchange halted");
  EXPECT_THAT(with_id(UnhaltExchange{}, "s9"), StartsWith("command rejected : too many requests"));
  EXPECT_THAT(with_id(SuspendAccount{.account = Name{"nobody"}}, "s6"),
              "command rejected nobody: unknown account");
  EXPECT_THAT(with_id(SuspendSession{.comp_id = Name{"nobody"}}, "s7"),
              "command rejected nobody: unknown session");
}

TEST(RequestIdGenerations, IdIsKnownForTwoOf35Days) {
  Exchange x;
  ask(x, dave("r1"));
  x.pass(34 * kDay);
  EXPECT_THAT(ask(x, dave("r1")).at(0), StartsWith("request known r1"));
  x.pass(2 * kDay);  // the first generation has ended
  EXPECT_THAT(ask(x, dave("r1")).at(0), StartsWith("request known r1"));
  x.pass(33 * kDay);
  EXPECT_THAT(ask(x, dave("r1")).at(0), StartsWith("request known r1"));
  x.pass(2 * kDay);  // the second
  EXPECT_THAT(ask(x, dave("r1")), ElementsAre("command rejected dave: already exists"))
      << "forgotten: it acts again";
}

TEST(RequestIdGenerations, EndBetweenThoseOfClOrdIdsAndGraces) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"S"},
                  .cancel_on_disconnect = true,
                  .grace_ms = static_cast<std::uint32_t>(0)});
  std::vector<std::string> last;
  for (const std::string& line : x.pass(35 * kDay)) {
    last.push_back(line);
  }
  ASSERT_GE(last.size(), 1U);
  EXPECT_EQ(last.back(), "request generation ended");
}

TEST(RequestIdsInASnapshot, AreKnownAfterIt) {
  Exchange x;
  ask(x, dave("r1"));
  ask(x, ResumeMarket{.market = kRain, .request_id = Name{"r2"}});
  x.pass(36 * kDay);
  ask(x, HaltMarket{.market = kRain, .request_id = Name{"r3"}});
  Engine loaded = Engine::load(x.saved());
  EXPECT_EQ(loaded.state_hash(), x.engine.state_hash());
  EventText text;
  for (const char* request : {"r1", "r2", "r3"}) {
    const TransactionView view =
        loaded.decide({.timestamp = x.now(), .digest = kContent, .body = dave(request)});
    EXPECT_THAT(text.describe(view).at(0), StartsWith("request known")) << request;
  }
}

TEST(RequestIds, ReplayKnowsThem) {
  Exchange x;
  ask(x, dave("r1"));
  ask(x, dave("r2"));
  Engine replayed;
  for (const StoredTransaction& transaction : x.log) {
    replayed.apply(transaction.view());
  }
  EXPECT_EQ(replayed.state_hash(), x.engine.state_hash());
  const TransactionView again =
      replayed.decide({.timestamp = x.now(), .digest = kContent, .body = dave("r2")});
  ask(x, dave("r2"));
  EXPECT_TRUE(std::equal(again.events.begin(), again.events.end(), x.log.back().events.begin()));
}

// ---- The watermark ------------------------------------------------------------------------------

class Watermark : public ::testing::Test {
 protected:
  std::string move_to(EventSeq seq) {
    return ask(x, MoveWatermark{.watermark = seq, .request_id = Name{std::to_string(++requests_)}})
        .at(0);
  }

  Exchange x;

 private:
  int requests_ = 0;
};

TEST_F(Watermark, MovesForwardAndNotBeyondWhatThereIs) {
  const std::string refusal = "command rejected : invalid parameter";
  EXPECT_EQ(x.engine.exchange().watermark, EventSeq{0});
  EXPECT_EQ(move_to(EventSeq{0}), refusal);
  EXPECT_EQ(move_to(EventSeq{2}), "watermark 2");
  EXPECT_EQ(move_to(EventSeq{2}), refusal);
  EXPECT_EQ(move_to(EventSeq{1}), refusal);
  EXPECT_EQ(move_to(x.engine.last_seq().next()), refusal) << "that event would be the move itself";
  EXPECT_EQ(x.engine.exchange().watermark, EventSeq{2});
  const EventSeq last = x.engine.last_seq();
  EXPECT_EQ(move_to(last), "watermark " + std::to_string(last.value()));
  EXPECT_EQ(x.engine.exchange().watermark, last);
}

TEST_F(Watermark, OutlivesARestart) {
  move_to(EventSeq{2});
  Engine loaded = Engine::load(x.saved());
  EXPECT_EQ(loaded.exchange().watermark, EventSeq{2});
  Engine replayed;
  for (const StoredTransaction& transaction : x.log) {
    replayed.apply(transaction.view());
  }
  EXPECT_EQ(replayed.exchange().watermark, EventSeq{2});
  EXPECT_EQ(replayed.state_hash(), x.engine.state_hash());
  EventText text;
  const TransactionView back = loaded.decide(
      {.timestamp = x.now(),
       .digest = kContent,
       .body = MoveWatermark{
           .watermark = EventSeq{1}, .request_id = Name{"back"}, .transact_time = x.now()}});
  EXPECT_EQ(text.describe(back).at(0), "command rejected : invalid parameter");
}

}  // namespace
}  // namespace betex::matching::testing

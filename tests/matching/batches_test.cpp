// Batched processes: how they are cut into chunks, what goes on in between, what they block.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

const Name kRain{"RAIN"};

// `count` resting bids of alice; every tenth persists.
void fill_rain(Exchange& x, int count) {
  for (int i = 0; i < count; ++i) {
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "1", "0.40");
    order.persistence = i % 10 == 9 ? Persistence::Persist : Persistence::Lapse;
    x.run(order);
  }
}

TEST(Batches, NineThousandOfTenAreThreeTransactions) {
  Exchange x;
  fill_rain(x, 10'000);
  const Lines first = x.run(SuspendMarket{.market = kRain, .scope = CancelScope::LapseOnly});
  EXPECT_THAT(
      first,
      ElementsAre("suspended v2", "batch 1 market-suspended to #10000", "batch 1 cancelled 4096"));
  EXPECT_THAT(x.run(ResumeMarket{.market = kRain}),
              ElementsAre("command rejected RAIN: the market's orders are being cancelled"));
  EXPECT_THAT(x.run(ContinueBatch{}), ElementsAre("batch 1 cancelled 4096"));

  // Others go on, an owner's cancel of an order that is not reached yet is served.
  EXPECT_THAT(x.back("bob", "10", "2"), ElementsAre("accepted #10001 bob bid 10.00 @ 2.00 rests"));
  EXPECT_THAT(x.cancel("alice", 9'999), ElementsAre("cancelled #9999 requested"));
  EXPECT_THAT(x.run(ContinueBatch{}),
              ElementsAre("batch 1 cancelled 807", "batch 1 completed 8999"));
  EXPECT_EQ(x.engine.batch_pending(), PendingBatch::None);
  EXPECT_THAT(x.run(ResumeMarket{.market = kRain}), ElementsAre("resumed v3"));
}

TEST(Batches, Exactly4096AreOneTransaction) {
  Exchange x;
  for (int i = 0; i < 4'096; ++i) {
    x.buy("alice", "1", "0.40");
  }
  EXPECT_THAT(x.run(CloseMarket{.market = kRain}),
              ElementsAre("closed v2",
                          "batch 1 market-closed to #4096",
                          "batch 1 cancelled 4096",
                          "batch 1 completed 4096"));
}

// A chunk also ends after 8192 live orders that it has looked at, whatever it cancelled.
TEST(Batches, LookAt8192LiveOrdersAChunk) {
  Exchange x;
  for (int i = 0; i < 8'193; ++i) {
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "1", "0.40");
    order.persistence = i == 8'192 || i == 9 ? Persistence::Lapse : Persistence::Persist;
    x.run(order);
  }
  EXPECT_THAT(
      x.run(SuspendMarket{.market = kRain, .scope = CancelScope::LapseOnly}),
      ElementsAre("suspended v2", "batch 1 market-suspended to #8193", "batch 1 cancelled 1 #10"));
  EXPECT_EQ(x.engine.batch_pending(), PendingBatch::Orders);
  EXPECT_THAT(x.run(ContinueBatch{}),
              ElementsAre("batch 1 cancelled 1 #8193", "batch 1 completed 2"));
}

// Those that have finished do not count: an engine that was loaded does not list them, and must
// end its chunks where the one that was saved ends them.
TEST(Batches, CountNoOrderThatHasFinished) {
  Exchange x;
  for (std::uint64_t id = 1; id <= 9'000; ++id) {
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "1", "0.40");
    order.persistence = id == 9'000 ? Persistence::Lapse : Persistence::Persist;
    x.run(order);
  }
  for (std::uint64_t id = 1; id <= 1'000; ++id) {  // too few to be swept out
    x.cancel("alice", id);
  }
  std::vector<std::byte> bytes;
  x.engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  Engine loaded = Engine::load(bytes);
  const SuspendMarket suspend{.market = kRain, .scope = CancelScope::LapseOnly};
  const TransactionView of_loaded = loaded.decide({.timestamp = x.now(), .body = suspend});
  EXPECT_THAT(x.run(suspend),
              ElementsAre("suspended v2",
                          "batch 1 market-suspended to #9000",
                          "batch 1 cancelled 1 #9000",
                          "batch 1 completed 1"));
  EXPECT_TRUE(
      std::equal(of_loaded.events.begin(), of_loaded.events.end(), x.log.back().events.begin()));
}

TEST(Batches, GoOnFromTheCursorAfterACrash) {
  Exchange x;
  fill_rain(x, 6'000);
  x.run(CloseMarket{.market = kRain});
  Engine recovered;
  for (const StoredTransaction& transaction : x.log) {
    recovered.apply(transaction.view());
  }
  ASSERT_EQ(recovered.batch_pending(), PendingBatch::Orders);
  const TransactionView rest = recovered.decide({.timestamp = x.now(), .body = ContinueBatch{}});
  const Lines uninterrupted = x.run(ContinueBatch{});
  EXPECT_THAT(uninterrupted, ElementsAre("batch 1 cancelled 1904", "batch 1 completed 6000"));
  EXPECT_TRUE(std::equal(rest.events.begin(), rest.events.end(), x.log.back().events.begin()));
  EXPECT_EQ(recovered.state_hash(), x.engine.state_hash());
}

TEST(MassCancel, BlocksOnlyItsAccountAndTellsItsTotal) {
  Exchange x;
  for (int i = 0; i < 5'000; ++i) {
    x.buy("alice", "1", "0.40");
  }
  x.back("alice", "10", "2");
  x.buy("bob", "1", "0.40");
  const MassCancel all{.account = Name{"alice"}, .cl_ord_id = x.fresh_id()};
  EXPECT_THAT(x.run(all), ElementsAre("batch 1 mass-cancel to #5002", "batch 1 cancelled 4096"));
  EXPECT_THAT(x.buy("alice", "1", "0.40").at(0), ::testing::HasSubstr("orders or bets is running"));
  EXPECT_THAT(x.buy("bob", "1", "0.40").at(0), StartsWith("accepted"));
  EXPECT_THAT(
      x.finish_batches(),
      ElementsAre("batch 1 cancelled 1 #5001", "batch 1 cancelled 904", "batch 1 completed 5001"));
  EXPECT_THAT(x.run(all), ElementsAre("mass cancel rejected id-5003: ClOrdID was used before"));
}

// Each process is one more that all others' orders are held against.
TEST(MassCancel, RunsOnceAtATimeForAnAccount) {
  Exchange x;
  for (int i = 0; i < 4'097; ++i) {
    x.buy("alice", "1", "0.40");
    x.buy("bob", "1", "0.40");
  }
  const auto all_of = [&x](const char* account) {
    return MassCancel{.account = Name{account}, .cl_ord_id = x.fresh_id()};
  };
  x.run(all_of("alice"));
  const MassCancel second = all_of("alice");
  EXPECT_THAT(x.run(second).at(0), ::testing::HasSubstr("orders or bets is running"));
  EXPECT_THAT(x.run(second).at(0), ::testing::HasSubstr("ClOrdID was used before"));
  EXPECT_THAT(x.run(all_of("bob")).at(0), StartsWith("batch 2"));

  // An operator's is nobody's second one, and the next one is served when the first has ended.
  EXPECT_THAT(x.run(CancelOnBehalf{.account = Name{"alice"}, .request_id = Name{"ops-1"}}).at(0),
              StartsWith("batch 3"));
  x.finish_batches();
  EXPECT_THAT(x.run(all_of("alice")).at(0), StartsWith("batch 4"));
}

TEST(MassCancel, OfNothingIsCompletedWithZero) {
  Exchange x;
  EXPECT_THAT(x.run(MassCancel{.account = Name{"alice"}, .cl_ord_id = x.fresh_id()}),
              ElementsAre("batch 1 mass-cancel to #0", "batch 1 completed 0"));
}

class OwnMassCancel : public ::testing::Test {
 protected:
  // A resting bid at 0.40.
  Lines bid(const char* session, const char* account, const char* reference) {
    PlaceOrder order = x.order(account, "RAIN", Side::Bid, "1", "0.40");
    if (*reference != '\0') {
      order.extras =
          OrderExtras{.reference = Reference{reference}, .order_group = {}, .max_cost = {}};
    }
    return x.ask(session, order);
  }

  MassCancel all_of_alice() { return {.account = Name{"alice"}, .cl_ord_id = x.fresh_id()}; }

  Exchange x;
};

TEST_F(OwnMassCancel, TakesWhatItsSessionHasEntered) {
  bid("B1", "alice", "");
  bid("B2", "alice", "");
  bid("B1", "bob", "");
  bid("B1", "alice", "");
  MassCancel own = all_of_alice();
  own.own_session = true;
  EXPECT_THAT(
      x.ask("B1", own),
      ElementsAre("batch 1 mass-cancel to #4", "batch 1 cancelled 2 #1 #4", "batch 1 completed 2"));
  const BatchStarted started = all_of<BatchStarted>(x.log).back();
  EXPECT_TRUE(started.of_session);
  EXPECT_EQ(started.session, started.requester);
  const BatchCompleted completed = all_of<BatchCompleted>(x.log).back();
  EXPECT_TRUE(completed.of_session);
  EXPECT_EQ(completed.session, started.requester);

  x.ask("B1", own);
  EXPECT_EQ(all_of<MassCancelRejected>(x.log).back().reason, Reason::DuplicateClOrdId);
  EXPECT_TRUE(all_of<MassCancelRejected>(x.log).back().of_session);
  x.ask("B1", all_of_alice());
  EXPECT_FALSE(all_of<BatchStarted>(x.log).back().of_session);
  EXPECT_EQ(all_of<BatchStarted>(x.log).back().session, SessionId{});
  EXPECT_FALSE(all_of<BatchCompleted>(x.log).back().of_session);
  EXPECT_FALSE(x.find_order(2).live);
  EXPECT_TRUE(x.find_order(3).live);
}

// Without a session all orders would match.
TEST_F(OwnMassCancel, NeedsASession) {
  bid("B1", "alice", "");
  MassCancel own = all_of_alice();
  own.own_session = true;
  EXPECT_THAT(x.run(own).at(0), ::testing::EndsWith("invalid parameter"));
  EXPECT_TRUE(x.find_order(1).live);
}

TEST_F(OwnMassCancel, BlocksTheOrdersOfItsSessionAlone) {
  for (int i = 0; i < 4'097; ++i) {
    bid("B1", "alice", "");
  }
  MassCancel own = all_of_alice();
  own.own_session = true;
  x.ask("B1", own);
  EXPECT_THAT(bid("B1", "alice", "").at(0), ::testing::HasSubstr("orders or bets is running"));
  EXPECT_THAT(bid("B2", "alice", "").at(0), StartsWith("accepted"));
  EXPECT_THAT(bid("B1", "bob", "").at(0), StartsWith("accepted"));
  EXPECT_THAT(x.finish_batches(),
              ElementsAre("batch 1 cancelled 1 #4097", "batch 1 completed 4097"));
}

TEST_F(OwnMassCancel, TakesWhatBearsTheReference) {
  bid("B1", "alice", "north");
  bid("B1", "alice", "");
  bid("B1", "bob", "north");
  bid("B2", "alice", "north");
  bid("B1", "alice", "north2");
  MassCancel north = all_of_alice();
  north.reference = Reference{"north"};
  EXPECT_EQ(x.ask("B1", north).at(1), "batch 1 cancelled 2 #1 #4");
  EXPECT_EQ(all_of<BatchStarted>(x.log).back().reference, Reference{"north"});
}

// Its filter goes on behind a snapshot.
TEST_F(OwnMassCancel, GoesOnFromASnapshotWithItsFilter) {
  for (int i = 0; i < 4'097; ++i) {
    bid("B1", "alice", "north");
  }
  bid("B1", "alice", "south");
  bid("B2", "alice", "north");
  bid("B1", "alice", "north");
  MassCancel cancel = all_of_alice();
  cancel.reference = Reference{"north"};
  cancel.own_session = true;
  x.ask("B1", cancel);
  const std::uint64_t hash = x.engine.state_hash();
  x.engine = Engine::load(x.saved());
  EXPECT_EQ(x.engine.state_hash(), hash);
  EXPECT_THAT(x.finish_batches(),
              ElementsAre("batch 1 cancelled 2 #4097 #4100", "batch 1 completed 4098"));
  EXPECT_TRUE(all_of<BatchCompleted>(x.log).back().of_session);
}

TEST(MassCancel, CompletesWithItsFilter) {
  Exchange x;
  x.buy("alice", "10", "0.40");
  x.run(MassCancel{
      .account = Name{"alice"}, .cl_ord_id = x.fresh_id(), .symbol = Name{"RAIN"}, .side = 1});
  bool seen = false;
  for_each_event(x.log.back().view(), [&](EventSeq, const auto& event) {
    if constexpr (std::is_same_v<std::decay_t<decltype(event)>, BatchCompleted>) {
      seen = true;
      EXPECT_EQ(event.side, 1);
      EXPECT_NE(event.instrument, InstrumentId{});
      EXPECT_EQ(event.total, 1U);
    }
  });
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace betex::matching::testing

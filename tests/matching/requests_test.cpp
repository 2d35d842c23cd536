// Who may ask for what: the order of the checks, ClOrdIDs that never act twice, sessions, replay.
#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

TEST(Checks, FirstFailureWinsInTheFixedOrder) {
  Exchange x;
  PlaceOrder order = x.order("nobody", "NOWHERE", Side::Bid, "0.001", "2.03");
  order.transact_time = Timestamp{};
  order.post_only = true;
  order.time_in_force = TimeInForce::Ioc;
  const auto reason = [&](const PlaceOrder& place) { return x.run(place).at(0); };

  EXPECT_EQ(reason(order), "rejected id-1: unknown account");
  order.account = Name{"alice"};
  EXPECT_EQ(reason(order), "rejected id-1: TransactTime is too old or too far ahead");
  order.transact_time = x.now();
  EXPECT_EQ(reason(order), "rejected id-1: unknown instrument");
  EXPECT_EQ(reason(order), "rejected id-1: ClOrdID was used before");
  order.cl_ord_id = x.fresh_id();
  order.symbol = Name{"A"};
  EXPECT_EQ(reason(order), "rejected id-2: price is not on the ladder");
  order.cl_ord_id = x.fresh_id();
  order.price = decimal("2.02");
  EXPECT_EQ(reason(order), "rejected id-3: quantity is not a multiple of the step");
  order.cl_ord_id = x.fresh_id();
  order.quantity = decimal("10");
  EXPECT_EQ(reason(order), "rejected id-4: unsupported combination of order attributes");
  order.cl_ord_id = x.fresh_id();
  order.post_only = false;
  EXPECT_EQ(reason(order), "accepted #1 alice bid 10.00 @ 2.02 takes");
}

// With any other time in force, an expiry is an unsupported combination, whatever its value.
TEST(Checks, OnlyGoodTillDateHasAnExpiryAndItIsAfterNow) {
  Exchange x;
  for (const TimeInForce time_in_force :
       {TimeInForce::Day, TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok}) {
    for (const std::int64_t seconds : {-1, 1}) {
      PlaceOrder order = x.order("alice", "A", Side::Bid, "1", "2");
      order.time_in_force = time_in_force;
      order.expire_time = x.now() + Timestamp{seconds * kSecond};
      EXPECT_THAT(x.run(order).at(0),
                  ::testing::HasSubstr("unsupported combination of order attributes"));
    }
  }
  PlaceOrder order = x.order("alice", "A", Side::Bid, "1", "2");
  order.time_in_force = TimeInForce::Gtd;
  for (const Timestamp at : {Timestamp{}, x.now() - Timestamp{1}, x.now()}) {
    order.cl_ord_id = x.fresh_id();
    order.expire_time = at;
    EXPECT_THAT(x.run(order).at(0), ::testing::HasSubstr("expiry is missing or past"));
  }
  order.cl_ord_id = x.fresh_id();
  order.expire_time = x.now() + Timestamp{1};
  EXPECT_THAT(x.run(order).at(0), ::testing::StartsWith("accepted"));
}

TEST(Checks, MarketMustBeOpenAndItsVersionTheOneThatWasSeen) {
  Exchange x;
  x.run(CreateMarket{.market = Name{"LATER"}});
  x.run(AddRunner{.market = Name{"LATER"}, .symbol = Name{"L1"}});
  EXPECT_THAT(x.run(x.order("alice", "L1", Side::Bid, "1", "2")),
              ElementsAre("rejected id-1: market is not open"));
  PlaceOrder order = x.order("alice", "A", Side::Bid, "1", "2");
  order.version_guard = 7;
  EXPECT_THAT(x.run(order), ElementsAre("rejected id-2: the market has changed since"));
  order = x.order("alice", "A", Side::Bid, "1", "2");
  order.version_guard = 1;
  EXPECT_THAT(x.run(order), ElementsAre("accepted #1 alice bid 1.00 @ 2.00 rests"));
}

TEST(Checks, EveryPriceOfEveryLadderIsAcceptedAndNothingBetween) {
  Exchange x;
  EXPECT_THAT(x.back("alice", "1", "1.01"), ElementsAre("accepted #1 alice bid 1.00 @ 1.01 rests"));
  EXPECT_THAT(x.back("alice", "1", "1000"),
              ElementsAre("accepted #2 alice bid 1.00 @ 1000.00 rests"));
  for (const char* odds : {"0", "1", "1.005", "2.01", "3.01", "1000.01", "1010"}) {
    EXPECT_THAT(x.back("alice", "1", odds).at(0), ::testing::HasSubstr("not on the ladder"));
  }
}

// 2^62 mu stay below what 64 bits hold even with the largest order on top.
TEST(Checks, SumThatWouldNotFitIsRefusedAndNotClamped) {
  Exchange x;
  const std::string max_stake = "1000000000";  // locks 999 times that at odds of 1000
  for (int order = 1; order <= 461; ++order) {
    ASSERT_THAT(x.lay("alice", max_stake, "1000").at(0), ::testing::StartsWith("accepted"));
  }
  const std::uint64_t hash = x.engine.state_hash();
  EXPECT_THAT(x.lay("alice", max_stake, "1000"),
              ElementsAre("rejected id-462: amount is too large"));
  EXPECT_NE(x.engine.state_hash(), hash) << "the refused id is used up";
  EXPECT_THAT(x.lay("alice", "1", "1000").at(0), ::testing::StartsWith("accepted"));
  EXPECT_THAT(x.lay("bob", max_stake, "1000").at(0), ::testing::StartsWith("accepted"));
  const AmendOrder amend{.account = Name{"alice"},
                         .cl_ord_id = x.fresh_id(),
                         .order_id = OrderId{462},
                         .transact_time = x.now(),
                         .price = decimal("1000"),
                         .quantity = decimal(max_stake)};
  EXPECT_THAT(x.run(amend).at(0), ::testing::HasSubstr("amount is too large"));
}

TEST(ClOrdIds, AreOneSpaceForOrdersAndCancelsOfAnAccount) {
  Exchange x;
  const PlaceOrder order = x.order("alice", "A", Side::Bid, "10", "2");
  x.run(order);
  CancelOrder cancel{
      .account = Name{"alice"}, .cl_ord_id = order.cl_ord_id, .orig_cl_ord_id = order.cl_ord_id};
  EXPECT_THAT(x.run(cancel), ElementsAre("cancel rejected id-1: ClOrdID was used before"));
  cancel.cl_ord_id = x.fresh_id();
  EXPECT_THAT(x.run(cancel), ElementsAre("cancelled #1 requested"));
  EXPECT_THAT(x.run(order), ElementsAre("rejected id-1: ClOrdID was used before"));
  PlaceOrder same_id_of_bob = order;
  same_id_of_bob.account = Name{"bob"};
  EXPECT_THAT(x.run(same_id_of_bob), ElementsAre("accepted #2 bob bid 10.00 @ 2.00 rests"));
}

TEST(ClOrdIds, ChainHoldsWhatWasAcceptedInOrder) {
  Exchange x;
  x.back("alice", "10", "2");
  x.cancel("bob", 1);
  x.cancel("alice", 1);
  std::vector<std::string> chain;
  x.engine.visit_orders([&](const OrderInfo& order) {
    for (const AcceptedRequest& request : order.chain) {
      chain.emplace_back(request.cl_ord_id.view());
    }
    EXPECT_EQ(order.values.chain_index, 1U);
    EXPECT_EQ(order.cancel_cause, CancelCause::Requested);
  });
  EXPECT_THAT(chain, ElementsAre("id-1", "id-3"));
}

TEST(Sessions, OriginOfEveryApplicationCommandMovesTheExpectedNumber) {
  Exchange x;
  EXPECT_THAT(x.run(SessionUp{.comp_id = Name{"BROKER1"}}),
              ElementsAre("session up BROKER1 epoch 1 in 1 reserved 0"));
  const Origin origin{SessionId{1}, SessionEpoch{1}, MsgSeqNum{2}};
  x.run(x.order("alice", "A", Side::Bid, "10", "2"), origin);
  x.run(ReserveNumbers{SessionId{1}, SessionEpoch{1}, MsgSeqNum{10'000}});
  x.run(RefuseInbound{.msg_type = Text<7>{"D"}, .reason = Reason::Throttled},
        {SessionId{1}, SessionEpoch{1}, MsgSeqNum{3}});
  x.run(SessionDown{SessionId{1}, SessionEpoch{1}, MsgSeqNum{99}, SessionDownReason::Restart});
  EXPECT_THAT(x.run(SessionUp{.comp_id = Name{"BROKER1"}}),
              ElementsAre("session up BROKER1 epoch 1 in 4 reserved 10000"));
  x.run(SessionDown{SessionId{1}, SessionEpoch{1}, MsgSeqNum{7}});
  EXPECT_THAT(x.run(SessionUp{.comp_id = Name{"BROKER1"}, .reset = true}),
              ElementsAre("session up BROKER1 epoch 2 in 1 reserved 0"));
}

TEST(Sessions, ThrottledMessageIsToldWhenItMayBeSentAgain) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  x.run(
      RefuseInbound{
          .msg_type = Text<7>{"D"}, .reason = Reason::Throttled, .retry_after_ms = 1'234'567'890},
      {SessionId{1}, SessionEpoch{1}, MsgSeqNum{2}});
  EXPECT_EQ(all_of<InboundRefused>(x.log).at(0).retry_after_ms, 1'234'567'890U);
}

TEST(Sessions, MessageOfAnUnknownSessionOrAnOldEpochChangesNothing) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  x.run(SessionUp{.comp_id = Name{"BROKER1"}, .reset = true});
  const Origin old{SessionId{1}, SessionEpoch{1}, MsgSeqNum{50}};
  EXPECT_THAT(x.run(x.order("alice", "A", Side::Bid, "10", "2"), old),
              ElementsAre("rejected id-1: session epoch is not the current one"));
  EXPECT_THAT(x.run(x.order("alice", "A", Side::Bid, "10", "2"), {SessionId{7}, {}, {}}),
              ElementsAre("rejected id-2: unknown session"));
  EXPECT_THAT(x.run(RefuseInbound{}, old),
              ElementsAre("command rejected BROKER1: session epoch is not the current one"));
  x.engine.visit_sessions(
      [](const SessionInfo& session) { EXPECT_EQ(session.next_in, MsgSeqNum{1}); });
}

TEST(References, AreKeptWithAnOrderAndEchoedByARefusal) {
  Exchange x;
  PlaceOrder order = x.order("alice", "A", Side::Bid, "10", "2");
  order.extras =
      OrderExtras{.reference = Reference{"customer-000015"}, .order_group = {}, .max_cost = {}};
  x.run(order);
  EXPECT_EQ(all_of<OrderAccepted>(x.log).at(0).reference, Reference{"customer-000015"});
  x.run(AmendOrder{.account = Name{"alice"},
                   .cl_ord_id = x.fresh_id(),
                   .order_id = OrderId{1},
                   .transact_time = x.now(),
                   .price = decimal("3"),
                   .quantity = decimal("20")});
  EXPECT_EQ(x.find_order(1).reference, Reference{"customer-000015"});
  x.cancel("alice", 1);
  EXPECT_EQ(x.find_order(1).reference, Reference{"customer-000015"}) << "of a finished order too";

  order.cl_ord_id = x.fresh_id();
  order.symbol = Name{"NOWHERE"};
  order.extras =
      OrderExtras{.reference = Reference{"north"}, .order_group = Reference{"g"}, .max_cost = {}};
  x.run(order);
  const OrderRejected refused = all_of<OrderRejected>(x.log).at(0);
  EXPECT_EQ(refused.reference, Reference{"north"});
  EXPECT_EQ(refused.order_group, Reference{"g"});
  order.cl_ord_id = x.fresh_id();
  order.extras = {};
  x.run(order);
  EXPECT_EQ(all_of<OrderRejected>(x.log).at(1).reference, Reference{});
}

TEST(StatusRequests, FindAnOrderByItsIdOrByAnyIdOfItsChain) {
  Exchange x;
  const auto find = [&](const char* account, std::uint64_t order, const char* id) {
    return x.engine.find_order(Name{account}, OrderId{order}, ClOrdId{id}).value_or(OrderId{});
  };
  x.back("alice", "10", "2");
  x.cancel("alice", 1);
  x.cancel("alice", 1);
  EXPECT_EQ(find("alice", 1, ""), OrderId{1});
  EXPECT_EQ(find("alice", 0, "id-1"), OrderId{1});
  EXPECT_EQ(find("alice", 0, "id-2"), OrderId{1});
  EXPECT_EQ(find("alice", 0, "id-3"), OrderId{});  // the refused cancel's
  EXPECT_EQ(find("bob", 1, ""), OrderId{});
  EXPECT_EQ(find("nobody", 1, ""), OrderId{});
}

TEST(Replay, GivesTheSameStateAtEveryTransaction) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  std::vector<std::uint64_t> hashes(x.log.size());
  const auto note = [&](const Lines&) { hashes.push_back(x.engine.state_hash()); };
  note(x.lay("alice", "30", "2.04"));
  note(x.lay("bob", "50", "2.02"));
  note(x.back("carol", "60", "2.02"));
  note(x.buy("alice", "100", "0.60"));
  note(x.sell("bob", "70", "0.55"));
  note(x.cancel("alice", 4));
  note(x.cancel("alice", 4));
  note(x.run(ReserveNumbers{SessionId{1}, SessionEpoch{1}, MsgSeqNum{10}}));

  Engine replayed;
  for (std::size_t i = 0; i < x.log.size(); ++i) {
    replayed.apply(x.log[i].view());
    if (hashes.at(i) != 0) {
      EXPECT_EQ(replayed.state_hash(), hashes[i]) << "after transaction " << i + 1;
    }
  }
  EXPECT_EQ(replayed.last_seq(), x.engine.last_seq());
}

std::vector<std::byte> saved(const Engine& engine) {
  std::vector<std::byte> bytes;
  engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  return bytes;
}

TEST(Snapshot, LoadedEngineGoesOnLikeTheSavedOne) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  x.run(CreateAccount{.account = Name{"dave"}, .request_id = Name{"r1"}});
  x.lay("alice", "30", "2.04");
  x.lay("bob", "50", "2.04");
  x.lay("carol", "50", "2.04");
  x.cancel("alice", 1);
  x.lay("alice", "30", "2.04");
  x.sell("alice", "30", "0.40");
  x.buy("bob", "20", "0.40");
  Engine loaded = Engine::load(saved(x.engine));
  EXPECT_EQ(loaded.state_hash(), x.engine.state_hash());

  const std::size_t before = x.log.size();
  x.back("carol", "100", "2");
  x.cancel("alice", 5);
  x.run(CreateAccount{.account = Name{"eve"}, .request_id = Name{"r1"}});
  for (std::size_t i = before; i < x.log.size(); ++i) {
    loaded.apply(x.log[i].view());
  }
  EXPECT_EQ(loaded.state_hash(), x.engine.state_hash());
  EXPECT_EQ(saved(loaded), saved(x.engine));
}

// Sections at its end may be missing where there is nothing in them.
TEST(Snapshot, DamageIsAnErrorOrAnotherHash) {
  Exchange x;
  x.lay("alice", "30", "2.04");
  x.cancel("alice", 1);
  const std::vector<std::byte> bytes = saved(x.engine);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    try {
      const Engine loaded = Engine::load(std::span{bytes}.first(size));
      EXPECT_TRUE(loaded.state_hash() != x.engine.state_hash() || saved(loaded) == bytes) << size;
    } catch (const std::runtime_error&) {
    }
  }
}

TEST(MarketOrder, HasNoPrice) {
  Exchange x;
  x.sell("bob", "30", "0.55");
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.60");
  order.type = OrderType::Market;
  order.time_in_force = TimeInForce::Day;
  EXPECT_THAT(x.run(order),
              ElementsAre(::testing::EndsWith("unsupported combination of order attributes")));
}

// The refusal of an id that was used before still says how the order stands.
TEST(RefusedCancel, TellsOfTheOrderWhateverTheReason) {
  Exchange x;
  const PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.40");
  x.run(order);
  x.run(
      CancelOrder{.account = Name{"alice"}, .cl_ord_id = order.cl_ord_id, .order_id = OrderId{1}});
  bool seen = false;
  for_each_event(x.log.back().view(), [&](EventSeq, const auto& event) {
    if constexpr (std::is_same_v<std::decay_t<decltype(event)>, CancelRejected>) {
      seen = true;
      EXPECT_EQ(event.reason, Reason::DuplicateClOrdId);
      EXPECT_EQ(event.order, OrderId{1});
      EXPECT_EQ(event.values.leaves_qty, Quantity{10});
    }
  });
  EXPECT_TRUE(seen);
}

TEST(Accounts, SuspendedOneMayOnlyCancel) {
  Exchange x;
  x.buy("alice", "10", "0.40");
  x.run(SuspendAccount{.account = Name{"alice"}});
  EXPECT_THAT(x.buy("alice", "10", "0.40"), ElementsAre("rejected id-2: account is suspended"));
  EXPECT_THAT(x.cancel("alice", 1), ElementsAre("cancelled #1 requested"));
  x.run(ResumeAccount{.account = Name{"alice"}});
  x.buy("alice", "10", "0.40");
  EXPECT_THAT(x.run(SuspendAccount{.account = Name{"alice"}, .cancel_orders = true}),
              ElementsAre("account alice suspended",
                          "batch 1 account-suspended to #2",
                          "batch 1 cancelled 1 #2",
                          "batch 1 completed 1"));
}

TEST(PossResend, IsAnsweredByTheStateOfTheFirstRequest) {
  Exchange x;
  PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "10", "0.40");
  order.poss_resend = true;
  EXPECT_THAT(x.run(order).at(0), StartsWith("accepted #1"));
  EXPECT_THAT(x.run(order), ElementsAre("status #1 live"));
  PlaceOrder refused = x.order("alice", "RAIN", Side::Bid, "10", "0.405");
  refused.poss_resend = true;
  x.run(refused);
  EXPECT_THAT(x.run(refused), ElementsAre("status #0 finished: price is not on the ladder"));
}

}  // namespace
}  // namespace betex::matching::testing

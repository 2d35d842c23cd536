// What time does: expiries, the trading day, the bet delay, the forgetting of ClOrdIDs, the grace
// of a session that is gone. The fixture's clock starts at 2023-11-14 22:13:20 UTC.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/snapshot.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

PlaceOrder gtd(Exchange& x, const char* account, std::int64_t seconds) {
  PlaceOrder order = x.order(account, "A", Side::Bid, "10", "2");
  order.time_in_force = TimeInForce::Gtd;
  order.expire_time = x.now() + Timestamp{seconds * kSecond};
  return order;
}

TEST(Expiry, GtdOrdersGoInOrderOfDeadlineThenId) {
  Exchange x;
  x.run(gtd(x, "alice", 20));
  x.run(gtd(x, "bob", 10));
  x.run(gtd(x, "carol", 10));
  EXPECT_THAT(x.pass(9 * kSecond), IsEmpty());
  EXPECT_THAT(x.pass(11 * kSecond), ElementsAre("expired #2", "expired #3", "expired #1"));
  EXPECT_EQ(x.find_order(1).cancel_cause, CancelCause::Expired);
}

TEST(Expiry, IsDueFromItsDeadlineOn) {
  Exchange x;
  x.run(gtd(x, "alice", 20));
  ASSERT_EQ(x.engine.next_deadline(), x.now() + Timestamp{20 * kSecond});
  EXPECT_FALSE(x.engine.is_due(x.now() + Timestamp{20 * kSecond - 1}));
  EXPECT_TRUE(x.engine.is_due(x.now() + Timestamp{20 * kSecond}));
  EXPECT_FALSE(Engine{}.is_due(x.now())) << "nothing is before the first transaction";
}

TEST(Expiry, CancelledOrderDoesNotExpire) {
  Exchange x;
  x.run(gtd(x, "alice", 20));
  x.cancel("alice", 1);
  EXPECT_THAT(x.pass(30 * kSecond), IsEmpty());
}

TEST(Expiry, GtdNeedsATimeAheadAndOthersNone) {
  Exchange x;
  PlaceOrder order = gtd(x, "alice", 0);
  EXPECT_THAT(x.run(order), ElementsAre("rejected id-1: expiry is missing or past"));
  order = gtd(x, "alice", 10);
  order.time_in_force = TimeInForce::Gtc;
  EXPECT_THAT(x.run(order),
              ElementsAre("rejected id-2: unsupported combination of order attributes"));
}

TEST(TradingDay, EndsAtMidnightUtcAndTakesDayOrdersWithIt) {
  Exchange x;
  PlaceOrder day = x.order("alice", "A", Side::Bid, "10", "2");
  day.time_in_force = TimeInForce::Day;
  x.run(day);
  x.back("bob", "10", "2");
  EXPECT_THAT(x.pass(2 * kHour), ElementsAre("day ended 20231114", "expired #1"));
  EXPECT_THAT(x.pass(25 * kHour), ElementsAre("generation ended", "day ended 20231115"));
}

TEST(TradingDay, MissedOnesComeAtTheNextStart) {
  Exchange x;
  EXPECT_THAT(x.pass(50 * kHour),
              ElementsAre("day ended 20231114",
                          "generation ended",
                          "day ended 20231115",
                          "day ended 20231116",
                          "generation ended"));
}

TEST(TradingDay, EndsWhenTheOperatorSaysAndInChunks) {
  Exchange x;
  x.run(SetTradingDay{.ends_at_s = 23 * 3'600});
  for (int i = 0; i < 5'000; ++i) {
    PlaceOrder day = x.order("alice", "A", Side::Bid, "10", "2");
    day.time_in_force = TimeInForce::Day;
    x.run(day);
  }
  const std::size_t before = x.log.size();
  const Lines lines = x.pass(kHour);
  EXPECT_EQ(lines.size(), 5'001U);
  EXPECT_EQ(lines.front(), "day ended 20231114");
  EXPECT_EQ(x.log.size() - before, 2U);  // 4096 steps, then the rest
  EXPECT_THAT(x.pass(kHour), IsEmpty());
}

class BetDelay : public ::testing::Test {
 protected:
  BetDelay() {
    x.run(CreateMarket{.market = Name{"PLAY"},
                       .bet_delay_ms = 5'000,
                       .kind = MarketKind::Binary,
                       .ladder = LadderKind::LinearCent});
    x.run(OpenMarket{.market = Name{"PLAY"}});
    PlaceOrder keep = x.order("bob", "PLAY", Side::Ask, "30", "0.55");
    keep.persistence = Persistence::Persist;
    x.run(keep);
    x.run(TurnInPlay{.market = Name{"PLAY"}});
  }

  Exchange x;
};

TEST_F(BetDelay, OrderWaitsOutsideTheBookAndTakesWhenReleased) {
  EXPECT_THAT(x.run(x.order("alice", "PLAY", Side::Bid, "20", "0.60")),
              ElementsAre("accepted #2 alice bid 20 @ 0.6000 delayed"));
  EXPECT_THAT(x.pass(4 * kSecond), IsEmpty());
  EXPECT_THAT(x.pass(kSecond),
              ElementsAre("released #2 takes", "trade 20 @ 0.5500 maker #1 taker #2"));
}

TEST_F(BetDelay, DelayedOrderCanBeCancelled) {
  x.run(x.order("alice", "PLAY", Side::Bid, "20", "0.60"));
  EXPECT_THAT(x.cancel("alice", 2), ElementsAre("cancelled #2 requested"));
  EXPECT_THAT(x.pass(9 * kSecond), IsEmpty());
}

TEST_F(BetDelay, ChecksRunAgainAtTheRelease) {
  x.run(x.order("alice", "PLAY", Side::Bid, "20", "0.60"));
  x.run(SuspendMarket{.market = Name{"PLAY"}});
  EXPECT_THAT(x.pass(5 * kSecond), ElementsAre("cancelled #2 delay-failed: market is not open"));
}

TEST_F(BetDelay, AmendThatLosesPriorityWaitsWhileTheOrderStays) {
  const AmendOrder amend{.account = Name{"bob"},
                         .cl_ord_id = x.fresh_id(),
                         .order_id = OrderId{1},
                         .transact_time = x.now(),
                         .price = decimal("0.57"),
                         .quantity = decimal("30")};
  EXPECT_THAT(x.run(amend), ElementsAre("amend delayed #1"));
  EXPECT_TRUE(x.find_order(1).live);
  AmendOrder again = amend;
  again.cl_ord_id = x.fresh_id();
  EXPECT_THAT(
      x.run(again),
      ElementsAre("cancel rejected id-3: order or its last change waits for the bet delay"));
  EXPECT_THAT(x.pass(5 * kSecond), ElementsAre("amended #1 30 @ 0.5700 rests"));
  EXPECT_EQ(x.find_order(1).values.chain_index, 1U);
}

TEST_F(BetDelay, WaitingAmendBringsItsTermsWithIt) {
  AmendOrder amend{.account = Name{"bob"},
                   .cl_ord_id = x.fresh_id(),
                   .order_id = OrderId{1},
                   .transact_time = x.now(),
                   .price = decimal("0.57"),
                   .quantity = decimal("30"),
                   .version_guard = 2,
                   .persistence = Persistence::Lapse,
                   .persistence_given = true};
  EXPECT_THAT(x.run(amend), ElementsAre("amend delayed #1"));
  const AmendDelayed waits = all_of<AmendDelayed>(x.log).at(0);
  EXPECT_TRUE(waits.sets_terms);
  EXPECT_TRUE(waits.guard_given);
  EXPECT_EQ(waits.version_guard, 2U);
  EXPECT_EQ(waits.persistence, Persistence::Lapse);
  x.engine = Engine::load(x.saved());
  EXPECT_THAT(x.pass(5 * kSecond), ElementsAre("amended #1 30 @ 0.5700 rests"));
  const OrderAmended amended = all_of<OrderAmended>(x.log).at(0);
  EXPECT_TRUE(amended.sets_terms);
  EXPECT_EQ(amended.version_guard, 2U);
  EXPECT_EQ(amended.persistence, Persistence::Lapse);
}

TEST_F(BetDelay, WaitingAmendIsHeldAgainstItsOwnGuardAndNotTheOrders) {
  PlaceOrder guarded = x.order("carol", "PLAY", Side::Ask, "10", "0.60");
  guarded.version_guard = 2;
  x.run(guarded);  // 2
  x.pass(5 * kSecond);
  const auto raise = [&] { x.run(ChangeMarket{.market = Name{"PLAY"}, .commission_bp = 7}); };
  AmendOrder amend{.account = Name{"carol"},
                   .cl_ord_id = x.fresh_id(),
                   .order_id = OrderId{2},
                   .transact_time = x.now(),
                   .price = decimal("0.61"),
                   .quantity = decimal("10"),
                   .version_guard = 2};
  EXPECT_THAT(x.run(amend), ElementsAre("amend delayed #2"));
  raise();
  EXPECT_THAT(x.pass(5 * kSecond),
              ElementsAre("cancel rejected id-3: the market has changed since"))
      << "with the guard that the order had already";
  EXPECT_TRUE(x.find_order(2).live);
  amend.cl_ord_id = x.fresh_id();
  amend.version_guard = 0;
  EXPECT_THAT(x.run(amend), ElementsAre("amend delayed #2"));
  EXPECT_FALSE(all_of<AmendDelayed>(x.log).at(1).guard_given);
  EXPECT_EQ(all_of<AmendDelayed>(x.log).at(1).version_guard, 2U);
  raise();
  EXPECT_THAT(x.pass(5 * kSecond), ElementsAre("amended #2 10 @ 0.6100 rests"));
  EXPECT_EQ(all_of<OrderAmended>(x.log).at(0).version_guard, 2U);
}

TEST_F(BetDelay, NewGuardSavesAnOrderThatWaits) {
  for (int i = 0; i < 2; ++i) {
    PlaceOrder order = x.order("alice", "PLAY", Side::Bid, "20", "0.50");
    order.version_guard = 2;
    x.run(order);  // 2 and 3
  }
  x.run(ChangeMarket{.market = Name{"PLAY"}, .commission_bp = 7});
  EXPECT_THAT(x.run(AmendOrder{.account = Name{"alice"},
                               .cl_ord_id = x.fresh_id(),
                               .order_id = OrderId{2},
                               .transact_time = x.now(),
                               .price = decimal("0.50"),
                               .quantity = decimal("20"),
                               .version_guard = 3}),
              ElementsAre("amended #2 20 @ 0.5000 keeps"));
  EXPECT_THAT(
      x.pass(5 * kSecond),
      ElementsAre("released #2 rests", "cancelled #3 delay-failed: the market has changed since"));
}

// Takes what has come since off each record of a section, as an older program has saved it.
std::vector<std::byte> with_shorter_records(const std::vector<std::byte>& saved,
                                            Section section,
                                            std::uint32_t record_size) {
  std::vector<std::byte> bytes;
  const auto copy = [&](std::size_t from, std::size_t size) {
    const auto first = saved.begin() + static_cast<std::ptrdiff_t>(from);
    bytes.insert(bytes.end(), first, first + static_cast<std::ptrdiff_t>(size));
  };
  for (std::size_t at = 0; at < saved.size();) {
    SectionHeader header;
    std::memcpy(&header, saved.data() + at, sizeof(header));
    at += sizeof(header);
    const std::uint32_t now = header.record_size;
    const std::uint32_t then = header.section == section ? record_size : now;
    header.record_size = then;
    const auto written = std::as_bytes(std::span{&header, 1});
    bytes.insert(bytes.end(), written.begin(), written.end());
    for (std::uint64_t left = header.count; left != 0; --left, at += now) {
      copy(at, then);
    }
  }
  return bytes;
}

TEST_F(BetDelay, AmendThatAnOlderProgramSavedLeavesTheTermsAsTheyAre) {
  x.run(AmendOrder{.account = Name{"bob"},
                   .cl_ord_id = x.fresh_id(),
                   .order_id = OrderId{1},
                   .transact_time = x.now(),
                   .price = decimal("0.57"),
                   .quantity = decimal("30")});
  x.engine = Engine::load(
      with_shorter_records(x.saved(), Section::DelayedAmends, AmendDelayed::kFirstSize));
  EXPECT_THAT(x.pass(5 * kSecond), ElementsAre("amended #1 30 @ 0.5700 rests"));
  EXPECT_EQ(all_of<OrderAmended>(x.log).at(0).persistence, Persistence::Persist);
}

TEST_F(BetDelay, PassiveOrderNeedNotWaitWhereTheMarketSaysSo) {
  PlaceOrder first = x.order("alice", "PLAY", Side::Bid, "20", "0.50");
  first.post_only = true;
  EXPECT_THAT(x.run(first), ElementsAre("accepted #2 alice bid 20 @ 0.5000 delayed"));
  x.run(ChangeMarket{.market = Name{"PLAY"}, .passive_skips_delay = true});
  PlaceOrder order = x.order("alice", "PLAY", Side::Bid, "20", "0.49");
  order.post_only = true;
  EXPECT_THAT(x.run(order), ElementsAre("accepted #3 alice bid 20 @ 0.4900 rests"));
  EXPECT_EQ(all_of<OrderAccepted>(x.log).back().release_at, Timestamp{});
  order = x.order("alice", "PLAY", Side::Bid, "20", "0.55");
  EXPECT_THAT(x.run(order), ElementsAre("accepted #4 alice bid 20 @ 0.5500 delayed"));
  order.cl_ord_id = x.fresh_id();
  order.post_only = true;
  EXPECT_THAT(x.run(order), ElementsAre("rejected id-5: post-only order would take"));
  AmendOrder amend{.account = Name{"alice"},
                   .cl_ord_id = x.fresh_id(),
                   .order_id = OrderId{3},
                   .transact_time = x.now(),
                   .price = decimal("0.55"),
                   .quantity = decimal("20")};
  EXPECT_THAT(x.run(amend), ElementsAre("cancel rejected id-6: post-only order would take"));
  amend.cl_ord_id = x.fresh_id();
  amend.price = decimal("0.48");
  EXPECT_THAT(x.run(amend), ElementsAre("amended #3 20 @ 0.4800 rests"));
  EXPECT_THAT(x.pass(4 * kSecond), IsEmpty()) << "what waits keeps its release";
  EXPECT_THAT(
      x.pass(kSecond),
      ElementsAre("released #2 rests", "released #4 takes", "trade 20 @ 0.5500 maker #1 taker #4"));
}

TEST_F(BetDelay, AmendOfAPassiveOrderThatWaitsKeepsItsRelease) {
  PlaceOrder order = x.order("alice", "PLAY", Side::Bid, "20", "0.50");
  order.post_only = true;
  x.run(order);
  x.pass(5 * kSecond);
  AmendOrder amend{.account = Name{"alice"},
                   .cl_ord_id = x.fresh_id(),
                   .order_id = OrderId{2},
                   .transact_time = x.now(),
                   .price = decimal("0.51"),
                   .quantity = decimal("20")};
  EXPECT_THAT(x.run(amend), ElementsAre("amend delayed #2"));
  x.run(ChangeMarket{.market = Name{"PLAY"}, .passive_skips_delay = true});
  EXPECT_THAT(x.pass(4 * kSecond), IsEmpty());
  EXPECT_THAT(x.pass(kSecond), ElementsAre("amended #2 20 @ 0.5100 rests"));
}

TEST_F(BetDelay, FlagStaysUntilItIsChangedAndIsSaved) {
  const auto flags = [this] {
    std::uint32_t found = 0;
    x.engine.visit_markets([&found](const MarketInfo& market) {
      found = market.name == Name{"PLAY"} ? market.flags : found;
    });
    return found;
  };
  EXPECT_EQ(flags(), 0U);
  x.run(ChangeMarket{.market = Name{"PLAY"}, .passive_skips_delay = true});
  EXPECT_EQ(flags(), kPassiveSkipsDelay);
  x.run(ChangeMarket{.market = Name{"PLAY"}, .commission_bp = 5});
  EXPECT_EQ(flags(), kPassiveSkipsDelay);
  const MarketChanged event = all_of<MarketChanged>(x.log).back();
  EXPECT_TRUE(event.sets_flags);
  EXPECT_EQ(event.flags, kPassiveSkipsDelay);
  x.engine = Engine::load(x.saved());
  EXPECT_EQ(flags(), kPassiveSkipsDelay);

  // What an older program has written of a change says nothing of it.
  StoredTransaction older = x.log.back();
  auto& changed = *reinterpret_cast<MarketChanged*>(older.events.data());
  older.header.tx_id = older.header.tx_id.next();
  older.first_seq = older.first_seq.next();
  ++changed.header.market_seq;
  ++changed.version;
  changed.sets_flags = false;
  changed.flags = 0;
  x.engine.apply(older.view());
  EXPECT_EQ(flags(), kPassiveSkipsDelay);

  x.run(ChangeMarket{.market = Name{"PLAY"}, .passive_skips_delay = false});
  EXPECT_EQ(flags(), 0U);
  x.run(CreateMarket{.market = Name{"PASSIVE"}, .passive_skips_delay = true});
  EXPECT_EQ(all_of<MarketCreated>(x.log).back().flags, kPassiveSkipsDelay);
}

TEST_F(BetDelay, ReductionNeedsNoDelay) {
  EXPECT_THAT(x.run(AmendOrder{.account = Name{"bob"},
                               .cl_ord_id = x.fresh_id(),
                               .order_id = OrderId{1},
                               .transact_time = x.now(),
                               .price = decimal("0.55"),
                               .quantity = decimal("10")}),
              ElementsAre("amended #1 10 @ 0.5500 keeps"));
}

TEST_F(BetDelay, TotalStaysAboveTheMinimumFill) {
  PlaceOrder order = x.order("alice", "PLAY", Side::Bid, "20", "0.60");
  order.time_in_force = TimeInForce::Ioc;
  order.min_quantity = decimal("15");
  x.run(order);
  AmendOrder amend{.account = Name{"alice"},
                   .cl_ord_id = x.fresh_id(),
                   .order_id = OrderId{2},
                   .transact_time = x.now(),
                   .price = decimal("0.60"),
                   .quantity = decimal("14")};
  EXPECT_THAT(x.run(amend),
              ElementsAre("cancel rejected id-3: quantity is not positive or too large"));
  amend.cl_ord_id = x.fresh_id();
  amend.quantity = decimal("15");
  EXPECT_THAT(x.run(amend), ElementsAre("amended #2 15 @ 0.6000 keeps"));
}

TEST_F(BetDelay, AmendOfAnOrderThatIsGoneAtTheReleaseIsTooLate) {
  x.run(AmendOrder{.account = Name{"bob"},
                   .cl_ord_id = x.fresh_id(),
                   .order_id = OrderId{1},
                   .transact_time = x.now(),
                   .price = decimal("0.57"),
                   .quantity = decimal("30")});
  x.cancel("bob", 1);
  EXPECT_THAT(x.pass(5 * kSecond), ElementsAre("cancel rejected id-2: order is already finished"));
}

// A request with this id is a duplicate, or it acts.
std::string ask(Exchange& x, const ClOrdId& id) {
  PlaceOrder order = x.order("alice", "A", Side::Bid, "1", "2");
  order.cl_ord_id = id;
  order.time_in_force = TimeInForce::Ioc;
  return x.run(order).at(0);
}

TEST(ClOrdIdGenerations, IdIsKnownForAtLeast25HoursAndForgottenInTheEnd) {
  Exchange x;
  const ClOrdId id{"once"};
  ask(x, id);
  x.pass(24 * kHour);
  EXPECT_EQ(ask(x, id), "rejected once: ClOrdID was used before");
  x.pass(24 * kHour);
  EXPECT_EQ(ask(x, id), "rejected once: ClOrdID was used before");
  x.pass(80 * kHour);
  EXPECT_THAT(ask(x, id), ::testing::StartsWith("accepted #2"));
  EXPECT_EQ(x.engine.find_order(Name{"alice"}, OrderId{1}, ClOrdId{}), std::nullopt);
}

TEST(ClOrdIdGenerations, IdsOfALiveOrderStayAndItsChainIsForgottenAsOne) {
  Exchange x;
  PlaceOrder order = x.order("alice", "A", Side::Bid, "10", "2");
  order.cl_ord_id = ClOrdId{"long"};
  x.run(order);
  x.pass(200 * kHour);
  EXPECT_EQ(ask(x, ClOrdId{"long"}), "rejected long: ClOrdID was used before");
  x.cancel("alice", 1);
  x.pass(24 * kHour);
  EXPECT_EQ(x.engine.find_order(Name{"alice"}, OrderId{}, ClOrdId{"long"}), OrderId{1});
  x.pass(100 * kHour);
  EXPECT_EQ(x.engine.find_order(Name{"alice"}, OrderId{}, ClOrdId{"long"}), std::nullopt);
  std::size_t known = 0;
  x.engine.visit_orders([&known](const OrderInfo&) { ++known; });
  EXPECT_EQ(known, 0U);
}

// An order's chain is forgotten as one, also where its ids came in different generations.
TEST(ClOrdIdGenerations, StateIsSavedAndLoadedBetweenTheEndsOfAChain) {
  Exchange x;
  x.back("alice", "10", "2");
  x.pass(20 * kHour);
  x.cancel("alice", 1);
  for (int hours = 0; hours < 200; hours += 13) {
    x.pass(13 * kHour);
    x.back("bob", "1", "3");
    std::vector<std::byte> bytes;
    x.engine.save([&bytes](std::span<const std::byte> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    EXPECT_EQ(Engine::load(bytes).state_hash(), x.engine.state_hash()) << hours;
  }
}

TEST(ClOrdIdGenerations, ReplayForgetsTheSameIds) {
  Exchange x;
  for (int day = 0; day < 9; ++day) {
    x.back("alice", "10", "2");
    x.cancel("alice", static_cast<std::uint64_t>(day) + 1);
    x.pass(24 * kHour);
  }
  Engine replayed;
  for (const StoredTransaction& transaction : x.log) {
    replayed.apply(transaction.view());
  }
  EXPECT_EQ(replayed.state_hash(), x.engine.state_hash());
}

TEST(CancelOnDisconnect, WaitsForTheGraceAndIsCalledOffByALogon) {
  Exchange x;
  const SessionUp up{.comp_id = Name{"BROKER1"}, .cancel_on_disconnect = true, .grace_ms = 10'000};
  const SessionDown down{
      SessionId{1}, SessionEpoch{1}, MsgSeqNum{2}, SessionDownReason::Disconnect};
  const Origin origin{SessionId{1}, SessionEpoch{1}, MsgSeqNum{1}};
  x.run(up);
  x.run(x.order("alice", "A", Side::Bid, "10", "2"), origin);
  x.run(x.order("alice", "A", Side::Bid, "10", "2"));
  x.run(down);
  EXPECT_THAT(x.pass(9 * kSecond), IsEmpty());
  x.run(up);
  EXPECT_THAT(x.pass(9 * kSecond), IsEmpty());
  x.run(down);
  EXPECT_THAT(
      x.pass(10 * kSecond),
      ElementsAre("batch 1 disconnected to #2", "batch 1 cancelled 1 #1", "batch 1 completed 1"));
}

TEST(CancelOnDisconnect, GraceThatBeginsAnewAfterARestartKeepsItsCause) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}, .cancel_on_disconnect = true, .grace_ms = 10'000});
  x.run(x.order("alice", "A", Side::Bid, "10", "2"), {SessionId{1}, SessionEpoch{1}, MsgSeqNum{1}});
  SessionDown down{SessionId{1}, SessionEpoch{1}, MsgSeqNum{3}, SessionDownReason::Logout};
  x.run(down);
  x.pass(9 * kSecond);
  down.reason = SessionDownReason::Restart;
  x.run(down);
  EXPECT_THAT(x.pass(9 * kSecond), IsEmpty());
  EXPECT_THAT(
      x.pass(kSecond),
      ElementsAre("batch 1 logged-out to #1", "batch 1 cancelled 1 #1", "batch 1 completed 1"));
}

TEST(CancelOnDisconnect, IsNotCausedByACleanStop) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}, .cancel_on_disconnect = true});
  x.run(SessionDown{SessionId{1}, SessionEpoch{1}, MsgSeqNum{2}, SessionDownReason::Shutdown});
  EXPECT_THAT(x.pass(kSecond), IsEmpty());
}

}  // namespace
}  // namespace betex::matching::testing

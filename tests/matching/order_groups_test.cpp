// Order groups, rule by rule (RULES.md section 3): what is asked of them, which orders are of one,
// and how long it is known. What they count, when they trip and what becomes of them when a session
// is gone: order_groups_window_test.cpp, order_groups_trip_test.cpp,
// order_groups_disconnect_test.cpp.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/snapshot.h"
#include "tests/matching/order_groups_fixture.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// ---- Requests -----------------------------------------------------------------------------------

TEST_F(OrderGroups, AreCreatedUpdatedResetTrippedAndDeleted) {
  EXPECT_THAT(create(),
              ElementsAre("group 1 alice/brake created window 64000 filled 0 of 10, 0 live"));
  sell("5", "0.55");
  OrderGroupRequest update = request(OrderGroupAction::Update, "20.5");
  update.counted = CountedFills::Makers;
  update.window_ms = 1'000;
  EXPECT_THAT(
      x.run(update),
      ElementsAre("group 1 alice/brake updated window 1000 makers filled 0 of 20.5, 1 live"));
  EXPECT_THAT(x.run(request(OrderGroupAction::Reset)),
              ElementsAre("group 1 reset filled 0 of 20.5, 1 live"));
  EXPECT_THAT(x.run(request(OrderGroupAction::Trip)),
              ElementsAre("group 1 order-group-tripped cancelled 1 #1",
                          "group 1 tripped by id-5 total 1 tripped filled 0 of 20.5, 0 live"));
  EXPECT_THAT(x.run(request(OrderGroupAction::Delete)), ElementsAre("group 1 deleted"));
  EXPECT_THAT(create("7"),
              ElementsAre("group 2 alice/brake created window 64000 filled 0 of 7, 0 live"));
}

// As after years of groups that came and went.
TEST_F(OrderGroups, AreNoMoreThanThereAreNumbers) {
  std::vector<std::byte> bytes = x.saved();
  SectionHeader counters;
  std::memcpy(&counters, bytes.data(), sizeof(counters));
  ASSERT_EQ(counters.section, Section::Counters);
  // The last number that was given is the last field.
  const std::uint32_t last = UINT32_MAX;
  std::memcpy(
      bytes.data() + sizeof(counters) + counters.record_size - sizeof(last), &last, sizeof(last));
  Engine engine = Engine::load(bytes);
  Reason reason{};
  for_each_event(engine.decide({.timestamp = x.now(), .body = request(OrderGroupAction::Create)}),
                 [&reason]<typename Event>(EventSeq, const Event& event) {
                   if constexpr (std::is_same_v<Event, OrderGroupRejected>) {
                     reason = event.reason;
                   }
                 });
  EXPECT_EQ(reason, Reason::TooManyOrderGroups);
}

TEST_F(OrderGroups, NamesAreEachAccountsOwn) {
  create("10", "alice");
  EXPECT_THAT(create("10", "bob"),
              ElementsAre("group 2 bob/brake created window 64000 filled 0 of 10, 0 live"));
  EXPECT_THAT(create("10", "alice"), ElementsAre("group rejected id-3: already exists"));
  x.run(order("bob", "RAIN", Side::Ask, "5", "0.55"));
  EXPECT_EQ(x.find_order(1).order_group, 2U);
  EXPECT_THAT(x.run(order("carol", "RAIN", Side::Ask, "5", "0.55")),
              ElementsAre("rejected id-5: unknown order group"));
}

TEST_F(OrderGroups, RequestsAreHeldAgainstTheirTerms) {
  const auto refused = [this](const OrderGroupRequest& asked, const std::string& why) {
    EXPECT_THAT(x.run(asked),
                ElementsAre("group rejected " + std::string{asked.cl_ord_id.view()} + ": " + why));
  };
  for (const OrderGroupAction action : {OrderGroupAction::Create, OrderGroupAction::Update}) {
    const auto with = [&](auto&& change) {
      OrderGroupRequest asked = request(action);
      change(asked);
      refused(asked, "invalid parameter");
    };
    with([](auto& asked) { asked.limit = Decimal{}; });
    with([](auto& asked) { asked.limit = Decimal{-1}; });
    with([](auto& asked) { asked.limit = Decimal{1'000'000'000'000'000'001}; });
    with([](auto& asked) { asked.window_ms = 999; });
    with([](auto& asked) { asked.window_ms = 3'600'001; });
    with([](auto& asked) { asked.counted = CountedFills{}; });
    with([](auto& asked) { asked.counted = static_cast<CountedFills>(3); });
    with([](auto& asked) { asked.group = Reference{}; });
    with([](auto& asked) { asked.action = OrderGroupAction{}; });
    with([](auto& asked) { asked.action = static_cast<OrderGroupAction>(6); });
  }
  for (const OrderGroupAction action : {OrderGroupAction::Update,
                                        OrderGroupAction::Reset,
                                        OrderGroupAction::Trip,
                                        OrderGroupAction::Delete}) {
    refused(request(action), "unknown order group");
  }
  refused(request(OrderGroupAction::Create, "10", "nobody"), "unknown account");
  EXPECT_FALSE(all_of<OrderGroupRejected>(x.log).back().id_consumed);

  OrderGroupRequest largest = request(OrderGroupAction::Create);
  largest.limit = Decimal{1'000'000'000'000'000'000};
  largest.window_ms = 3'600'000;
  EXPECT_EQ(x.run(largest).front().substr(0, 8), "group 1 ");
  sell("5", "0.55");
  refused(request(OrderGroupAction::Delete), "not possible in this state");
  OrderGroupRequest bare = request(OrderGroupAction::Reset);
  bare.limit = Decimal{};
  bare.window_ms = 0;
  bare.counted = CountedFills{};
  EXPECT_EQ(x.run(bare).front().substr(0, 13), "group 1 reset") << "it needs no terms";
}

TEST_F(OrderGroups, AnIdActsOnce) {
  const OrderGroupRequest asked = request(OrderGroupAction::Create);
  x.run(asked);
  EXPECT_THAT(x.run(asked), ElementsAre("group rejected id-1: ClOrdID was used before"));
  OrderGroupRequest refused = request(OrderGroupAction::Create);
  x.run(refused);
  EXPECT_THAT(x.run(refused), ElementsAre("group rejected id-2: ClOrdID was used before"));
  for (const OrderGroupAction action : {OrderGroupAction::Update,
                                        OrderGroupAction::Reset,
                                        OrderGroupAction::Trip,
                                        OrderGroupAction::Delete}) {
    const OrderGroupRequest first = request(action);
    x.run(first);
    PlaceOrder second = x.order("alice", "RAIN", Side::Bid, "1", "0.10");
    second.cl_ord_id = first.cl_ord_id;
    EXPECT_THAT(x.run(second),
                ElementsAre("rejected " + std::string{first.cl_ord_id.view()} +
                            ": ClOrdID was used before"));
    second.poss_resend = true;
    EXPECT_THAT(x.run(second), ElementsAre("status #0 finished"));
  }
}

// Also one that trips as well, which says its id twice.
TEST_F(OrderGroups, TheIdOfAnUpdateThatTripsActsOnce) {
  create("10");
  sell("9", "0.55");
  x.buy("bob", "5", "0.55");
  const OrderGroupRequest update = request(OrderGroupAction::Update, "5");
  EXPECT_EQ(x.run(update).size(), 3U);
  EXPECT_THAT(x.run(update), ElementsAre("group rejected id-4: ClOrdID was used before"));
}

TEST_F(OrderGroups, OnlyWhatPutsRiskInMustBeTimely) {
  create();
  const auto late = [this](OrderGroupAction action, const char* name) {
    OrderGroupRequest asked = request(action, "10", "alice", name);
    asked.transact_time = x.now() + Timestamp{-24 * kHour - 1};
    return x.run(asked);
  };
  EXPECT_THAT(late(OrderGroupAction::Create, "other"),
              ElementsAre("group rejected id-2: TransactTime is too old or too far ahead"));
  EXPECT_FALSE(all_of<OrderGroupRejected>(x.log).back().id_consumed);
  for (const OrderGroupAction action : {OrderGroupAction::Update, OrderGroupAction::Reset}) {
    EXPECT_EQ(late(action, kBrake).front().substr(0, 14), "group rejected");
  }
  EXPECT_THAT(late(OrderGroupAction::Trip, kBrake),
              ElementsAre("group 1 tripped by id-5 total 0 tripped filled 0 of 10, 0 live"));
  EXPECT_THAT(late(OrderGroupAction::Delete, kBrake), ElementsAre("group 1 deleted"));
}

TEST_F(OrderGroups, RequestsAreTakenFromTheSuspendedAndWhileTheExchangeIsHalted) {
  create();
  x.run(SuspendAccount{.account = Name{"alice"}});
  x.run(HaltExchange{});
  for (const OrderGroupAction action : {OrderGroupAction::Update,
                                        OrderGroupAction::Reset,
                                        OrderGroupAction::Trip,
                                        OrderGroupAction::Delete,
                                        OrderGroupAction::Create}) {
    EXPECT_EQ(x.run(request(action)).back().substr(0, 6), "group ");
    EXPECT_THAT(all_of<OrderGroupRejected>(x.log), IsEmpty());
  }
}

TEST_F(OrderGroups, AnAccountHasAThousandWithoutThoseThatAreDeleted) {
  for (int i = 0; i < 1'000; ++i) {
    const std::string name = "g" + std::to_string(i);
    ASSERT_EQ(x.run(request(OrderGroupAction::Create, "10", "alice", name.c_str())).size(), 1U);
  }
  ASSERT_THAT(all_of<OrderGroupRejected>(x.log), IsEmpty());
  EXPECT_THAT(create(), ElementsAre("group rejected id-1001: too many order groups"));
  EXPECT_THAT(create("10", "bob").size(), 1U);
  x.run(request(OrderGroupAction::Delete, "10", "alice", "g500"));
  EXPECT_THAT(create(),
              ElementsAre("group 1002 alice/brake created window 64000 filled 0 of 10, 0 live"));
  // Each name is found still, also behind the gap that one has left.
  for (int i = 0; i < 1'000; ++i) {
    const std::string name = "g" + std::to_string(i);
    const Lines lines = x.run(request(OrderGroupAction::Reset, "10", "alice", name.c_str()));
    ASSERT_EQ(lines.front().substr(0, 14) == "group rejected", i == 500) << i;
  }
}

// ---- Orders of a group --------------------------------------------------------------------------

TEST_F(OrderGroups, OrdersAreCountedFromTheirEntryToTheirEnd) {
  create("1000");
  sell("5", "0.55");  // #1
  sell("5", "0.56");
  sell("5", "0.57");
  PlaceOrder expiring = order("alice", "RAIN", Side::Ask, "5", "0.58");
  expiring.time_in_force = TimeInForce::Gtd;
  expiring.expire_time = x.now() + Timestamp{kSecond};
  x.run(expiring);  // #4
  sell("5", "0.59");
  EXPECT_EQ(group()->standing.live_orders, 5U);
  x.buy("bob", "7", "0.56");  // all of #1, a part of #2
  EXPECT_EQ(group()->standing.live_orders, 4U);
  x.cancel("alice", 2);
  EXPECT_EQ(group()->standing.live_orders, 3U);
  x.run(amend("alice", 3, "3", "0.57"));
  EXPECT_EQ(group()->standing.live_orders, 3U);
  x.pass(kSecond);
  EXPECT_EQ(group()->standing.live_orders, 2U);
  x.run(SuspendMarket{.market = Name{"RAIN"}, .scope = CancelScope::All});
  EXPECT_EQ(group()->standing.live_orders, 0U);
  EXPECT_THAT(x.run(request(OrderGroupAction::Delete)), ElementsAre("group 1 deleted"));
}

TEST_F(OrderGroups, HaveAtMost1024LiveOrders) {
  create("1000");
  for (int i = 0; i < 1'024; ++i) {
    sell("1", "0.60");
  }
  EXPECT_EQ(group()->standing.live_orders, 1'024U);
  PlaceOrder immediate = order("alice", "RAIN", Side::Bid, "1", "0.10");
  immediate.time_in_force = TimeInForce::Ioc;
  for (const PlaceOrder& one_more : {order("alice", "A", Side::Bid, "2", "3"), immediate}) {
    EXPECT_THAT(x.run(one_more),
                ElementsAre("rejected " + std::string{one_more.cl_ord_id.view()} +
                            ": order group has as many live orders as it may"));
  }
  x.cancel("alice", 1);
  EXPECT_EQ(sell("1", "0.60").front().substr(0, 8), "accepted");
  x.run(request(OrderGroupAction::Trip));
  EXPECT_EQ(all_of<OrderGroupCancelled>(x.log).back().count, 1'024U);
  EXPECT_EQ(x.account("alice").open_orders, 0U);
}

TEST_F(OrderGroups, AreCheckedBehindTheTermsOfAnOrderAndBeforeItsMoney) {
  x.run(SetLimits{.account = Name{"alice"}, .max_open_orders = 1});
  x.sell("alice", "1", "0.60");
  PlaceOrder unknown = order("alice", "RAIN", Side::Ask, "1", "0.555");
  EXPECT_THAT(x.run(unknown), ElementsAre("rejected id-2: price is not on the ladder"));
  EXPECT_THAT(sell("1", "0.60"), ElementsAre("rejected id-3: unknown order group"));
  create();
  EXPECT_THAT(sell("1", "0.60"), ElementsAre("rejected id-5: open orders limit"));
  x.run(request(OrderGroupAction::Trip));
  EXPECT_THAT(sell("1", "0.60"), ElementsAre("rejected id-7: order group has tripped"));
  EXPECT_EQ(all_of<OrderRejected>(x.log).back().order_group, Reference{kBrake});
}

TEST_F(OrderGroups, MassCancelGoesByGroup) {
  create("10", "alice");
  create("10", "bob");
  sell("5", "0.55");  // #1
  x.sell("alice", "5", "0.55");
  x.run(order("bob", "RAIN", Side::Ask, "5", "0.55"));
  x.run(order("alice", "A", Side::Bid, "5", "3"));  // #4
  MassCancel cancel{
      .account = Name{"alice"}, .cl_ord_id = x.fresh_id(), .order_group = Reference{"other"}};
  EXPECT_THAT(x.run(cancel), ElementsAre("mass cancel rejected id-7: unknown order group"));
  cancel.cl_ord_id = x.fresh_id();
  cancel.order_group = Reference{kBrake};
  EXPECT_THAT(x.run(cancel),
              ElementsAre("batch 1 mass-cancel to #4",
                          "batch 1 cancelled 1 #4",
                          "batch 1 cancelled 1 #1",
                          "batch 1 completed 2"));
}

// ---- Deleted groups -----------------------------------------------------------------------------

TEST_F(OrderGroups, AreKnownOnceDeletedAsLongAsTheirOrdersMayBe) {
  create("10");
  sell("5", "0.55");
  x.cancel("alice", 1);
  x.run(request(OrderGroupAction::Delete));
  create("20");
  ASSERT_TRUE(group(1).has_value());
  EXPECT_TRUE(group(1)->deleted);
  EXPECT_EQ(group(1)->name, Reference{kBrake});
  EXPECT_EQ(x.find_order(1).order_group, 1U);
  x.pass(25 * kHour);
  EXPECT_TRUE(group(1).has_value());
  EXPECT_EQ(x.find_order(1).order, OrderId{1});
  TearDown();  // between the two generations
  x.pass(25 * kHour);
  EXPECT_FALSE(group(1).has_value());
  EXPECT_EQ(x.find_order(1).order, OrderId{});
  ASSERT_TRUE(group(2).has_value());
  EXPECT_FALSE(group(2)->deleted);
  x.run(request(OrderGroupAction::Delete));
  EXPECT_EQ(create().front().substr(0, 8), "group 3 ") << "no number is given twice";
}

}  // namespace
}  // namespace betex::matching::testing

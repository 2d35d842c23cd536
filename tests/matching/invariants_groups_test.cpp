// The invariants about order groups bite, each on a log or a view that is damaged in one place.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/damage.h"
#include "tests/matching/damaged_story.h"
#include "tests/matching/exchange.h"
#include "tests/matching/log_invariants.h"
#include "tests/matching/state_invariants.h"

namespace betex::matching::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Groups #1 of alice and #2 of bob; alice's trips by a fill with orders in two markets, is reset,
// trips by hand, and is deleted; bob's goes on with something filled.
class GroupStory : public DamagedStory {
 protected:
  GroupStory() {
    ask("alice", "brake", OrderGroupAction::Create, "10");
    ask("bob", "brake", OrderGroupAction::Create, "100");
    enter("alice", "RAIN", Side::Ask, "6", "0.55");   // #1
    enter("alice", "RAIN", Side::Ask, "20", "0.57");  // #2
    enter("alice", "A", Side::Ask, "5", "3");         // #3
    x.run(x.order("alice", "RAIN", Side::Ask, "1", "0.58"));
    enter("bob", "RAIN", Side::Bid, "8", "0.57");  // #5 takes 6 and 2
    x.pass(kSecond);
    enter("bob", "RAIN", Side::Bid, "9", "0.57");  // #6 takes 9: alice's trips
    ask("alice", "brake", OrderGroupAction::Reset, "10");
    enter("alice", "RAIN", Side::Ask, "20", "0.60");
    ask("alice", "brake", OrderGroupAction::Trip, "10");
    enter("bob", "RAIN", Side::Bid, "3", "0.20");
    x.pass(30 * kSecond);
    ask("bob", "brake", OrderGroupAction::Update, "90");
    ask("alice", "brake", OrderGroupAction::Delete, "10");
    ask("alice", "brake", OrderGroupAction::Create, "10");
  }

  void ask(const char* account, const char* group, OrderGroupAction action, const char* limit) {
    x.run(OrderGroupRequest{.account = Name{account},
                            .cl_ord_id = x.fresh_id(),
                            .group = Reference{group},
                            .limit = decimal(limit),
                            .window_ms = 20'000,
                            .counted = CountedFills::All,
                            .action = action,
                            .transact_time = x.now()});
  }

  void enter(
      const char* account, const char* symbol, Side side, const char* quantity, const char* price) {
    PlaceOrder order = x.order(account, symbol, side, quantity, price);
    order.extras = OrderExtras{.order_group = Reference{"brake"}};
    x.run(order);
  }
};

TEST_F(GroupStory, BreaksNothing) {
  expect_nothing_broken();
  EXPECT_EQ(all_of<OrderGroupTripped>(x.log).size(), 2U);
  EXPECT_EQ(all_of<OrderGroupCancelled>(x.log).size(), 3U);
  EXPECT_EQ(all_of<OrderGroupDeleted>(x.log).size(), 1U);
}

TEST_F(GroupStory, DamagedNumbersBreakTheirInvariants) {
  expect_breach<OrderGroupSet>("a group's number is new", [](OrderGroupSet& event) {
    event.group = event.group == 3 ? 1 : event.group;
  });
  expect_breach<OrderGroupReset>("a group is one of its account's",
                                 [](OrderGroupReset& event) { event.group = 2; });
  expect_breach<OrderGroupTripped>("a group is one of its account's",
                                   [](OrderGroupTripped& event) { event.group = 9; });
}

TEST_F(GroupStory, DamagedStandingsBreakTheirInvariants) {
  expect_breach<OrderGroupTripped>("filled is of the window", [](OrderGroupTripped& event) {
    event.standing.filled += Decimal{1};
  });
  expect_breach<OrderGroupTripped>("filled is of the window", [](OrderGroupTripped& event) {
    event.standing.filled = event.standing.filled - Decimal{1};
  });
  expect_breach<OrderGroupSet>("live orders are those of the group",
                               [](OrderGroupSet& event) { ++event.standing.live_orders; });
  expect_breach<OrderGroupReset>(
      "a reset clears", [](OrderGroupReset& event) { event.standing.filled = Decimal{1}; });
  expect_breach<OrderGroupTripped>("a trip has a cause", [](OrderGroupTripped& event) {
    event.standing.limit = event.standing.filled + Decimal{1};
    event.cl_ord_id = ClOrdId{};
  });
  expect_breach<OrderGroupSet>("a limit that is reached trips",
                               [](OrderGroupSet& event) { event.standing.limit = decimal("7"); });
}

TEST_F(GroupStory, DamagedTripsBreakTheirInvariants) {
  expect_breach<OrderGroupTripped>("a trip counts its cancels",
                                   [](OrderGroupTripped& event) { ++event.total; });
  expect_breach<OrderGroupCancelled>("a group cancels its own", [](OrderGroupCancelled& event) {
    first_of(event) = OrderId{4};  // of none
  });
  expect_breach<OrderGroupCancelled>("order ends once", [](OrderGroupCancelled& event) {
    first_of(event) = OrderId{1};  // filled
  });
}

// An update that trips says its id in two events.
TEST_F(GroupStory, UpdatesThatTripBreakNothing) {
  enter("bob", "RAIN", Side::Ask, "5", "0.50");
  x.buy("carol", "4", "0.50");
  ask("bob", "brake", OrderGroupAction::Update, "4");
  EXPECT_EQ(all_of<OrderGroupTripped>(x.log).size(), 3U);
  EXPECT_THAT(read(x.log), IsEmpty());
}

// A trip that leaves an order of the group behind: one that is in no group says that it is.
TEST_F(GroupStory, OrdersThatATripLeavesBehindBreakTheirInvariants) {
  expect_breach<OrderAccepted>("live orders are those of the group", [](OrderAccepted& event) {
    event.order_group = event.order == OrderId{4} ? 1 : event.order_group;
  });
  std::vector<StoredTransaction> log = x.log;
  damage<OrderAccepted>(log, [](OrderAccepted& event) {
    event.order_group = event.order == OrderId{4} ? 1 : event.order_group;
  });
  damage<OrderGroupTripped>(log, [](OrderGroupTripped& event) {
    event.standing.live_orders = event.requester == SessionId{} ? 1 : 0;
  });
  EXPECT_THAT(read(log), Contains(HasSubstr("a tripped group has no orders")));
}

// The reset did not happen.
TEST_F(GroupStory, OrdersOfATrippedGroupBreakTheirInvariant) {
  std::vector<StoredTransaction> log = x.log;
  const auto has_reset = [](const StoredTransaction& transaction) {
    return !all_of<OrderGroupReset>({transaction}).empty();
  };
  const auto reset = std::find_if(log.begin(), log.end(), has_reset);
  LogInvariants invariants;
  for (auto at = log.begin(); at != reset; ++at) {
    ASSERT_THAT(invariants.read(at->view()), IsEmpty());
  }
  StoredTransaction next = *std::next(reset);
  next.header.tx_id = reset->header.tx_id;
  next.first_seq = reset->first_seq;
  EXPECT_THAT(invariants.read(next.view()), Contains(HasSubstr("a tripped group takes no order")));
}

TEST_F(GroupStory, DeletedGroupsWithOrdersBreakTheirInvariant) {
  expect_breach<OrderGroupDeleted>("a deleted group has no orders", [](OrderGroupDeleted& event) {
    event.group = 2;
    event.account = AccountId{2};
  });
}

TEST_F(GroupStory, DamagedViewsBreakTheirInvariants) {
  const char* const as_said = "order groups are what the log says";
  ASSERT_EQ(view_of(x.engine).groups.size(), 2U);
  expect_broken(as_said, [](EngineView& view) { ++view.groups[0].standing.live_orders; });
  expect_broken(as_said, [](EngineView& view) { view.groups[0].standing.limit += Decimal{1}; });
  expect_broken(as_said,
                [](EngineView& view) { view.groups[0].standing.state = OrderGroupState::Tripped; });
  expect_broken(as_said, [](EngineView& view) { view.groups.pop_back(); });
  expect_broken("filled is of the window",
                [](EngineView& view) { view.groups[0].standing.filled += Decimal{50'000'000}; });
  expect_broken("orders have what they were entered with",
                [](EngineView& view) { view.live.begin()->second.reference = Reference{"else"}; });
  expect_broken("orders have what they were entered with",
                [](EngineView& view) { ++view.live.begin()->second.order_group; });
  const char* const tripped_has_none = "tripped groups have no orders";
  expect_broken(tripped_has_none, [](EngineView& view) {
    view.groups[0].standing.state = OrderGroupState::Tripped;
    view.groups[0].standing.live_orders = 1;
  });
  expect_broken(tripped_has_none, [](EngineView& view) {
    view.groups[0].standing.state = OrderGroupState::Tripped;
    view.live.begin()->second.order_group = view.groups[0].number;
  });
  expect_broken("active groups are filled below their limits", [](EngineView& view) {
    view.groups[0].standing.limit = view.groups[0].standing.filled;
  });
}

}  // namespace
}  // namespace betex::matching::testing

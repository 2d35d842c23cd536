// The lists that processes walk: what a walk costs follows from what lives, not from what has
// lived.
#include "matching/order_id_list.h"

#include <cstdint>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "matching/apply.h"
#include "matching/transaction.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

class OrderIdListTest : public ::testing::Test {
 protected:
  void place(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const OrderId id{++last_};
      orders_.insert(id);
      list_.append(id, orders_);
    }
  }

  void finish(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t id = first; id <= last; ++id) {
      orders_.finish(orders_.find(OrderId{id}));
      orders_.put_finished_away();
    }
  }

  OrderTable orders_;
  OrderIdList list_;
  std::uint64_t last_ = 0;
};

TEST_F(OrderIdListTest, IsSweptBeforeAWalkWhereMostHaveFinished) {
  place(1'000);
  finish(1, 501);
  list_.sweep_if_mostly_finished(499, orders_);
  ASSERT_EQ(list_.size(), 499U);
  EXPECT_EQ(list_.after(OrderId{0}).front(), OrderId{502});
  EXPECT_EQ(list_.after(OrderId{0}).back(), OrderId{1'000});
}

TEST_F(OrderIdListTest, IsLeftWhereMostLive) {
  place(1'000);
  finish(1, 499);
  list_.sweep_if_mostly_finished(501, orders_);
  EXPECT_EQ(list_.size(), 1'000U);
}

TEST_F(OrderIdListTest, IsSweptWhenItWouldGrow) {
  for (std::uint64_t id = 1; id <= 1'000; ++id) {
    place(1);
    finish(id, id);
    ASSERT_LE(list_.size(), 8U) << id;
  }
  place(500);
  EXPECT_EQ(list_.after(OrderId{1'000}).size(), 500U);
}

// What applying the events leaves of the lists. Engine hides its state.
std::unique_ptr<State> state_after(const std::vector<StoredTransaction>& log) {
  auto made = std::make_unique<State>();
  State& state = *made;
  for (const StoredTransaction& transaction : log) {
    for_each_event(transaction.view(), [&state](EventSeq seq, const auto& event) {
      apply(state, seq, event);
      apply_end_of_event(state, event.header);
    });
    apply_header(state, transaction.header, transaction.view().last_seq());
  }
  return made;
}

// Most groups have an order or two, which go before the list would grow.
TEST(ListOfAGroup, IsEmptyWhenNoneLives) {
  Exchange x;
  x.run(OrderGroupRequest{.account = Name{"alice"},
                          .cl_ord_id = x.fresh_id(),
                          .group = Reference{"makers"},
                          .limit = Decimal{1'000 * kDecimalScale},
                          .window_ms = 1'000,
                          .counted = CountedFills::All,
                          .action = OrderGroupAction::Create,
                          .transact_time = x.now()});
  const auto place = [&x] {
    PlaceOrder order = x.order("alice", "RAIN", Side::Bid, "1", "0.40");
    order.extras = OrderExtras{.order_group = Reference{"makers"}};
    x.run(order);
  };
  const auto size = [&x] { return state_after(x.log)->order_groups.at(1).orders.size(); };
  place();
  place();
  x.cancel("alice", 1);
  EXPECT_EQ(size(), 2U);
  x.cancel("alice", 2);
  EXPECT_EQ(size(), 0U);
  place();
  EXPECT_EQ(size(), 1U);
}

// A client whose orders have all gone asks for mass cancels over and over.
TEST(ListsOfAProcess, AreSweptByItsStart) {
  Exchange x;
  x.run(SessionUp{.comp_id = Name{"BROKER1"}});
  constexpr std::uint64_t kOrders = 300;
  const Origin origin{.session = SessionId{1}, .epoch = SessionEpoch{1}};
  for (std::uint64_t id = 1; id <= kOrders; ++id) {
    x.run(x.order("alice", "RAIN", Side::Bid, "1", "0.40"), origin);
  }
  for (std::uint64_t id = 1; id <= kOrders; ++id) {
    x.cancel("alice", id);
  }
  const auto before = state_after(x.log);
  ASSERT_EQ(before->accounts.at(AccountId{1}).orders.size(), kOrders);
  ASSERT_EQ(before->sessions.at(SessionId{1}).orders.size(), kOrders);
  EXPECT_EQ(before->sessions.at(SessionId{1}).open_orders, 0U);

  x.run(MassCancel{.account = Name{"alice"}, .cl_ord_id = x.fresh_id()});
  x.run(CancelOnBehalf{.comp_id = Name{"BROKER1"}, .request_id = Name{"ops-1"}});
  x.buy("bob", "1", "0.40");  // without any order there would be no process
  x.run(CloseMarket{.market = Name{"RAIN"}});
  const auto after = state_after(x.log);
  EXPECT_EQ(after->accounts.at(AccountId{1}).orders.size(), 0U);
  EXPECT_EQ(after->sessions.at(SessionId{1}).orders.size(), 0U);
  const auto rain = static_cast<std::uint32_t>(after->market_names.find(Name{"RAIN"}));
  ASSERT_EQ(before->markets.at(MarketId{rain}).orders.size(), kOrders);
  EXPECT_EQ(after->markets.at(MarketId{rain}).orders.size(), 1U);
}

}  // namespace
}  // namespace betex::matching::testing

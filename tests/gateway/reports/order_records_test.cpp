#include "gateway/reports/order_records.h"

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using matching::OrderId;
using matching::Price;
using ::testing::ElementsAre;

class OrderRecordsTest : public ::testing::Test {
 protected:
  OrderRecord& place(std::uint64_t id) {
    OrderRecord& order = orders.insert(OrderId{id});
    orders.append(account, order);
    return order;
  }

  void forget_first() {
    std::size_t budget = 1'000'000;
    orders.forget_oldest(finished, budget);
  }

  // The live orders, the oldest first; then there are none.
  std::vector<std::uint64_t> finish_all() {
    std::vector<std::uint64_t> ids;
    while (const OrderRecord* const order = orders.oldest(account)) {
      ids.push_back(order->id.value());
      orders.move(account, finished, *order);
    }
    return ids;
  }

  OrderRecords orders;
  OrderRecords::List account;
  OrderRecords::List finished;
};

TEST_F(OrderRecordsTest, EveryEntryOfAChainIsFound) {
  constexpr std::uint32_t kLength = 3000;
  OrderRecord& order = place(1);
  order.first.price = Price{0};
  for (std::uint32_t length = 1; length <= kLength; ++length) {
    orders.extend_chain(order, {.cl_ord_id = {}, .price = Price{length}, .expire_time = {}});
    for (std::uint32_t index = length % 7; index <= length; index += 1 + length / 16) {
      ASSERT_EQ(orders.chain(order, index).price, Price{index}) << "of " << length;
    }
  }
}

// An order that has waited for a year: between it and the next one are many that are forgotten.
TEST_F(OrderRecordsTest, WhatIsNotKnownIsSkippedALittleAtATime) {
  constexpr std::uint64_t kFar = 10'000'000;
  place(5);
  place(kFar);
  EXPECT_EQ(orders.skip_unknown(OrderId{5}), OrderId{5});
  std::vector<std::uint64_t> found;
  int calls = 0;
  for (OrderId id{1}; id <= OrderId{kFar}; id = id.next()) {
    id = orders.skip_unknown(id);
    ++calls;
    if (orders.find(id) != nullptr) {
      found.push_back(id.value());
    }
  }
  EXPECT_THAT(found, ElementsAre(5, kFar));
  EXPECT_LT(calls, 5'000) << "not each id is looked at";
  EXPECT_LT(orders.skip_unknown(OrderId{2'000}), OrderId{kFar / 2}) << "nor is all passed at once";
  EXPECT_GT(orders.skip_unknown(OrderId{kFar + 100'000'000}), OrderId{kFar});
}

TEST_F(OrderRecordsTest, LiveOrdersAreListedByAgeWhicheverOfThemFinish) {
  for (std::uint64_t id = 1; id <= 6; ++id) {
    place(id);
  }
  orders.move(account, finished, orders.at(OrderId{3}));
  orders.move(account, finished, orders.at(OrderId{6}));
  EXPECT_EQ(orders.newest(account)->id, OrderId{5});
  orders.move(account, finished, orders.at(OrderId{1}));
  place(7);
  EXPECT_THAT(finish_all(), ElementsAre(2, 4, 5, 7));
}

TEST_F(OrderRecordsTest, WhatFinishedFirstIsForgottenFirst) {
  for (std::uint64_t id = 1; id <= 3; ++id) {
    place(id);
  }
  EXPECT_EQ(orders.oldest(finished), nullptr);
  orders.move(account, finished, orders.at(OrderId{2}));
  orders.move(account, finished, orders.at(OrderId{1}));
  EXPECT_EQ(orders.oldest(finished)->id, OrderId{2});
  forget_first();
  EXPECT_FALSE(orders.knows(OrderId{2}));
  EXPECT_TRUE(orders.knows(OrderId{1}));
  forget_first();
  EXPECT_EQ(orders.oldest(finished), nullptr);
  EXPECT_EQ(orders.size(), 1U);
  EXPECT_THAT(finish_all(), ElementsAre(3));
}

TEST_F(OrderRecordsTest, MemoryOfForgottenOrdersIsUsedAgain) {
  std::size_t allocated = 0;
  std::uint64_t id = 0;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10'000; ++i) {
      OrderRecord& order = place(++id);
      orders.extend_chain(order, {});
      orders.move(account, finished, order);
    }
    if (round == 0) {
      allocated = orders.allocated_bytes();
    }
    while (orders.oldest(finished) != nullptr) {
      forget_first();
    }
  }
  EXPECT_EQ(orders.size(), 0U);
  EXPECT_LE(orders.allocated_bytes(), allocated);
}

TEST_F(OrderRecordsTest, ALongChainIsForgottenInPieces) {
  OrderRecord& order = place(1);
  for (int i = 0; i < 100; ++i) {
    orders.extend_chain(order, {});
  }
  orders.move(account, finished, order);
  std::size_t budget = 60;
  orders.forget_oldest(finished, budget);
  EXPECT_EQ(budget, 0U);
  EXPECT_FALSE(orders.knows(OrderId{1}));
  EXPECT_EQ(orders.size(), 1U);
  budget = 60;
  orders.forget_oldest(finished, budget);
  EXPECT_EQ(budget, 60U - 41U);  // the rest of the chain, and the order
  EXPECT_EQ(orders.size(), 0U);
}

}  // namespace
}  // namespace betex::gateway

// Order groups as their tests make them: of alice, named "brake", with a window of 64 s and so
// buckets of 1 s. The clock starts at the beginning of a bucket.
#pragma once

#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "tests/matching/exchange.h"

namespace betex::matching::testing {

inline constexpr std::uint32_t kWindowMs = 64'000;
inline constexpr std::int64_t kBucket = kSecond;

inline constexpr const char* kBrake = "brake";

class OrderGroups : public ::testing::Test {
 protected:
  // Whatever a test has come to survives a restart, by replay and by a snapshot.
  void TearDown() override {
    Engine replayed;
    for (const StoredTransaction& transaction : x.log) {
      replayed.apply(transaction.view());
    }
    EXPECT_EQ(replayed.state_hash(), x.engine.state_hash());
    EXPECT_EQ(Engine::load(x.saved()).state_hash(), x.engine.state_hash());
  }

  OrderGroupRequest request(OrderGroupAction action,
                            const char* limit = "10",
                            const char* account = "alice",
                            const char* name = kBrake) {
    return {.account = Name{account},
            .cl_ord_id = x.fresh_id(),
            .group = Reference{name},
            .limit = decimal(limit),
            .window_ms = kWindowMs,
            .counted = CountedFills::All,
            .action = action,
            .transact_time = x.now()};
  }

  Lines create(const char* limit = "10",
               const char* account = "alice",
               CountedFills counted = CountedFills::All) {
    OrderGroupRequest asked = request(OrderGroupAction::Create, limit, account);
    asked.counted = counted;
    return x.run(asked);
  }

  PlaceOrder order(const char* account,
                   const char* symbol,
                   Side side,
                   const char* quantity,
                   const char* price,
                   const char* name = kBrake) {
    PlaceOrder made = x.order(account, symbol, side, quantity, price);
    made.extras = OrderExtras{.order_group = Reference{name}};
    made.persistence = Persistence::Persist;
    return made;
  }

  // Of alice's group.
  Lines sell(const char* quantity, const char* price) {
    return x.run(order("alice", "RAIN", Side::Ask, quantity, price));
  }

  AmendOrder amend(const char* account, std::uint64_t id, const char* quantity, const char* price) {
    return {.account = Name{account},
            .cl_ord_id = x.fresh_id(),
            .order_id = OrderId{id},
            .transact_time = x.now(),
            .price = decimal(price),
            .quantity = decimal(quantity)};
  }

  std::optional<OrderGroupInfo> group(std::uint32_t number = 1) {
    std::optional<OrderGroupInfo> found;
    x.engine.visit_order_groups([&](const OrderGroupInfo& info) {
      if (info.number == number) {
        found = info;
      }
    });
    return found;
  }

  // What is within the window now, as an update tells it that changes nothing.
  Decimal filled(const char* limit) {
    x.run(request(OrderGroupAction::Update, limit));
    return all_of<OrderGroupSet>(x.log).back().standing.filled;
  }

  // A binary market in play, with a bet delay.
  void open_play(std::uint32_t delay_ms = 5'000) {
    x.run(CreateMarket{.market = Name{"PLAY"},
                       .bet_delay_ms = delay_ms,
                       .kind = MarketKind::Binary,
                       .ladder = LadderKind::LinearCent});
    x.run(OpenMarket{.market = Name{"PLAY"}});
  }

  void turn_in_play() { x.run(TurnInPlay{.market = Name{"PLAY"}}); }

  Exchange x;
};

}  // namespace betex::matching::testing
